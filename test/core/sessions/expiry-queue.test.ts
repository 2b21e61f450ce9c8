import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Expirable, ExpiryQueue } from '../../../src/core/sessions/expiry-queue.ts';

interface Item extends Expirable {
  readonly name: string;
}

const item = (name: string): Item => ({ name, expiryBucketMs: -1 });
const names = (items: readonly Item[]) => items.map(({ name }) => name).sort();

test('expiry: a deadline → the end of its bucket, and one on a boundary the next one', () => {
  const queue = new ExpiryQueue<Item>(1000, 0);
  for (const [timeoutMs, endMs] of [
    [0, 1000],
    [999, 1000],
    [1000, 2000],
    [1001, 2000],
  ] as const) {
    const each = item('x');
    queue.touch(each, 0, timeoutMs);
    assert.equal(each.expiryBucketMs, endMs);
  }
});

test('expiry: a whole bucket at once, not before its end', () => {
  const queue = new ExpiryQueue<Item>(1000, 0);
  queue.touch(item('a'), 0, 1200);
  queue.touch(item('b'), 100, 1800);
  queue.touch(item('c'), 0, 2500);
  assert.deepEqual(queue.takeExpired(1999.9), []);
  assert.deepEqual(names(queue.takeExpired(2000)), ['a', 'b']);
  assert.deepEqual(queue.takeExpired(2999), []);
  assert.deepEqual(names(queue.takeExpired(3000)), ['c']);
});

test('expiry: touched → moves on; removed → never; both leave no bucket behind', () => {
  const queue = new ExpiryQueue<Item>(1000, 0);
  const moved = item('moved');
  const removed = item('removed');
  queue.touch(moved, 0, 500);
  queue.touch(removed, 0, 500);
  queue.touch(moved, 900, 500);
  queue.remove(removed);
  queue.remove(removed);
  assert.deepEqual(queue.takeExpired(1000), []);
  assert.deepEqual(queue.buckets(), [[2000, [moved]]]);
  assert.deepEqual(names(queue.takeExpired(2000)), ['moved']);
  assert.equal(moved.expiryBucketMs, -1);
  assert.deepEqual(queue.buckets(), []);
});

test('expiry: with a shorter time-out than before → back to an earlier bucket', () => {
  const queue = new ExpiryQueue<Item>(1000, 0);
  const each = item('x');
  queue.touch(each, 0, 9000);
  queue.touch(each, 0, 1500);
  assert.deepEqual(names(queue.takeExpired(2000)), ['x']);
});

test('expiry: after a pause of the process, short or long → all that is over, and the rest in its time', () => {
  for (const pauseMs of [5000, 63_000, 64_000, 65_000, 10_000_000]) {
    const queue = new ExpiryQueue<Item>(1000, 0);
    for (const timeoutMs of [500, 3500, pauseMs - 500]) queue.touch(item('over'), 0, timeoutMs);
    queue.touch(item('later'), 0, pauseMs + 2500);
    assert.equal(queue.takeExpired(pauseMs).length, 3, String(pauseMs));
    assert.deepEqual(queue.takeExpired(pauseMs + 2000), []);
    assert.deepEqual(names(queue.takeExpired(pauseMs + 3000)), ['later']);
  }
});

test('expiry: any touches and pauses → each exactly once, within one bucket after its deadline', () => {
  const step = fc.record({ waitMs: fc.nat(200_000), timeoutMs: fc.nat(30_000), which: fc.nat(4) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const queue = new ExpiryQueue<Item>(1000, 0);
      const items = [0, 1, 2, 3, 4].map((each) => item(String(each)));
      const deadlines = new Map<Item, number>();
      let nowMs = 0;
      for (const { waitMs, timeoutMs, which } of steps) {
        nowMs += waitMs;
        const expired = new Set(queue.takeExpired(nowMs));
        for (const [each, deadlineMs] of [...deadlines]) {
          if (expired.has(each)) assert.ok(deadlineMs <= nowMs);
          else assert.ok(deadlineMs + 1000 >= nowMs);
          if (expired.delete(each)) deadlines.delete(each);
        }
        assert.equal(expired.size, 0);
        const touched = items[which] ?? assert.fail();
        queue.touch(touched, nowMs, timeoutMs);
        deadlines.set(touched, nowMs + timeoutMs);
      }
    }),
    { numRuns: 200, seed: 7 },
  );
});

test('expiry: a timeout that is over already → expires at the next, is not forgotten', () => {
  const queue = new ExpiryQueue<Item>(1000, 5000);
  queue.takeExpired(7000);
  const late = item('late');
  queue.touch(late, 7000, -(2 ** 31));
  queue.touch(late, 7100, -3000);
  assert.deepEqual(names(queue.takeExpired(8000)), ['late']);
  assert.equal(queue.buckets().length, 0);
});
