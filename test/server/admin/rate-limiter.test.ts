import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RateLimiter } from '../../../src/server/admin/rate-limiter.ts';

test('rate limiter: one in each interval → the others are refused', () => {
  let now = 1000;
  const limiter = new RateLimiter(300, () => now);
  assert.equal(limiter.allow(), true);
  assert.equal(limiter.allow(), false);
  now += 300;
  assert.equal(limiter.allow(), false);
  now += 1;
  assert.equal(limiter.allow(), true);
  assert.equal(limiter.allow(), false);
  now += 10_000;
  assert.equal(limiter.allow(), true);
});
