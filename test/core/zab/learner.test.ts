import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeZxid } from '../../../src/base/zxid.ts';
import { ToyEnsemble } from './toy-ensemble.ts';
import { ToyHistory } from './toy-history.ts';

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
