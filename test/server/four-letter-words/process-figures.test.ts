import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { ProcessFigures } from '../../../src/server/four-letter-words/process-figures.ts';

test('process figures: a loop that was blocked → its delay is seen until reset', async (t) => {
  const figures = new ProcessFigures();
  t.after(() => figures.close());
  assert.equal(figures.eventLoopDelayMs(100), 0);
  await delay(60);
  const end = performance.now() + 150;
  while (performance.now() < end);
  await delay(60);
  assert.ok(figures.eventLoopDelayMs(100) >= 100, String(figures.eventLoopDelayMs(100)));
  assert.ok(figures.eventLoopDelayMs(50) <= figures.eventLoopDelayMs(100));
  assert.ok(figures.eventLoopUtilization > 0 && figures.eventLoopUtilization <= 1);
  assert.ok(figures.uptimeMs >= 250);
  figures.reset();
  assert.equal(figures.eventLoopDelayMs(100), 0);
});

test('process figures: file descriptors → some are open, fewer than may be', (t) => {
  const figures = new ProcessFigures();
  t.after(() => figures.close());
  if (process.platform !== 'linux') return t.skip('Only Linux tells of file descriptors.');
  assert.ok(figures.openFileDescriptorCount > 2);
  assert.ok(figures.openFileDescriptorCount <= figures.maxFileDescriptorCount);
});
