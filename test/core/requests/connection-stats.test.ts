import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeZxid } from '../../../src/base/zxid.ts';
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

test('server stats: syncs of the log → how many txns each wrote, also over an epoch', () => {
  const stats = new ServerStats();
  for (const through of [makeZxid(1, 7), makeZxid(1, 8), makeZxid(1, 12), makeZxid(2, 3)]) {
    stats.countSync(through, 1);
  }
  const { count, sum, max } = stats.syncBatchSize;
  assert.deepEqual([count, sum, max], [3, 8, 4]);
  assert.equal(stats.syncTime.count, 4);
});

test('server stats: a snapshot → how long it took', () => {
  const stats = new ServerStats();
  stats.snapshotStarted(7, 1000);
  stats.snapshotDone(7, 1500);
  assert.deepEqual([stats.snapshotCount, stats.snapshotTime.sum], [1, 500]);
});

test('server stats: a snapshot that a leader sent is on the disk → no time of one of ours', () => {
  const stats = new ServerStats();
  stats.snapshotDone(9, 1_000_000);
  // Given up for the one that came.
  stats.snapshotStarted(7, 1000);
  stats.snapshotDone(9, 1_000_000);
  assert.deepEqual([stats.snapshotCount, stats.snapshotTime.count], [1, 0]);
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
