// The checksums in WebAssembly against the same in JavaScript.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { adler32, plainAdler32 } from '../../../src/base/adler32.ts';
import { FAST_BYTES_MIN, fastChecksums } from '../../../src/base/checksum/fast-checksums.ts';
import { crc32, plainCrc32 } from '../../../src/base/crc32.ts';

const adlers = fc.tuple(fc.nat(65520), fc.nat(65520)).map(([high, low]) => high * 65536 + low);
const crcs = fc.nat(0xffffffff);
/** Some bytes, and a range of them that is long enough. */
const ranges = fc
  .tuple(fc.uint8Array({ minLength: 210, maxLength: 900, size: 'max' }), fc.nat(40), fc.nat(40))
  .map(([bytes, start, cut]) => ({ bytes, start, end: bytes.length - cut }));

test('fast checksums: this runtime → has them', () => {
  assert.ok(fastChecksums() !== null);
});

test('fast adler32: any range of any bytes, going on from any sum → what the plain one says', () => {
  fc.assert(
    fc.property(ranges, adlers, ({ bytes, start, end }, sum) => {
      assert.equal(adler32(bytes, start, end, sum), plainAdler32(bytes, start, end, sum));
    }),
  );
});

test('fast crc32: any range of any bytes, going on from any sum → what the plain one says', () => {
  fc.assert(
    fc.property(ranges, crcs, ({ bytes, start, end }, sum) => {
      assert.equal(crc32(bytes, start, end, sum), plainCrc32(bytes, start, end, sum));
    }),
  );
});

test('fast checksums: lengths around blocks, runs and the memory for input → the same', () => {
  const bytes = Uint8Array.from({ length: 120_000 }, (_, at) => (at * 7919) >>> 5);
  for (const near of [FAST_BYTES_MIN, 160, 5552, 2 * 5552, 49_152, 2 * 49_152]) {
    for (let length = near - 18; length <= near + 18; length++) {
      const end = 3 + length;
      assert.equal(adler32(bytes, 3, end), plainAdler32(bytes, 3, end), `${length}`);
      assert.equal(crc32(bytes, 3, end), plainCrc32(bytes, 3, end), `${length}`);
    }
  }
});

test('fast adler32: the largest sums there are → no overflow', () => {
  const bytes = new Uint8Array(200_000).fill(0xff);
  const largest = 65520 * 65536 + 65520;
  for (const end of [5551, 5552, 5553, 5568, 11_104, bytes.length]) {
    assert.equal(adler32(bytes, 0, end, largest), plainAdler32(bytes, 0, end, largest));
  }
});
