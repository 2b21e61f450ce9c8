// The generator against a second writing of sfc32 in bigints, and the ranges of what it draws.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Prng } from '../../src/base/prng.ts';

const uint = (value: bigint): bigint => BigInt.asUintN(32, value);

function* sfc32(seed: number): Generator<number, never> {
  let [a, b, c, counter] = [uint(BigInt(seed)), uint(BigInt(seed) >> 32n), 0x9e3779b9n, 1n];
  for (let drawn = 0; ; drawn++) {
    const sum = uint(a + b + counter);
    counter = uint(counter + 1n);
    a = b ^ (b >> 9n);
    b = uint(c + (c << 3n));
    c = uint(uint((c << 21n) | (c >> 11n)) + sum);
    if (drawn >= 15) yield Number(sum);
  }
}

const seeds = fc.nat({ max: Number.MAX_SAFE_INTEGER });
const draw = (prng: Prng, count: number): number[] =>
  Array.from({ length: count }, () => prng.uint32());

test('prng: any seed → the numbers of sfc32', () => {
  fc.assert(
    fc.property(seeds, (seed) => {
      const expected = sfc32(seed);
      const actual = draw(new Prng(seed), 20);
      assert.deepEqual(
        actual,
        actual.map(() => expected.next().value),
      );
    }),
  );
});

test('prng: two of one seed → equal; of seeds that differ in a high bit → not', () => {
  assert.deepEqual(draw(new Prng(7), 50), draw(new Prng(7), 50));
  assert.notDeepEqual(draw(new Prng(7), 4), draw(new Prng(7 + 2 ** 40), 4));
});

test('prng: ranges → every value in them and none outside', () => {
  const prng = new Prng(1);
  const seen = new Set<number>();
  for (let i = 0; i < 500; i++) seen.add(prng.between(-2, 3));
  assert.deepEqual([...seen].sort(), [-1, -2, 0, 1, 2, 3]);
  for (let i = 0; i < 100; i++) assert.equal(prng.below(1), 0);
  for (let i = 0; i < 100; i++) assert.ok(['x', 'y'].includes(prng.pick(['x', 'y'])));
});

test('prng: probabilities → never, always, and about a third', () => {
  const prng = new Prng(2);
  let hits = 0;
  for (let i = 0; i < 3000; i++) {
    assert.equal(prng.chance(0), false);
    assert.equal(prng.chance(1), true);
    if (prng.chance(1 / 3)) hits++;
  }
  assert.ok(hits > 900 && hits < 1100, `${hits} of 3000`);
});

test('prng: drawing from a fork → the stream it came from stays the same', () => {
  const plain = new Prng(3);
  const forked = new Prng(3);
  plain.fork();
  draw(forked.fork(), 100);
  assert.deepEqual(draw(plain, 10), draw(forked, 10));
  assert.notDeepEqual(draw(new Prng(3).fork(), 10), draw(new Prng(3), 10));
});

test('prng: back where it was → the same numbers again', () => {
  const prng = new Prng(4);
  draw(prng, 7);
  const { state } = prng;
  const numbers = draw(prng, 10);
  prng.goTo(state);
  assert.deepEqual(draw(prng, 10), numbers);
  const other = new Prng(5);
  other.goTo(state);
  assert.deepEqual(draw(other, 10), numbers);
});
