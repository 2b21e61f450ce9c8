// Blobs: put, read, given back, used again.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { BlobArena } from '../../../src/core/tree/blob-arena.ts';

const pattern = (length: number, seed: number): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => (i * 7 + seed) & 0xff);

const read = (arena: BlobArena, address: number, length: number): Uint8Array => {
  const start = arena.offset(address);
  return arena.page(address).slice(start, start + length);
};

test('arena: any puts and frees → every living blob keeps its bytes, and the sum is right', () => {
  const lengths = fc.oneof(fc.nat({ max: 200 }), fc.nat({ max: 20_000 }), fc.nat({ max: 70_000 }));
  const steps = fc.array(
    fc.oneof(fc.record({ put: lengths }), fc.record({ free: fc.nat({ max: 1000 }) })),
    { maxLength: 120, size: 'max' },
  );
  fc.assert(
    fc.property(steps, (drawn) => {
      const arena = new BlobArena();
      const living: { address: number; bytes: Uint8Array }[] = [];
      let seed = 0;
      for (const step of drawn) {
        if ('put' in step) {
          const source = pattern(step.put + 4, seed++);
          const address = arena.put(source, 2, 2 + step.put);
          living.push({ address, bytes: source.slice(2, 2 + step.put) });
        } else {
          const [gone] = living.splice(step.free % Math.max(1, living.length), 1);
          if (gone) arena.free(gone.address, gone.bytes.length);
        }
      }
      let sum = 0;
      for (const { address, bytes } of living) {
        if (bytes.length > 0) assert.deepEqual(read(arena, address, bytes.length), bytes);
        sum += bytes.length;
      }
      assert.equal(arena.blobBytes, sum);
    }),
    { numRuns: 60 },
  );
});

test('arena: every length up to beyond the largest shared one → blobs that do not overlap', () => {
  const arena = new BlobArena();
  const lengths = Array.from({ length: 1100 }, (_, i) => (i < 1000 ? i + 1 : i * 16));
  const addresses = lengths.map((length) => arena.put(pattern(length, length), 0, length));
  lengths.forEach((length, i) => {
    assert.deepEqual(read(arena, addresses[i] ?? 0, length), pattern(length, length));
  });
});

test('arena: a blob given back → its place is used for the next of about its length', () => {
  const arena = new BlobArena();
  for (const length of [1, 8, 100, 1000, 16_384, 16_385, 1_000_000]) {
    const first = arena.put(pattern(length, 1), 0, length);
    arena.free(first, length);
    assert.equal(arena.put(pattern(length, 2), 0, length), first, String(length));
  }
});

test('arena: the empty blob → no memory, and giving it back changes nothing', () => {
  const arena = new BlobArena();
  assert.equal(arena.put(new Uint8Array(9), 4, 4), 0);
  arena.free(0, 0);
  assert.equal(arena.blobBytes, 0);
  assert.notEqual(arena.put(pattern(1, 1), 0, 1), 0);
});

test('arena: filled and emptied again and again → the same few pages', () => {
  const arena = new BlobArena();
  for (let round = 0; round < 30; round++) {
    const addresses = Array.from({ length: 2000 }, () => arena.put(pattern(500, round), 0, 500));
    for (const address of addresses) arena.free(address, 500);
  }
  assert.equal(arena.blobBytes, 0);
  const pages = new Set(
    Array.from({ length: 2000 }, () => arena.page(arena.put(pattern(500, 0), 0, 500))),
  );
  assert.ok(pages.size <= 2, `${pages.size} pages`);
});
