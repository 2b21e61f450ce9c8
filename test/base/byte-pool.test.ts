import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BytePool, copyOf } from '../../src/base/byte-pool.ts';

const SLAB_BYTES = 262144;

function filled(length: number, value: number): Uint8Array {
  return new Uint8Array(length).fill(value);
}

test('byte pool: many copies, their sources overwritten → each keeps its bytes until released', () => {
  const pool = new BytePool();
  const source = new Uint8Array(1000);
  const copies: Uint8Array[] = [];
  for (let tag = 1; tag <= 2000; tag++) {
    pool.setTag(tag);
    source.fill(tag & 0xff);
    copies.push(pool.copy(source, 0, source.length));
  }
  copies.forEach((copy, at) => {
    assert.deepEqual(copy, filled(1000, (at + 1) & 0xff));
  });
});

test('byte pool: a slab whose last tag is released → used again; one with a later tag → not', () => {
  const pool = new BytePool();
  const chunk = filled(SLAB_BYTES / 8, 1);
  const buffers: ArrayBufferLike[] = [];
  for (let tag = 1; tag <= 24; tag++) {
    pool.setTag(tag);
    buffers.push(pool.copy(chunk, 0, chunk.length).buffer);
  }
  assert.equal(new Set(buffers).size, 3);
  // The first slab was left when tag 9 needed the next one.
  pool.release(8);
  pool.setTag(25);
  const fresh = pool.copy(chunk, 0, chunk.length).buffer;
  assert.ok(!buffers.includes(fresh));
  pool.release(9);
  for (let tag = 26; tag <= 33; tag++) {
    pool.setTag(tag);
    buffers.push(pool.copy(chunk, 0, chunk.length).buffer);
  }
  assert.equal(buffers.at(-1), buffers[0]);
});

test('byte pool: a long range → memory of its own', () => {
  const pool = new BytePool();
  const long = filled(SLAB_BYTES / 8 + 1, 7);
  assert.equal(pool.copy(long, 0, long.length).buffer.byteLength, long.length);
});

test('copy of: a Node Buffer, then overwritten → unchanged', () => {
  const source = Buffer.from([1, 2, 3, 4]);
  const copy = copyOf(source, 1, 3);
  source.fill(0);
  assert.deepEqual(copy, Uint8Array.of(2, 3));
});
