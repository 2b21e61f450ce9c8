import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeZxid } from '../../../src/base/zxid.ts';
import { BinaryWriter } from '../../../src/protocol/jute/binary-writer.ts';
import { encodeInformAndActivate, QuorumPacketType } from '../../../src/protocol/records/quorum.ts';
import { leaderInfo, proposal, ScriptedLeader } from './scripted-peers.ts';
import { ToyEnsemble } from './toy-ensemble.ts';
import { entryOf, ToyHistory } from './toy-history.ts';

const z = makeZxid;
const HISTORY = [z(1, 1), z(1, 2), z(1, 3)];
const EPOCHS = { accepted: 1, current: 1 };

/** A leader with HISTORY, a follower 2 that has it all, and a joining server 3. */
function join(zxids: readonly number[], epochs = EPOCHS, isObserver = false) {
  const history = new ToyHistory(HISTORY, EPOCHS);
  const toy = new ToyEnsemble({ leader: 1, history, voters: [1, 2, 3] });
  toy.leader.start();
  toy.join(2, new ToyHistory(HISTORY, EPOCHS));
  toy.run();
  const member = toy.join(3, new ToyHistory(zxids, epochs), isObserver);
  return { toy, member };
}

const SITUATIONS: readonly [title: string, zxids: readonly number[]][] = [
  ['it has everything', HISTORY],
  ['it lacks the end', [z(1, 1)]],
  ['it has an entry too much', [...HISTORY, z(1, 4)]],
  ['it has nothing', []],
];

for (const [title, zxids] of SITUATIONS) {
  for (const isObserver of [false, true]) {
    const what = isObserver ? 'observer' : 'follower';
    test(`learner: ${title}, byte by byte → the ${what} is the same`, () => {
      const { toy, member } = join(zxids, EPOCHS, isObserver);
      toy.chunkBytes = 1;
      toy.run();
      assert.ok(member.isServing, member.end ?? '');
      assert.deepEqual(member.history.zxids, HISTORY);
    });

    test(`learner: ${title} → the ${what} ends with the leader's history`, () => {
      const { toy, member } = join(zxids, EPOCHS, isObserver);
      toy.run();
      assert.ok(member.isServing, member.end ?? '');
      assert.deepEqual(member.history.zxids, HISTORY);
      assert.deepEqual(member.history.epochs, { accepted: 2, current: 2 });
      toy.propose(z(2, 1));
      toy.run();
      assert.equal(member.applied.at(-1), z(2, 1));
    });
  }
}

test('learner: the accepted epoch is not on its disk → ACKEPOCH waits', () => {
  const { toy, member } = join(HISTORY);
  toy.carry();
  assert.equal(member.learner.stage, 'accepting');
  toy.syncMember(member);
  assert.equal(member.learner.stage, 'acknowledged');
});

test('learner: the history is not on its disk → neither the epoch nor the ack', () => {
  const { toy, member } = join([z(1, 1)]);
  toy.carry();
  toy.syncMember(member);
  toy.carry();
  assert.equal(member.learner.stage, 'settling');
  assert.equal(member.history.epochs.current, 1);
  // One of the two entries is synced, the other not: still nothing.
  const first = member.history.sync();
  assert.equal(first?.kind, 'synced');
  member.learner.onHistoryMoved();
  assert.equal(member.learner.stage, 'settling');
  toy.syncMember(member);
  assert.equal(member.history.epochs.current, 2);
  assert.equal(member.learner.stage, 'ready');
});

test('learner: a snapshot is not on its disk → neither the epoch nor the ack', () => {
  const { toy, member } = join([]);
  toy.carry();
  toy.syncMember(member);
  toy.carry();
  assert.equal(member.learner.stage, 'settling');
  assert.deepEqual(member.history.zxids, HISTORY);
  assert.equal(member.history.epochs.current, 1);
  toy.syncMember(member);
  assert.equal(member.learner.stage, 'ready');
});

test('learner: entries are proposed while it synchronizes → logged, acked, applied in order', () => {
  const { toy, member } = join([]);
  toy.carry();
  toy.syncMember(member);
  toy.propose(z(2, 1));
  toy.carry();
  toy.propose(z(2, 2));
  toy.run();
  assert.deepEqual(member.history.zxids, [...HISTORY, z(2, 1), z(2, 2)]);
  assert.deepEqual(member.applied, [z(2, 1), z(2, 2)]);
});

test('learner: an entry is not on its disk → no ack for it', () => {
  const { toy, member } = join(HISTORY);
  toy.run();
  const [other] = toy.members;
  assert.ok(other);
  toy.cut(other);
  toy.propose(z(2, 1));
  toy.syncLeader();
  toy.carry();
  assert.deepEqual(toy.committed, []);
  toy.syncMember(member);
  toy.carry();
  assert.deepEqual(toy.committed, [z(2, 1)]);
});

test('learner: the leader cannot be reached → it tries again, and then looks for another', () => {
  const { toy, member } = join(HISTORY);
  for (let turn = 1; turn <= 9 && member.end === null; turn++) {
    toy.cut(member);
    toy.advance(25 * turn);
  }
  assert.match(member.end ?? '', /cannot be reached/);
});

test('learner: the connection is cut → it looks for a leader, its log as it is', () => {
  const { toy, member } = join(HISTORY);
  toy.run();
  toy.propose(z(2, 1));
  toy.carry();
  toy.cut(member);
  assert.match(member.end ?? '', /connection/);
  assert.deepEqual(
    member.learner.pendingEntries.map(({ zxid }) => zxid),
    [z(2, 1)],
  );
});

test('learner: the leader is silent → it looks for another', () => {
  const { toy, member } = join(HISTORY);
  toy.run();
  member.learner.setNow(501);
  member.learner.onTick();
  assert.match(member.end ?? '', /silent/);
});

