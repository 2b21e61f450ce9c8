import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { Prng } from '../../src/base/prng.ts';
import { SteadyMap, SteadySet } from '../../src/base/steady-map.ts';

test('steady map: 20,000 random calls → as a Map, in its order', () => {
  const prng = new Prng(7);
  const steady = new SteadyMap<number, number>();
  const plain = new Map<number, number>();
  for (let turn = 0; turn < 20_000; turn++) {
    const key = prng.uint32() % 60;
    if (prng.uint32() % 2 === 0) {
      steady.set(key, turn);
      plain.set(key, turn);
    } else {
      assert.equal(steady.delete(key), plain.delete(key));
    }
    assert.equal(steady.get(key), plain.get(key));
    assert.equal(steady.has(key), plain.has(key));
    assert.equal(steady.size, plain.size);
    if (turn % 100 === 0) assert.deepEqual([...steady], [...plain]);
  }
  assert.deepEqual([...steady.keys()], [...plain.keys()]);
  assert.deepEqual([...steady.values()], [...plain.values()]);
  steady.clear();
  assert.deepEqual([steady.size, [...steady]], [0, []]);
});

test('steady set: 20,000 random calls → as a Set, in its order', () => {
  const prng = new Prng(8);
  const steady = new SteadySet<number>();
  const plain = new Set<number>();
  for (let turn = 0; turn < 20_000; turn++) {
    const element = prng.uint32() % 60;
    if (prng.uint32() % 2 === 0) {
      steady.add(element);
      plain.add(element);
    } else {
      assert.equal(steady.delete(element), plain.delete(element));
    }
    assert.equal(steady.has(element), plain.has(element));
    if (turn % 100 === 0) assert.deepEqual([...steady], [...plain]);
  }
  assert.equal(steady.size, plain.size);
});

test('steady map: gone through while all else is deleted → each that is left comes once', () => {
  const steady = new SteadyMap<number, number>();
  for (let key = 0; key < 1000; key++) steady.set(key, key);
  const seen: number[] = [];
  for (const [key] of steady) {
    seen.push(key);
    // It, and the one after the next.
    steady.delete(key);
    steady.delete(key + 1);
  }
  assert.deepEqual(
    seen,
    Array.from({ length: 500 }, (_, at) => at * 2),
  );
});

/** The bytes of old objects that there are more after so many have come and gone, 50 at a time. */
function oldBytesAfter(newMap: string): number {
  const module = JSON.stringify(new URL('../../src/base/steady-map.ts', import.meta.url).href);
  const code = `
    import { getHeapSpaceStatistics } from 'node:v8';
    import { SteadyMap } from ${module};
    const oldBytes = () =>
      getHeapSpaceStatistics().find((space) => space.space_name === 'old_space').space_used_size;
    const map = ${newMap};
    for (let key = -50; key < 0; key++) map.set(key, []);
    // It has been there for a while.
    for (let turn = 0; turn < 3; turn++) gc({ type: 'minor' });
    const before = oldBytes();
    for (let key = 0; key < 10_000; key++) {
      map.set(key, new Array(32).fill(key));
      map.delete(key - 50);
      if (key % 400 === 0) gc({ type: 'minor' });
    }
    console.log(oldBytes() - before);`;
  const args = ['--expose-gc', '--import', 'tsx', '--input-type=module', '--eval', code];
  return Number(execFileSync(process.execPath, args, { encoding: 'utf8' }));
}

test('steady map: 10,000 come and go → young collections keep few, where a Map keeps most', () => {
  // 2.8 MB in all.
  const plain = oldBytesAfter('new Map()');
  const steady = oldBytesAfter('new SteadyMap()');
  assert.ok(plain > 1_000_000, `a Map no longer does what this is for: ${plain} bytes`);
  assert.ok(steady < plain / 4, `${steady} of ${plain} bytes`);
});
