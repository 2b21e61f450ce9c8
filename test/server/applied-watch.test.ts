import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AppliedWatch } from '../../src/server/applied-watch.ts';

test('applied watch: steps → who waits is called once its txn is applied, no sooner', async () => {
  const watch = new AppliedWatch();
  const done: number[] = [];
  const waits = [3, 1, 2].map((zxid) => watch.wait(zxid).then(() => done.push(zxid)));
  watch.onStep(0);
  watch.onStep(2);
  await Promise.all(waits.slice(1));
  assert.deepEqual(done, [1, 2]);
  watch.onStep(3);
  await waits[0];
  assert.deepEqual(done, [1, 2, 3]);
});

test('applied watch: the server ends → who waits is told, now and later', async () => {
  const watch = new AppliedWatch();
  const before = assert.rejects(watch.wait(1), /the server has ended/);
  watch.end();
  await before;
  await assert.rejects(watch.wait(1), /the server has ended/);
});
