import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Stall, Stalls } from '../../../../src/core/requests/stats/stalls.ts';

const stall = (endedMs: number, durationMs: number): Stall => {
  return { endedMs, durationMs, cause: 'unknown' };
};

test('stalls: a time that some of them lie in → the parts within it', () => {
  const stalls = new Stalls();
  stalls.record(stall(1000, 300));
  stalls.record(stall(2000, 500));
  assert.equal(stalls.within(0, 3000), 800);
  assert.equal(stalls.within(900, 1600), 200);
  assert.equal(stalls.within(1000, 1500), 0);
  assert.equal(stalls.within(1600, 1700), 100);
});

test('stalls: more than are kept → all are counted, the last ones are there, the last first', () => {
  const stalls = new Stalls();
  for (let at = 1; at <= 100; at++) stalls.record(stall(at, 1));
  const recent = stalls.recent();
  assert.deepEqual([stalls.count, recent.length], [100, 64]);
  assert.deepEqual([recent[0]?.endedMs, recent.at(-1)?.endedMs], [100, 37]);
  stalls.reset();
  assert.deepEqual([stalls.count, stalls.recent().length], [0, 64]);
});
