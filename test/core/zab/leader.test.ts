import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeZxid } from '../../../src/base/zxid.ts';
import { encoded } from '../../../src/core/zab/packet-body.ts';
import { QuorumPacketType, SessionTimeout } from '../../../src/protocol/records/quorum.ts';
import { ackEpoch, learnerInfo, ScriptedLearners } from './scripted-peers.ts';
import { ToyEnsemble } from './toy-ensemble.ts';
import { ToyHistory } from './toy-history.ts';

const z = makeZxid;

/** A leader of three voters with one entry of epoch 1, and what the test adds. */
function ensemble(zxids: readonly number[] = [z(1, 1)], epochs = { accepted: 1, current: 1 }) {
  const history = new ToyHistory(zxids, epochs);
  const toy = new ToyEnsemble({ leader: 1, history, voters: [1, 2, 3] });
  toy.leader.start();
  return toy;
}

function established() {
  const toy = ensemble();
  toy.join(2, new ToyHistory([z(1, 1)], { accepted: 1, current: 1 }));
  toy.run();
  assert.equal(toy.leader.phase, 'broadcast');
  return toy;
}

test('leader: nobody follows → no epoch is chosen, and in time it gives up', () => {
  const toy = ensemble();
  toy.run();
  assert.equal(toy.leader.epoch, -1);
  toy.advance(1001);
  assert.match(toy.leaderEnd ?? '', /no quorum/);
});

test('leader: a quorum reports → the epoch after the highest accepted one', () => {
  const toy = ensemble();
  toy.join(2, new ToyHistory([z(1, 1)], { accepted: 4, current: 1 }));
  toy.run();
  assert.equal(toy.leader.epoch, 5);
  assert.deepEqual(toy.history.epochs, { accepted: 5, current: 5 });
  assert.deepEqual(toy.members[0]?.history.epochs, { accepted: 5, current: 5 });
});

test('leader: its own epoch is not on the disk → LEADERINFO waits', () => {
  const toy = ensemble();
  const member = toy.join(2, new ToyHistory([z(1, 1)], { accepted: 1, current: 1 }));
  toy.carry();
  assert.equal(member.learner.stage, 'discovery');
  toy.syncLeader();
  toy.carry();
  assert.equal(member.learner.stage, 'accepting');
});

test('leader: an observer alone follows → no quorum, whatever it accepted', () => {
  const toy = ensemble();
  toy.join(9, new ToyHistory([], { accepted: 8, current: 0 }), true);
  toy.run();
  assert.equal(toy.leader.epoch, -1);
});

test('leader: a learner claims an epoch far ahead → its connection ends, no epoch moves', () => {
  const toy = ensemble();
  toy.join(2, new ToyHistory([], { accepted: 1_000_000, current: 0 }));
  toy.run();
  assert.equal(toy.leader.epoch, -1);
  assert.ok(toy.notes.includes('a learner claims an epoch that is far ahead'));
});

test('leader: a follower is ahead of it → it gives up', () => {
  const toy = ensemble();
  toy.join(2, new ToyHistory([z(1, 1), z(1, 2)], { accepted: 1, current: 1 }));
  toy.run();
  assert.match(toy.leaderEnd ?? '', /server 2 is ahead/);
});

test('leader: a voter that joins late has accepted a later epoch → it gives up', () => {
  const toy = established();
  toy.join(3, new ToyHistory([z(1, 1)], { accepted: 9, current: 1 }));
  toy.run();
  assert.match(toy.leaderEnd ?? '', /later epoch/);
});

test('leader: another server has its myid → the connection ends, and it is told', () => {
  const toy = ensemble();
  toy.join(1, new ToyHistory());
  toy.run();
  assert.ok(toy.notes.includes('another server has the same myid'));
});

test('leader: an entry on its own disk only → not committed', () => {
  const toy = established();
  toy.propose(z(2, 1));
  toy.syncLeader();
  assert.deepEqual(toy.committed, []);
});

test('leader: an entry on a quorum of disks → committed, and followers are told', () => {
  const toy = established();
  toy.propose(z(2, 1));
  toy.propose(z(2, 2));
  toy.run();
  assert.equal(toy.committed.at(-1), z(2, 2));
  assert.deepEqual(toy.members[0]?.applied, [z(2, 1), z(2, 2)]);
});

test('leader: a quorum without its own disk → committed by the others', () => {
  const toy = established();
  const third = toy.join(3, new ToyHistory([z(1, 1)], { accepted: 1, current: 1 }));
  toy.run();
  toy.propose(z(2, 1));
  for (let turn = 0; turn < 5; turn++) {
    toy.carry();
    for (const member of toy.members) toy.syncMember(member);
  }
  assert.deepEqual(toy.committed, [z(2, 1)]);
  assert.deepEqual(third.applied, [z(2, 1)]);
});

test('leader: an observer → gets what is committed, and its acks do not count', () => {
  const toy = established();
  const observer = toy.join(9, new ToyHistory([z(1, 1)], { accepted: 1, current: 1 }), true);
  toy.run();
  const [follower] = toy.members;
  assert.ok(follower && observer.isServing);
  toy.propose(z(2, 1));
  toy.syncLeader();
  toy.carry();
  assert.deepEqual(observer.applied, []);
  toy.syncMember(follower);
  toy.carry();
  assert.deepEqual(observer.applied, [z(2, 1)]);
});

