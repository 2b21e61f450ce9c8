import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  copiedTableSize,
  javaHashOrder,
} from '../../../../src/core/zab/members/java-hash-order.ts';

test('java-hash-order: a usual map → by the low bits of the number', () => {
  assert.deepEqual(javaHashOrder([3, 88, 1, 2]), [1, 2, 3, 88]);
  assert.deepEqual(javaHashOrder([17, 2, 1]), [17, 1, 2]);
});

test('java-hash-order: a copy of three that grows by one → as Java 3.8 wrote it', () => {
  assert.deepEqual(javaHashOrder([1, 2, 3, 88], copiedTableSize(3)), [88, 1, 2, 3]);
});

test('java-hash-order: more than three quarters full → the table doubles', () => {
  const many = Array.from({ length: 13 }, (_, at) => at + 10);
  assert.deepEqual(javaHashOrder(many), many);
  assert.equal(javaHashOrder(many.slice(1))[0], 16);
});
