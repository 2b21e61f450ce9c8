import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConnectionStats, ServerStats } from '../../../src/core/requests/connection-stats.ts';

test('server stats: responses → last, smallest and largest', () => {
  const stats = new ServerStats();
  for (const bytes of [50, 10, 30]) stats.countResponse(bytes);
  const { lastResponseBytes, minResponseBytes, maxResponseBytes } = stats;
  assert.deepEqual([lastResponseBytes, minResponseBytes, maxResponseBytes], [30, 10, 50]);
  assert.equal(stats.packetsSent, 3);
  assert.equal(stats.bytesSent, 90);
});

test('server stats: close reasons with a number that a client chose → counted as one', () => {
  const stats = new ServerStats();
  stats.countClose('length 1234');
  stats.countClose('length -5');
  assert.deepEqual([...stats.closeReasons], [['length N', 2]]);
});

test('server stats: a reset → all counters but those that last', () => {
  const stats = new ServerStats();
  stats.countResponse(5);
  stats.countClose('x');
  stats.packetsReceived = 3;
  stats.snapshotCount = 2;
  stats.reset();
  const fresh = new ServerStats();
  fresh.snapshotCount = 2;
  assert.deepEqual(stats, fresh);
});

test('connection stats: a reset → as new, but for when it was established', () => {
  const stats = new ConnectionStats(77);
  stats.sent = 3;
  stats.lastCxid = 9;
  stats.lastOperation = 'CREA';
  stats.latency.record(4);
  stats.reset();
  assert.deepEqual(stats, new ConnectionStats(77));
});