test('leader: a sync while an entry is outstanding → answered behind its commit', () => {
  const toy = established();
  const [member] = toy.members;
  assert.ok(member);
  toy.propose(z(2, 1));
  const body = new Uint8Array(0);
  member.learner.forward({ sessionId: 5n, cxid: 1, type: 9, body, authinfo: [] });
  toy.carry();
  assert.deepEqual(toy.requests, []);
  toy.run();
  assert.deepEqual(toy.requests, ['sync answered 2']);
  member.learner.forward({ sessionId: 5n, cxid: 2, type: 9, body, authinfo: [] });
  toy.carry();
  assert.deepEqual(toy.requests, ['sync answered 2', 'sync answered 2']);
});

test('leader: syncs between entries that are committed at once → each answered in its place', () => {
  const toy = established();
  const [member] = toy.members;
  assert.ok(member);
  const sync = (cxid: number) => {
    const body = new Uint8Array(0);
    member.learner.forward({ sessionId: 5n, cxid, type: 9, body, authinfo: [] });
    toy.carry();
  };
  toy.propose(z(2, 1));
  sync(1);
  toy.propose(z(2, 2));
  toy.propose(z(2, 3));
  sync(2);
  sync(3);
  toy.propose(z(2, 4));
  toy.run();
  assert.deepEqual(member.applied.slice(-4), [z(2, 1), z(2, 2), z(2, 3), z(2, 4)]);
  assert.deepEqual(member.syncedAt, [z(2, 1), z(2, 3), z(2, 3)]);
});

test('leader: requests, revalidation and touches reach the server', () => {
  const toy = established();
  const [member] = toy.members;
  assert.ok(member);
  const body = new Uint8Array(3);
  member.learner.forward({ sessionId: 5n, cxid: 4, type: 1, body, authinfo: [] });
  member.learner.revalidate(7n, 4000);
  member.learner.revalidate(8n, 4000);
  toy.carry();
  toy.advance(60);
  toy.carry();
  assert.deepEqual(toy.requests, [
    '2 4 1',
    'revalidated 7 true',
    'revalidated 8 false',
    'touch 9 4000',
  ]);
});

test('leader: its followers are gone → it gives up at the next tick', () => {
  const toy = established();
  const [member] = toy.members;
  assert.ok(member);
  toy.cut(member);
  toy.advance(60);
  assert.match(toy.leaderEnd ?? '', /quorum of followers/);
});

test('leader: a silent follower → let go after syncLimit', () => {
  const toy = established();
  toy.advance(60);
  toy.advance(501);
  assert.match(toy.leaderEnd ?? '', /quorum of followers/);
});

test('leader: a follower that does not acknowledge → let go, others go on', () => {
  const toy = established();
  const slow = toy.join(3, new ToyHistory([z(1, 1)], { accepted: 1, current: 1 }));
  toy.run();
  const [quick] = toy.members;
  assert.ok(quick);
  toy.propose(z(2, 1));
  for (let ms = 0; ms < 1300; ms += 60) {
    toy.advance(60);
    toy.carry();
    toy.syncLeader();
    toy.syncMember(quick);
    toy.carry();
  }
  assert.deepEqual(toy.committed, [z(2, 1)]);
  assert.equal(toy.leaderEnd, null);
  assert.notEqual(slow.end, null);
});

/** A leader of epoch 2 that server 2 follows; its links are the test's. */
function scripted() {
  const script = new ScriptedLearners(new ToyHistory([z(1, 1)], { accepted: 1, current: 1 }));
  const follower = script.follow(2, z(1, 1), 1);
  assert.equal(script.leader.phase, 'broadcast');
  return { script, follower };
}

test('leader: REVALIDATE from who has not synchronized → closed, no session moves', () => {
  const { script } = scripted();
  const data = encoded(SessionTimeout, { sessionId: 7n, timeOut: 4000 });
  const strange = script.connect();
  script.send(strange, { type: QuorumPacketType.REVALIDATE, zxid: -1, data });
  assert.equal(strange.closeReason, 'packet out of phase');
  const identified = script.connect();
  script.send(identified, learnerInfo(3, 1), {
    type: QuorumPacketType.REVALIDATE,
    zxid: -1,
    data,
  });
  assert.equal(identified.closeReason, 'packet out of phase');
  assert.deepEqual(script.asked, []);
});

test('leader: a ping from who has not synchronized → closed', () => {
  const { script } = scripted();
  const link = script.connect();
  script.send(link, { type: QuorumPacketType.PING, zxid: 0 });
  assert.equal(link.closeReason, 'packet out of phase');
});

test('leader: a server without an id, or with a negative one → closed, others stay', () => {
  const { script } = scripted();
  const waiting = script.connect();
  const link = script.connect();
  script.send(link, learnerInfo(-1, 1));
  assert.equal(link.closeReason, 'learner without an id');
  assert.equal(waiting.isClosing, false);
});

