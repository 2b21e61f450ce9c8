import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Prng } from '../../../src/base/prng.ts';
import {
  ConnectionThrottle,
  type ConnectionThrottleOptions,
} from '../../../src/server/throttle/connection-throttle.ts';

function throttleOf(options: Partial<ConnectionThrottleOptions>, nowMs = 0): ConnectionThrottle {
  const defaults: ConnectionThrottleOptions = {
    tokens: 0,
    fillTimeMs: 1,
    fillCount: 1,
    freezeTimeMs: -1,
    dropIncrease: 0.02,
    dropDecrease: 0.002,
    decreaseRatio: 0,
    weights: null,
  };
  return new ConnectionThrottle({ ...defaults, ...options }, new Prng(7), nowMs);
}

test('throttle: no tokens configured → everybody is admitted', () => {
  const throttle = throttleOf({});
  for (let at = 0; at < 1000; at++) assert.equal(throttle.admit('global', 0), true);
});

test('throttle: an empty bucket → refused until it is filled', () => {
  const throttle = throttleOf({ tokens: 3, fillTimeMs: 100, fillCount: 2 });
  for (let at = 0; at < 3; at++) assert.equal(throttle.admit('global', 10), true);
  assert.equal(throttle.admit('global', 10), false);
  assert.equal(throttle.deficit, 3);
  assert.equal(throttle.admit('global', 100), false, 'fillTime must have passed');
  assert.equal(throttle.admit('global', 101), true);
  assert.equal(throttle.admit('global', 101), true);
  assert.equal(throttle.admit('global', 101), false);
});

test('throttle: a long time → the bucket is full, not more', () => {
  const throttle = throttleOf({ tokens: 2 });
  for (let at = 0; at < 2; at++) assert.equal(throttle.admit('global', 0), true);
  for (let at = 0; at < 2; at++) assert.equal(throttle.admit('global', 1e9), true);
  assert.equal(throttle.admit('global', 1e9), false);
});

test('throttle: weights → tokens by kind, numbers meant for global sessions', () => {
  const throttle = throttleOf({ tokens: 2, weights: { global: 3, renew: 2, local: 1 } });
  assert.equal(throttle.admit('global', 0), true);
  assert.equal(throttle.admit('renew', 0), true);
  assert.equal(throttle.admit('renew', 0), false);
  assert.equal(throttle.admit('local', 0), true);
  assert.equal(throttle.deficit, 6);
  assert.equal(throttle.admit('local', 0), false);
});

test('throttle: the bucket is found empty again and again → the probability rises to 1', () => {
  const throttle = throttleOf({ tokens: 1, fillCount: 0, freezeTimeMs: 10, dropIncrease: 0.3 });
  assert.equal(throttle.admit('global', 0), true);
  const seen = [11, 12, 22, 33, 44, 55].map((nowMs) => {
    assert.equal(throttle.admit('global', nowMs), false);
    return Math.round(throttle.dropProbability * 10) / 10;
  });
  assert.deepEqual(seen, [0.3, 0.3, 0.6, 0.9, 1, 1]);
});

test('throttle: the bucket fills again → the probability falls to 0', () => {
  const options = { tokens: 10, fillTimeMs: 1000, fillCount: 10, freezeTimeMs: 10 };
  const throttle = throttleOf({ ...options, dropIncrease: 1, dropDecrease: 0.5, decreaseRatio: 1 });
  for (let at = 0; at < 10; at++) assert.equal(throttle.admit('global', 0), true);
  assert.equal(throttle.admit('global', 11), false);
  assert.equal(throttle.dropProbability, 1);
  throttle.admit('global', 1100);
  assert.equal(throttle.dropProbability, 0.5);
  throttle.admit('global', 1200);
  assert.equal(throttle.dropProbability, 0);
  assert.equal(throttle.admit('global', 1200), true);
});
