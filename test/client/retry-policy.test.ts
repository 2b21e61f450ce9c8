import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  exponentialBackoff,
  type RetryPolicy,
  retryForever,
  retryNever,
  retryOnce,
  retryTimes,
  retryUntilElapsed,
} from '../../src/client/index.ts';

const delays = (policy: RetryPolicy, attempts: number, random = 0) =>
  Array.from({ length: attempts }, (_, i) =>
    policy.delayMs({ attempt: i + 1, elapsedMs: i * 100, random: () => random }),
  );

test('retry policies: the fixed ones → so many times this pause', () => {
  assert.deepEqual(delays(retryNever, 2), [null, null]);
  assert.deepEqual(delays(retryOnce({ delayMs: 5 }), 2), [5, null]);
  assert.deepEqual(delays(retryTimes(2, { delayMs: 5 }), 3), [5, 5, null]);
  assert.deepEqual(delays(retryForever({ delayMs: 5 }), 3), [5, 5, 5]);
});

test('retry policies: until elapsed → the pause counts', () => {
  const policy = retryUntilElapsed({ maxElapsedMs: 250, delayMs: 60 });
  assert.deepEqual(delays(policy, 3), [60, 60, null]);
});

test('retry policies: exponential back-off → doubles up to the longest, half of it random', () => {
  const policy = exponentialBackoff({ baseMs: 100, maxMs: 350, retriesMax: 4 });
  assert.deepEqual(delays(policy, 5, 0), [50, 100, 175, 175, null]);
  assert.deepEqual(delays(policy, 5, 1), [100, 200, 350, 350, null]);
});
