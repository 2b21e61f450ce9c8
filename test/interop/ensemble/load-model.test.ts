// The model must be able to tell: what it says after each number of writes is said for no other.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stateAfter } from './load-model.ts';

const WRITES = 200;

test('load model: any number of writes → a state of its own', () => {
  const states = Array.from({ length: WRITES }, (_, count) => JSON.stringify(stateAfter(count)));
  assert.equal(new Set(states).size, WRITES);
});

test('load model: many writes → few nodes, as old ones go', () => {
  assert.ok(stateAfter(100_000).children.length < 25);
});

test('load model: a write applied twice, or left out → cversion or version tells', () => {
  for (let count = 1; count < WRITES; count += 1) {
    const before = stateAfter(count - 1);
    const after = stateAfter(count);
    assert.ok(after.cversion > before.cversion, `write ${count}`);
    if (count % 4 === 0) assert.equal(after.version, before.version + 1);
  }
});
