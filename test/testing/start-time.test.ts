/**
 * How long a test waits for its servers. The promise is of a machine that has nothing else to do;
 * here the quickest of several starts has to be much better than that, as it is however busy the
 * machine is, unless a start waits for something.
 */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { TestEnsemble, TestServer } from '../../src/testing/index.ts';

interface Started {
  close(): Promise<void>;
}

/** The quickest, in milliseconds; the median is told. */
async function quickestMs(t: TestContext, count: number, start: () => Promise<Started>) {
  const times: number[] = [];
  for (let round = 0; round < count; round++) {
    const startMs = performance.now();
    const started = await start();
    times.push(performance.now() - startMs);
    await started.close();
  }
  times.sort((shorter, longer) => shorter - longer);
  const [quickest = 0, median = 0] = [times[0], times[Math.floor(count / 2)]];
  t.diagnostic(
    `${count} starts: median ${median.toFixed(1)} ms, at least ${quickest.toFixed(1)} ms`,
  );
  return quickest;
}

test('start time: a server in this process → serves in less than 100 ms, with room', async (t) => {
  assert.ok((await quickestMs(t, 21, () => TestServer.start())) < 50);
});

test('start time: three servers and an observer → all serve in less than a second, with room', async (t) => {
  assert.ok((await quickestMs(t, 9, () => TestEnsemble.start({ observers: 1 }))) < 500);
});
