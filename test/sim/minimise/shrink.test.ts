import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shrink } from '../../../src/sim/minimise/shrink.ts';

const numbers = Array.from({ length: 100 }, (_, i) => i);

test('shrink: two of a hundred do it → only those are left, in few tries', () => {
  let tries = 0;
  const does = (kept: readonly number[]) => {
    tries++;
    return kept.includes(17) && kept.includes(80);
  };
  assert.deepEqual(shrink(numbers, does), [17, 80]);
  assert.ok(tries < 60, `${tries}`);
});

test('shrink: none is needed, or all are', () => {
  assert.deepEqual(
    shrink(numbers, () => true),
    [],
  );
  assert.deepEqual(
    shrink([1, 2, 3], (kept) => kept.length === 3),
    [1, 2, 3],
  );
});
