import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GatherBuffer } from '../../../src/protocol/jute/gather-buffer.ts';

test('gather-buffer: parts of chunks → behind each other, copied', () => {
  const gathered = new GatherBuffer();
  const chunk = Uint8Array.of(1, 2, 3, 4);
  gathered.append(chunk, 1, 3);
  chunk.fill(9);
  gathered.append(chunk, 0, 1);
  assert.deepEqual([...gathered.bytes.subarray(0, gathered.length)], [2, 3, 9]);
});

test('gather-buffer: more than there was room for → it grows by doubling, and keeps what it has', () => {
  const gathered = new GatherBuffer();
  gathered.append(Uint8Array.of(7), 0, 1);
  const first = gathered.bytes.length;
  gathered.append(new Uint8Array(first), 0, first);
  assert.equal(gathered.bytes.length, 2 * first);
  assert.equal(gathered.bytes[0], 7);
  assert.equal(gathered.length, first + 1);
});

test('gather-buffer: taken → it begins anew and leaves the bytes alone', () => {
  const gathered = new GatherBuffer();
  gathered.append(Uint8Array.of(1), 0, 1);
  const taken = gathered.take();
  gathered.append(Uint8Array.of(2), 0, 1);
  assert.equal(taken[0], 1);
  assert.equal(gathered.length, 1);
});