test('leader: somebody claims to be a living follower with a later epoch → closed, nothing else', () => {
  const { script, follower } = scripted();
  const link = script.connect();
  script.send(link, learnerInfo(2, 9));
  assert.match(link.closeReason ?? '', /contradicts/);
  assert.equal(follower.isClosing, false);
  assert.equal(script.end, null);
  // Once the connection is dead it may be true.
  script.advance(200);
  script.send(script.connect(), learnerInfo(2, 9));
  assert.match(script.end ?? '', /later epoch/);
});

test('leader: a second connection of a living follower → it replaces the first, and is told', () => {
  const { script, follower } = scripted();
  const link = script.connect();
  script.send(link, learnerInfo(2, 2));
  assert.equal(follower.closeReason, 'learner connected again');
  assert.equal(link.isClosing, false);
  assert.deepEqual(script.notes.slice(-1), ['two servers may have the same myid']);
});

test('leader: claimed epochs, each as far ahead as is believed → thousands do not use them up', () => {
  let epoch = 1;
  for (let packets = 0; packets < 5000; packets++) {
    const history = new ToyHistory([], { accepted: epoch, current: 0 });
    const believed = (claim: number): boolean => {
      const script = new ScriptedLearners(history);
      const link = script.connect();
      script.send(link, learnerInfo(2, claim));
      return !link.isClosing;
    };
    const step = Math.ceil((2 ** 21 - 1 - epoch) / 1000);
    if (packets % 1000 === 0) assert.deepEqual([believed(epoch + step + 1)], [false]);
    epoch += step;
  }
  assert.ok(2 ** 21 - epoch > 10_000, `${2 ** 21 - epoch} are left`);
});

test('leader: a voter needs a snapshot for longer than initLimit → it may, while that moves', () => {
  const zxids = Array.from({ length: 50 }, (_, i) => z(1, i + 1));
  const script = new ScriptedLearners(new ToyHistory(zxids, { accepted: 1, current: 1 }));
  script.history.slicesPerSnapshot = 100;
  const link = script.connect();
  script.send(link, learnerInfo(2, 1));
  script.sync();
  script.send(link, ackEpoch(1, 0));
  script.sync();
  for (let turn = 0; turn < 30; turn++) {
    script.advance(100);
    script.leader.onLinkDrained(link);
  }
  assert.equal(script.end, null);
  assert.equal(link.isClosing, false);
  script.advance(1001);
  assert.match(script.end ?? '', /in time/);
});

test('leader: an entry is acknowledged before NEWLEADER, as Java may → counts with that', () => {
  const { script } = scripted();
  const link = script.connect();
  script.send(link, learnerInfo(3, 1), ackEpoch(1, z(1, 1)));
  script.propose(z(2, 1));
  script.sync();
  script.send(link, { type: QuorumPacketType.ACK, zxid: z(2, 1) });
  assert.deepEqual(script.committed, []);
  script.send(link, { type: QuorumPacketType.ACK, zxid: z(2, 0) });
  assert.deepEqual(script.committed, [z(2, 1)]);
  assert.equal(link.closeReason, null);
});

/** A leader that two of four followers follow; with sync.quorum. */
function confirming() {
  const history = new ToyHistory([z(1, 1)], { accepted: 1, current: 1 });
  const toy = new ToyEnsemble({ leader: 1, history, voters: [1, 2, 3, 4, 5], syncQuorum: true });
  toy.leader.start();
  const join = (sid: number) =>
    toy.join(sid, new ToyHistory([z(1, 1)], { accepted: 1, current: 1 }));
  const members = [join(2), join(3)] as const;
  toy.run();
  assert.equal(toy.leader.phase, 'broadcast');
  return { toy, members };
}

const answers = (toy: ToyEnsemble) => toy.requests.filter((line) => line.includes('answered'));

const SYNC = { sessionId: 5n, cxid: 1, type: 9, body: new Uint8Array(0), authinfo: [] };

test('leader: sync.quorum, and the others have left → a sync is not answered, nor an own one', () => {
  const { toy, members } = confirming();
  const [asking, other] = members;
  toy.cut(other);
  asking.learner.forward(SYNC);
  toy.leader.sync(-1);
  toy.run();
  assert.deepEqual(answers(toy), []);
});

test('leader: sync.quorum, and the followers answer a ping → the syncs are answered', () => {
  const { toy, members } = confirming();
  members[0].learner.forward(SYNC);
  toy.leader.sync(-1);
  toy.run();
  assert.deepEqual(answers(toy), ['own sync answered', 'sync answered 2']);
});

test('leader: sync.quorum, and a ping is answered that was never sent → closed', () => {
  const history = new ToyHistory([z(1, 1)], { accepted: 1, current: 1 });
  const script = new ScriptedLearners(history, true);
  const follower = script.follow(2, z(1, 1), 1);
  script.advance(100);
  script.send(follower, { type: QuorumPacketType.PING, zxid: 1 });
  assert.equal(follower.closeReason, null);
  script.send(follower, { type: QuorumPacketType.PING, zxid: 9 });
  assert.match(follower.closeReason ?? '', /never sent/);
});
