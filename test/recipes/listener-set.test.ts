import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ListenerSet } from '../../src/recipes/listener-set.ts';

test('listeners: one throws, one is taken off → the others are told', () => {
  const errors: unknown[] = [];
  const told: string[] = [];
  const set = new ListenerSet<string>((error) => errors.push(error));
  set.add(() => {
    throw new Error('a bug');
  });
  const off = set.add((event) => told.push(`off ${event}`));
  set.add((event) => told.push(event));
  off();
  set.tell('x');
  assert.deepEqual(told, ['x']);
  assert.equal(errors.length, 1);
});
