import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ServerStats } from '../../../../src/core/requests/connection-stats.ts';
import { SlowRequests } from '../../../../src/core/requests/stats/slow-requests.ts';

const NOW = { monotonicMs: 10_000, wallMs: 500 };
const SLOW = { operation: 'setData', sessionId: 7n, latencyMs: 1000 };

test('slow requests: what most of the time went to → the cause', () => {
  const stats = new ServerStats();
  const causeNow = () => {
    stats.onSlowRequest(SLOW, NOW);
    return stats.slowRequests.recent()[0]?.cause;
  };
  assert.equal(causeNow(), 'queue');
  stats.ensemble.isMember = true;
  assert.equal(causeNow(), 'quorum');
  stats.countSync(5, 600);
  assert.equal(causeNow(), 'log');
  stats.onStall({ endedMs: 9_900, durationMs: 700, cause: 'work' });
  assert.equal(causeNow(), 'stall');
  assert.deepEqual(stats.slowRequests.counts, { stall: 1, log: 1, quorum: 1, queue: 1 });
});

test('slow requests: a report → how many since the last, and the slowest', () => {
  const requests = new SlowRequests();
  assert.equal(requests.takeReport(), null);
  for (const latencyMs of [5, 9, 7]) {
    requests.record({ ...SLOW, latencyMs, cause: 'log', answeredMs: 1 });
  }
  const report = requests.takeReport();
  assert.deepEqual([report?.count, report?.slowest.latencyMs], [3, 9]);
  assert.equal(requests.takeReport(), null);
});

test('slow requests: more than are kept → all are counted, the last ones are there', () => {
  const requests = new SlowRequests();
  for (let latencyMs = 1; latencyMs <= 100; latencyMs++) {
    requests.record({ ...SLOW, latencyMs, cause: 'queue', answeredMs: 1 });
  }
  assert.deepEqual([requests.counts.queue, requests.recent().length], [100, 64]);
  assert.equal(requests.recent()[0]?.latencyMs, 100);
  requests.reset();
  assert.equal(requests.counts.queue, 0);
});
