import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AppliedWatch } from '../../src/server/applied-watch.ts';

test('applied watch: steps → who waits is called once its txn is applied, no sooner', async () => {
  let applied = 0;
  const watch = new AppliedWatch(() => applied);
  const step = (zxid: number) => {
    applied = zxid;
    watch.onStep();
  };
  const done: number[] = [];
  const waits = [3, 1, 2].map((zxid) => watch.wait(zxid).then(() => done.push(zxid)));
  step(0);
  step(2);
  await Promise.all(waits.slice(1));
  assert.deepEqual(done, [1, 2]);
  step(3);
  await waits[0];
  assert.deepEqual(done, [1, 2, 3]);
  await watch.wait(3);
});

test('applied watch: the server ends → who waits is told, now and later', async () => {
  const watch = new AppliedWatch(() => 0);
  const before = assert.rejects(watch.wait(1), /the server has ended/);
  watch.end();
  await before;
  await assert.rejects(watch.wait(1), /the server has ended/);
});