test('learner: the leader has an older epoch than was accepted → it does not follow', () => {
  const { toy, member } = join(HISTORY);
  member.history.epochs.accepted = 7;
  toy.run();
  assert.equal(member.isServing, false);
});

const { COMMIT, DIFF, INFORM, INFORMANDACTIVATE, NEWLEADER, PING, SNAP, TRUNC, UPTODATE } =
  QuorumPacketType;

/** A learner with HISTORY that has acknowledged epoch 5. */
function acknowledged(isObserver = false): ScriptedLeader {
  const history = new ToyHistory(HISTORY, { accepted: 1, current: 1 });
  const script = new ScriptedLeader(history, isObserver);
  script.send(leaderInfo(5));
  script.sync();
  assert.equal(script.learner.stage, 'acknowledged');
  script.takeSent();
  return script;
}

test('learner: an entry of a later epoch than the leader has → refused, nothing is logged', () => {
  const script = acknowledged();
  script.send({ type: DIFF, zxid: z(1, 3) }, proposal(z(6, 1)));
  assert.match(script.end ?? '', /a later epoch/);
  assert.deepEqual(script.history.zxids, HISTORY);
});

for (const [name, type] of Object.entries({ DIFF, TRUNC, SNAP })) {
  for (const zxid of [z(6, 1), -1]) {
    test(`learner: ${name} to ${zxid}, which is not of the leader's epoch → refused`, () => {
      const script = acknowledged();
      script.send({ type, zxid });
      assert.match(script.end ?? '', /no zxid of its epoch/);
      assert.deepEqual(script.history.zxids, HISTORY);
    });
  }
}

test('learner: DIFF leads to where its entries do not reach → NEWLEADER is not acknowledged', () => {
  const script = acknowledged();
  script.send({ type: DIFF, zxid: z(1, 5) }, proposal(z(1, 4)), { type: COMMIT, zxid: z(1, 4) });
  script.send({ type: NEWLEADER, zxid: z(5, 0) });
  script.sync();
  assert.match(script.end ?? '', /ends at 0x100000004/);
  assert.deepEqual(script.takeSent(), []);
});

test("learner: DIFF to the marker of Java's leader → its history is whole", () => {
  const script = acknowledged();
  script.send({ type: DIFF, zxid: z(4, 0) }, { type: NEWLEADER, zxid: z(5, 0) });
  script.sync();
  assert.deepEqual(script.takeSent(), ['ACK 0x500000000']);
});

test('learner: an INFORM while a proposal is not committed → refused, nothing is applied', () => {
  for (const inform of [
    proposal(z(1, 5), INFORM),
    {
      type: INFORMANDACTIVATE,
      zxid: z(1, 5),
      data: encodeInformAndActivate(1, entryOf(z(1, 5)).payload),
    },
  ]) {
    const script = acknowledged(true);
    script.send({ type: DIFF, zxid: z(1, 3) }, proposal(z(1, 4)), inform);
    assert.match(script.end ?? '', /not committed yet/);
    assert.deepEqual(script.applied, []);
  }
});

test('learner: a ping before there is anything to keep alive → refused', () => {
  const script = acknowledged();
  script.send({ type: PING, zxid: z(1, 3) });
  assert.match(script.end ?? '', /nothing is synchronized/);
});

test("learner: proposals that the snapshot has already, as Java's leaders send → passed over", () => {
  const script = acknowledged();
  const writer = new BinaryWriter();
  writer.int(2);
  for (const zxid of [z(1, 4), z(1, 5)]) writer.longFromNumber(zxid);
  script.send({ type: SNAP, zxid: z(1, 5) }, writer.take());
  for (const zxid of [z(1, 5), z(1, 6)]) script.send(proposal(zxid), { type: COMMIT, zxid });
  script.send({ type: NEWLEADER, zxid: z(5, 0) });
  script.sync();
  script.send({ type: UPTODATE, zxid: -1 });
  assert.ok(script.isServing, script.end ?? '');
  assert.deepEqual(script.history.zxids, [z(1, 4), z(1, 5), z(1, 6)]);
  assert.deepEqual(script.applied, [z(1, 6)]);
  // Later the same is no repetition any more.
  script.send(proposal(z(1, 5)));
  assert.match(script.end ?? '', /does not follow/);
});

test('learner: TRUNC to an entry that it has not → cut before it, and it asks again', () => {
  const history = new ToyHistory([z(1, 1), z(2, 1)], { accepted: 2, current: 2 });
  const script = new ScriptedLeader(history);
  script.send(leaderInfo(5));
  script.sync();
  script.send({ type: TRUNC, zxid: z(1, 3) }, proposal(z(3, 1)));
  script.sync();
  assert.deepEqual(script.history.zxids, [z(1, 1)]);
  assert.match(script.end ?? '', /there is no 0x100000003 .* it ends at 0x100000001/);
});

test('learner: it is to wait before it dials → dials then, and has all of initLimit from there', () => {
  const script = new ScriptedLeader(
    new ToyHistory(HISTORY, { accepted: 1, current: 1 }),
    true,
    5000,
  );
  assert.throws(() => script.link, /nothing was dialled/);
  assert.equal(script.learner.deadlineMs, 5000);
  for (const ms of [1500, 4999]) {
    script.learner.setNow(ms);
    script.learner.onTick();
    assert.equal(script.end, null);
  }
  assert.throws(() => script.link, /nothing was dialled/);
  script.learner.setNow(5000);
  script.learner.onTick();
  script.learner.onLinkUp(script.link);
  assert.deepEqual(script.takeSent(), ['OBSERVERINFO 0x100000000']);
  script.learner.setNow(6001);
  script.learner.onTick();
  assert.match(script.end ?? '', /in time/);
});
