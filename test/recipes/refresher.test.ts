import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Refresher } from '../../src/recipes/refresher.ts';

/** A read that ends when the test says so. */
function rig() {
  const reads: { resolve(): void; reject(error: unknown): void }[] = [];
  const errors: unknown[] = [];
  const refresher = new Refresher({
    refresh: () => new Promise((resolve, reject) => reads.push({ resolve, reject })),
    onError: (error) => errors.push(error),
  });
  return { reads, errors, refresher };
}

test('refresher: poked thrice during a read → one more read, and all are told after it', async () => {
  const { reads, refresher } = rig();
  const first = refresher.poke();
  const others = [refresher.poke(), refresher.poke()];
  assert.equal(reads.length, 1);
  reads[0]?.resolve();
  await new Promise(setImmediate);
  assert.equal(reads.length, 2);
  reads[1]?.resolve();
  await Promise.all([first, ...others]);
  assert.equal(reads.length, 2);
});

test('refresher: a read that fails → told, and the next poke reads again', async () => {
  const { reads, errors, refresher } = rig();
  const first = refresher.poke();
  reads[0]?.reject('gone');
  await first;
  assert.deepEqual(errors, ['gone']);
  const second = refresher.poke();
  reads[1]?.resolve();
  await second;
});

test('refresher: ended during a read → no further read, its error is nobody’s, all are let go', async () => {
  const { reads, errors, refresher } = rig();
  const waiting = refresher.poke();
  const other = refresher.poke();
  refresher.end();
  reads[0]?.reject('late');
  await Promise.all([waiting, other]);
  assert.deepEqual([reads.length, errors.length, refresher.isEnded], [1, 0, true]);
});
