import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LeadershipCheck } from '../../../../src/core/zab/leading/leadership-check.ts';
import { SyncQueue } from '../../../../src/core/zab/leading/sync-queue.ts';
import type { LearnerHandler } from '../../../../src/core/zab/learner-handler.ts';
import { ensembleOf } from '../members/ensemble-of.ts';
import { LearnerRig } from './learner-rig.ts';

const asked = (learner: LearnerHandler | null, zxid: number) => ({
  afterZxid: zxid,
  lastZxid: zxid,
  learner,
});

test('sync-queue: what was proposed before is not committed → not due', () => {
  const queue = new SyncQueue(null);
  const learner = new LearnerRig().connect(2);
  queue.push(asked(learner, 5));
  assert.equal(queue.due(4), null);
  assert.equal(queue.due(5)?.learner, learner);
  queue.dropFirst();
  assert.equal(queue.size, 0);
});

test('sync-queue: several ask → due in the order of asking', () => {
  const queue = new SyncQueue(null);
  const rig = new LearnerRig();
  const [one, other] = [rig.connect(2), rig.connect(3)];
  queue.push(asked(one, 5));
  queue.push(asked(other, 6));
  assert.equal(queue.due(5)?.learner, one);
  queue.dropFirst();
  assert.equal(queue.due(5), null);
  assert.equal(queue.due(6)?.learner, other);
});

test('sync-queue: who asked is gone → the others stay', () => {
  const queue = new SyncQueue(null);
  const rig = new LearnerRig();
  const [one, other] = [rig.connect(2), rig.connect(3)];
  queue.push(asked(one, 5));
  queue.push(asked(other, 5));
  queue.forget(one);
  assert.equal(queue.due(5)?.learner, other);
  assert.equal(queue.size, 1);
});

/** Five voters, of which this server is the first. */
function checked() {
  const rig = new LearnerRig(true);
  const { configs } = rig;
  configs.activate(ensembleOf([1, 2, 3, 4, 5], [6], 1));
  const pings: number[] = [];
  const ping = (round: number) => void pings.push(round);
  const check = new LeadershipCheck({ myid: 1, configs, ping });
  return { rig, pings, check, queue: new SyncQueue(check) };
}

test('sync-queue: with a check → due when a quorum with the asker has answered its round', () => {
  const { rig, pings, check, queue } = checked();
  queue.push(asked(rig.connect(2), 5));
  assert.deepEqual(pings, [1]);
  check.onAnswer(2, 1);
  assert.equal(queue.due(5), null);
  check.onAnswer(4, 1);
  assert.notEqual(queue.due(5), null);
});

test('sync-queue: with a check, asked by an observer or here → as many others are needed', () => {
  for (const learner of [new LearnerRig().connect(6, { isObserver: true }), null]) {
    const { check, queue } = checked();
    queue.push(asked(learner, 5));
    check.onAnswer(4, 1);
    assert.equal(queue.due(5), null);
    check.onAnswer(3, 1);
    assert.equal(queue.due(5)?.learner, learner);
  }
});

test('sync-queue: with a check, what was proposed after it is committed → confirmed by that', () => {
  const { rig, queue } = checked();
  queue.push(asked(rig.connect(2), 5));
  assert.equal(queue.due(5), null);
  assert.notEqual(queue.due(6), null);
});

test('sync-queue: with a check, the leader and the asker are a quorum → no ping', () => {
  const rig = new LearnerRig();
  const pings: number[] = [];
  const ping = (round: number) => void pings.push(round);
  const { configs } = rig;
  const queue = new SyncQueue(new LeadershipCheck({ myid: 1, configs, ping }));
  queue.push(asked(rig.connect(2), 5));
  assert.deepEqual(pings, []);
  assert.notEqual(queue.due(5), null);
});
