// CRC-32 against zlib's, which Java's java.util.zip.CRC32 is.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import zlib from 'node:zlib';
import fc from 'fast-check';
import { crc32 } from '../../src/base/crc32.ts';

test('crc32: known text → the published check value', () => {
  assert.equal(crc32(Buffer.from('123456789'), 0, 9), 0xcbf43926);
  assert.equal(crc32(new Uint8Array(0), 0, 0), 0);
});

test('crc32: any range of any bytes → what zlib says', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(20), fc.nat(20), (bytes, skip, cut) => {
      const start = Math.min(skip, bytes.length);
      const end = Math.max(start, bytes.length - cut);
      assert.equal(crc32(bytes, start, end), zlib.crc32(bytes.subarray(start, end)));
    }),
  );
});

test('crc32: summed in parts → the same as at once', () => {
  const bytes = fc.uint8Array({ maxLength: 100 });
  fc.assert(
    fc.property(bytes, bytes, (first, second) => {
      const running = crc32(second, 0, second.length, crc32(first, 0, first.length));
      assert.equal(running, zlib.crc32(Buffer.concat([first, second])));
    }),
  );
});
