// Adler-32 against the definition and against zlib, whose streams end with it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { ADLER32_EMPTY, adler32 } from '../../src/base/adler32.ts';

const naive = (bytes: Uint8Array): number => {
  let a = 1;
  let b = 0;
  for (const byte of bytes) {
    a = (a + byte) % 65521;
    b = (b + a) % 65521;
  }
  return b * 65536 + a;
};

const zlibs = (bytes: Uint8Array): number =>
  deflateSync(bytes).readUInt32BE(deflateSync(bytes).length - 4);

test('adler32: known texts → the published values', () => {
  const of = (text: string) => adler32(Buffer.from(text), 0, text.length);
  assert.equal(of(''), ADLER32_EMPTY);
  assert.equal(of('a'), 0x00620062);
  assert.equal(of('Wikipedia'), 0x11e60398);
});

test('adler32: any bytes → what the definition and zlib say', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 6000, size: 'max' }), (bytes) => {
      assert.equal(adler32(bytes, 0, bytes.length), naive(bytes));
      assert.equal(adler32(bytes, 0, bytes.length), zlibs(bytes));
    }),
    { numRuns: 60 },
  );
});

test('adler32: a megabyte of 0xff → no overflow', () => {
  const bytes = new Uint8Array(1 << 20).fill(0xff);
  assert.equal(adler32(bytes, 0, bytes.length), naive(bytes));
});

test('adler32: summed in parts of a larger buffer → the same as at once', () => {
  const parts = fc.tuple(fc.uint8Array({ maxLength: 100 }), fc.uint8Array({ maxLength: 100 }));
  fc.assert(
    fc.property(parts, ([first, second]) => {
      const whole = Buffer.concat([Buffer.from('##'), first, second, Buffer.from('#')]);
      const middle = 2 + first.length;
      const running = adler32(whole, middle, middle + second.length, adler32(whole, 2, middle));
      assert.equal(running, naive(Buffer.concat([first, second])));
    }),
  );
});
