import assert from 'node:assert/strict';
import { test } from 'node:test';
import { viewOf } from '../../src/base/view-of.ts';

test('view of bytes: all of them → the same object; a part → a view of it', () => {
  const bytes = Uint8Array.of(1, 2, 3);
  assert.equal(viewOf(bytes, 0, 3), bytes);
  assert.deepEqual([...viewOf(bytes, 1, 3)], [2, 3]);
  assert.deepEqual([...viewOf(bytes, 0, 2)], [1, 2]);
  assert.equal(viewOf(bytes, 0, 2).buffer, bytes.buffer);
});
