import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SyncedLearnerTracker } from '../../../../src/core/zab/election/synced-learner-tracker.ts';
import { QuorumMaj } from '../../../../src/core/zab/members/quorum-maj.ts';

const majority = (voters: number[], observers: number[] = []) =>
  new QuorumMaj({
    version: 0,
    voters: new Set(voters),
    observers: new Set(observers),
    configText: '',
  });

test('tracker: one configuration → its quorum, whoever acks twice', () => {
  const tracker = new SyncedLearnerTracker([majority([1, 2, 3], [4])]);
  assert.equal(tracker.addAck(1), true);
  assert.equal(tracker.addAck(1), true);
  assert.equal(tracker.hasAllQuorums(), false);
  assert.deepEqual([tracker.addAck(4), tracker.hasAck(4)], [false, false]);
  assert.equal(tracker.hasAllQuorums(), false);
  assert.deepEqual([tracker.addAck(2), tracker.hasAck(2)], [true, true]);
  assert.equal(tracker.hasAllQuorums(), true);
  tracker.removeAck(1);
  assert.deepEqual([tracker.hasAck(1), tracker.hasAllQuorums()], [false, false]);
});

test('tracker: a reconfiguration under way → a quorum of the old and of the new', () => {
  const tracker = new SyncedLearnerTracker([majority([1, 2, 3]), majority([3, 4, 5])]);
  for (const sid of [1, 2]) tracker.addAck(sid);
  assert.equal(tracker.hasAllQuorums(), false);
  tracker.addAck(4);
  assert.equal(tracker.hasAllQuorums(), false);
  tracker.addAck(3);
  assert.equal(tracker.hasAllQuorums(), true);
});

test('tracker: a quorum of one of the two → some, not all', () => {
  const tracker = new SyncedLearnerTracker([majority([1, 2, 3]), majority([3, 4, 5])]);
  tracker.addAck(1);
  assert.equal(tracker.hasSomeQuorum(), false);
  tracker.addAck(2);
  assert.deepEqual([tracker.hasSomeQuorum(), tracker.hasAllQuorums()], [true, false]);
});
