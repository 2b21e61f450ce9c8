import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ActionQueue } from '../../../../src/core/storage/history/action-queue.ts';

const SYNC = { kind: 'syncDirectory', directory: 'log' } as const;
const INSPECT = { kind: 'inspect' } as const;

test('action queue: two actions → the second when the first is done, and the end is told', () => {
  const queue = new ActionQueue();
  assert.equal(queue.isEmpty, true);
  assert.equal(queue.nextAction(), null);
  queue.start([SYNC, INSPECT]);
  assert.equal(queue.nextAction(), SYNC);
  assert.equal(queue.nextAction(), null);
  assert.equal(queue.onDone(), false);
  assert.equal(queue.nextAction(), INSPECT);
  assert.equal(queue.isEmpty, false);
  assert.equal(queue.onDone(), true);
  assert.equal(queue.isEmpty, true);
});

test('action queue: done without an action, or filled too early → an assertion fails', () => {
  const queue = new ActionQueue();
  assert.throws(() => queue.onDone(), /no action/);
  queue.start([SYNC]);
  assert.throws(() => queue.start([SYNC]), /not done/);
});
