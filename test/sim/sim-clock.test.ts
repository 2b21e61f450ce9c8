import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SimClock } from '../../src/sim/sim-clock.ts';

test('sim-clock: the wall clock jumps back → monotonic time goes on', () => {
  const clock = new SimClock();
  clock.moveTo(2_500_000);
  const before = clock.now();
  clock.jumpWall(-3_600_000);
  clock.moveTo(2_501_000);
  const after = clock.now();
  assert.equal(after.monotonicMs - before.monotonicMs, 1);
  assert.equal(after.wallMs - before.wallMs, 1 - 3_600_000);
});

test('sim-clock: time is moved back → refused', () => {
  const clock = new SimClock();
  clock.moveTo(10);
  assert.throws(() => clock.moveTo(9), /time goes on/);
});
