// Paths to bytes and names back.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeName, PathBytes } from '../../../src/core/tree/path-bytes.ts';
import { plainString } from '../../protocol/jute/generated-reader.ts';

test('path bytes: any text without surrogates → its UTF-8 and back', () => {
  const path = new PathBytes();
  fc.assert(
    fc.property(plainString(), (text) => {
      const { bytes, length } = path.encode(text);
      assert.deepEqual(Buffer.from(bytes.subarray(0, length)), Buffer.from(text));
      assert.equal(decodeName(bytes, 0, length), text);
    }),
  );
});

test('path bytes: a text longer than the buffer and the chunks of decoding → whole', () => {
  const text = '/aé日'.repeat(30_000);
  const { bytes, length } = new PathBytes().encode(text);
  assert.equal(decodeName(bytes, 0, length), text);
});

test('path bytes: a range in the middle → just that', () => {
  const { bytes } = new PathBytes().encode('/ab/cd');
  assert.equal(decodeName(bytes, 1, 3), 'ab');
  assert.equal(decodeName(bytes, 3, 3), '');
});
