// Rows of nodes: allocated, written, copied, given back.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { IntField, NODE_INTS, NodeStore, NumberField } from '../../../src/core/tree/node-store.ts';

const intFields = Object.values(IntField);
const numberFields = Object.values(NumberField);

test('node store: fields → none overlaps another, and all lie within the row', () => {
  const used = [...intFields, ...numberFields.flatMap((field) => [field * 2, field * 2 + 1])];
  assert.equal(new Set(used).size, used.length);
  assert.ok(Math.max(...used) < NODE_INTS);
});

test('node store: rows over several pages → each keeps its own values', () => {
  const store = new NodeStore();
  const ids = Array.from({ length: 10_000 }, () => store.allocate());
  assert.deepEqual([ids[0], ids.at(-1), store.count], [1, 10_000, 10_000]);
  for (const id of ids) {
    for (const field of intFields) store.setInt(id, field, -id * 32 - field);
    for (const field of numberFields) store.setNumber(id, field, id * 2 ** 33 + field);
  }
  for (const id of ids) {
    for (const field of intFields) assert.equal(store.int(id, field), -id * 32 - field);
    for (const field of numberFields) assert.equal(store.number(id, field), id * 2 ** 33 + field);
  }
});

test('node store: a row given back → used again, with all fields 0', () => {
  const store = new NodeStore();
  const [first, second] = [store.allocate(), store.allocate()];
  for (const field of intFields) store.setInt(first, field, -1);
  for (const field of numberFields) store.setNumber(first, field, 9);
  store.free(first);
  assert.equal(store.count, 1);
  assert.equal(store.allocate(), first);
  for (const field of intFields) assert.equal(store.int(first, field), 0);
  for (const field of numberFields) assert.equal(store.number(first, field), 0);
  assert.notEqual(second, first);
});

test('node store: a row copied to another page → the same fields, and apart from then on', () => {
  const store = new NodeStore();
  const source = store.allocate();
  store.setNumber(source, NumberField.mtime, 2 ** 52 + 1);
  store.setInt(source, IntField.contentCrc, -5);
  let target = source;
  while (target <= 4096) target = store.allocate();
  store.copy(source, target);
  store.setInt(source, IntField.contentCrc, 6);
  assert.equal(store.int(target, IntField.contentCrc), -5);
  assert.equal(store.number(target, NumberField.mtime), 2 ** 52 + 1);
});
