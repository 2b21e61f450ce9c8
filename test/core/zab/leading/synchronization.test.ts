import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeZxid } from '../../../../src/base/zxid.ts';
import { Synchronization } from '../../../../src/core/zab/leading/synchronization.ts';
import { entryOf, ToyHistory } from '../toy-history.ts';
import { LearnerRig, takeSent } from './learner-rig.ts';

const z = makeZxid;

function synchronization() {
  const rig = new LearnerRig();
  const history = new ToyHistory([z(1, 1), z(1, 2)], { accepted: 2, current: 1 });
  const parts = { configs: rig.configs, history, host: rig, nowMs: 0 };
  return { rig, history, synchronization: new Synchronization(parts) };
}

const target = { epoch: 2, lastCommitted: z(1, 2), outstanding: [entryOf(z(2, 1))] };

test('synchronization: a follower → what it lacks, NEWLEADER, what is outstanding', () => {
  const { rig, synchronization: synchronizing } = synchronization();
  const learner = rig.connect(2, { phase: 'epochAcked' });
  learner.peerZxid = z(1, 1);
  synchronizing.begin(learner, target);
  assert.deepEqual(takeSent(learner), [
    `DIFF ${z(1, 2)}`,
    `PROPOSAL ${z(1, 2)}`,
    `COMMIT ${z(1, 2)}`,
    `NEWLEADER ${z(2, 0)}`,
    `PROPOSAL ${z(2, 1)}`,
  ]);
  synchronizing.finish(learner);
  assert.equal(learner.phase, 'broadcast');
  assert.deepEqual(takeSent(learner), ['UPTODATE -1']);
});

test('synchronization: an observer → nothing that is not committed', () => {
  const { rig, synchronization: synchronizing } = synchronization();
  const learner = rig.connect(4, { phase: 'epochAcked', isObserver: true });
  learner.peerZxid = z(1, 2);
  synchronizing.begin(learner, target);
  assert.deepEqual(takeSent(learner), [`DIFF ${z(1, 2)}`, `NEWLEADER ${z(2, 0)}`]);
});

test('synchronization: a voter takes a part of its snapshot → that moves, an observer does not', () => {
  const { rig, history, synchronization: synchronizing } = synchronization();
  history.slicesPerSnapshot = 3;
  const voter = rig.connect(2, { phase: 'epochAcked' });
  const observer = rig.connect(4, { phase: 'epochAcked', isObserver: true });
  for (const learner of [voter, observer]) synchronizing.begin(learner, target);
  synchronizing.onDrained(observer, 70);
  assert.equal(synchronizing.snapshotMovedMs, 0);
  synchronizing.onDrained(voter, 80);
  assert.equal(synchronizing.snapshotMovedMs, 80);
});

test('synchronization: acks of NEWLEADER → a quorum of voters', () => {
  const { synchronization: synchronizing } = synchronization();
  for (const sid of [1, 4]) synchronizing.ack(sid);
  assert.equal(synchronizing.hasQuorum, false);
  synchronizing.ack(3);
  assert.equal(synchronizing.hasQuorum, true);
});
