import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LatencyStats } from '../../../../src/core/requests/stats/latency-stats.ts';

test('latency: nothing recorded → minimum -1, average 0', () => {
  const latency = new LatencyStats();
  assert.deepEqual([latency.min, latency.max, latency.average], [-1, 0, 0]);
});

test('latency: values → minimum, maximum, average; a reset forgets them', () => {
  const latency = new LatencyStats();
  for (const ms of [4, 0, 5]) latency.record(ms);
  assert.deepEqual([latency.min, latency.max, latency.average, latency.count], [0, 5, 3, 3]);
  latency.reset();
  assert.deepEqual({ ...latency }, { ...new LatencyStats() });
});
