import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Prng } from '../../src/base/prng.ts';
import { EventQueue } from '../../src/sim/event-queue.ts';

test('event-queue: events added in any order → taken in the order of time', () => {
  const prng = new Prng(5);
  const queue = new EventQueue(new Prng(1));
  const times = Array.from({ length: 300 }, () => prng.below(50));
  for (const time of times) queue.add(time, 'x', () => {});
  const taken = times.map(() => queue.take()?.timeUs);
  assert.deepEqual(
    taken,
    times.toSorted((a, b) => a - b),
  );
  assert.equal(queue.take(), undefined);
});

test('event-queue: the same moment → the seed decides the order, the same each time', () => {
  const orderOf = (seed: number) => {
    const queue = new EventQueue(new Prng(seed));
    for (let i = 0; i < 20; i++) queue.add(7, String(i), () => {});
    return Array.from({ length: 20 }, () => queue.take()?.label).join();
  };
  assert.equal(orderOf(3), orderOf(3));
  assert.notEqual(orderOf(3), orderOf(4));
});

test('event-queue: a cancelled event → never taken', () => {
  const queue = new EventQueue(new Prng(1));
  queue.add(1, 'gone', () => {}).isCancelled = true;
  queue.add(2, 'kept', () => {});
  assert.equal(queue.take()?.label, 'kept');
});
