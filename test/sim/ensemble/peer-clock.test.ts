import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PeerClock } from '../../../src/sim/ensemble/peer-clock.ts';
import { SimClock } from '../../../src/sim/sim-clock.ts';

test('peer-clock: a fast clock → more of its milliseconds in the same time', () => {
  const clock = new SimClock();
  const fast = new PeerClock(clock, 2);
  const right = new PeerClock(clock, 1);
  clock.moveTo(1_000_000);
  assert.equal(fast.now().monotonicMs, 2000);
  assert.equal(right.now().monotonicMs, 1000);
  assert.equal(fast.usOf(100), 50_000);
});

test('peer-clock: its wall clock jumps → nobody else sees it, and its own time goes on', () => {
  const clock = new SimClock();
  const one = new PeerClock(clock, 1);
  const other = new PeerClock(clock, 1);
  one.jumpWall(-3_600_000);
  assert.equal(one.now().wallMs, other.now().wallMs - 3_600_000);
  assert.equal(one.now().monotonicMs, other.now().monotonicMs);
});
