import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ByteSlabs } from '../../src/base/byte-slabs.ts';

test('byte slabs: many copies, their source overwritten → each keeps its bytes', () => {
  const slabs = new ByteSlabs();
  const source = new Uint8Array(1000);
  const copies = Array.from({ length: 500 }, (_, at) => {
    source.fill(at & 0xff);
    return slabs.copy(source, at % 7, 900 + (at % 100));
  });
  copies.forEach((copy, at) => {
    assert.deepEqual(copy, new Uint8Array(900 + (at % 100) - (at % 7)).fill(at & 0xff));
  });
  assert.ok(new Set(copies.map(({ buffer }) => buffer)).size < 10);
});

test('byte slabs: a long range → has memory of its own', () => {
  const slabs = new ByteSlabs();
  const source = new Uint8Array(9000).fill(7);
  const short = slabs.copy(source, 0, 100);
  const long = slabs.copy(source, 0, source.length);
  assert.equal(long.buffer.byteLength, source.length);
  assert.deepEqual(long, source);
  assert.equal(slabs.copy(source, 0, 100).buffer, short.buffer);
});

test('byte slabs: nothing → an empty copy', () => {
  assert.equal(new ByteSlabs().copy(new Uint8Array(5), 3, 3).length, 0);
});
