import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SyncQueue } from '../../../../src/core/zab/leading/sync-queue.ts';
import { LearnerRig, takeSent } from './learner-rig.ts';

test('sync-queue: what was proposed before is not committed → not due', () => {
  const queue = new SyncQueue();
  const learner = new LearnerRig().connect(2);
  queue.push({ afterZxid: 5, learner });
  assert.equal(queue.due(4), null);
  assert.equal(queue.due(5)?.learner, learner);
  queue.answerFirst();
  assert.deepEqual(takeSent(learner), ['SYNC 0']);
  assert.equal(queue.size, 0);
});

test('sync-queue: several ask → answered in the order of asking', () => {
  const queue = new SyncQueue();
  const rig = new LearnerRig();
  const [one, other] = [rig.connect(2), rig.connect(3)];
  queue.push({ afterZxid: 5, learner: one });
  queue.push({ afterZxid: 6, learner: other });
  assert.equal(queue.due(5)?.learner, one);
  queue.answerFirst();
  assert.equal(queue.due(5), null);
  assert.deepEqual([takeSent(one), takeSent(other)], [['SYNC 0'], []]);
});

test('sync-queue: who asked is gone → the others stay', () => {
  const queue = new SyncQueue();
  const rig = new LearnerRig();
  const [one, other] = [rig.connect(2), rig.connect(3)];
  queue.push({ afterZxid: 5, learner: one });
  queue.push({ afterZxid: 5, learner: other });
  queue.forget(one);
  assert.equal(queue.due(5)?.learner, other);
  assert.equal(queue.size, 1);
});
