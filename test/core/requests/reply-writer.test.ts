import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAsk, startServer } from '../../scenario/asks.ts';

test('figures: packets, the last cxid and zxid, and the latency of a write in monotonic time', () => {
  const run = startServer();
  run.send('a', createAsk('/x'));
  run.monotonicMs += 40;
  run.syncDisk();
  const stats = run.client('a').connection?.stats;
  assert.deepEqual(
    [stats?.received, stats?.sent, stats?.lastCxid, stats?.lastZxid, stats?.lastOperation],
    [2, 2, 1, 2, 'CREA'],
  );
  assert.equal(stats?.latency.max, 40);
  assert.equal(run.server.processor.stats.updateLatency.max, 40);
});

test('figures: a reply without a body → twenty bytes, sixteen without its length', () => {
  const run = startServer();
  run.call('a', { kind: 'getData', path: '/none', watch: false });
  const { lastResponseBytes } = run.server.processor.stats;
  assert.equal(lastResponseBytes, 16);
});
