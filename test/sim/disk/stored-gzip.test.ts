import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { readStoredGzip, storedGzip } from '../../../src/sim/disk/stored-gzip.ts';

function sample(count: number): Uint8Array {
  return Uint8Array.from({ length: count }, (_, i) => (i * 31) & 0xff);
}

test('stored-gzip: any size → zlib reads it, and so do we', () => {
  for (const count of [0, 1, 65535, 65536, 200_000]) {
    const file = storedGzip(sample(count));
    assert.deepEqual(new Uint8Array(gunzipSync(file)), sample(count));
    assert.deepEqual(readStoredGzip(file), sample(count));
  }
});

test('stored-gzip: a flipped bit or a missing end → not whole', () => {
  const file = storedGzip(sample(300));
  for (let at = 0; at < file.length; at++) {
    const damaged = file.slice();
    damaged[at] = (damaged[at] ?? 0) ^ 4;
    assert.equal(readStoredGzip(damaged), null, `byte ${at}`);
    assert.equal(readStoredGzip(file.subarray(0, at)), null, `cut at ${at}`);
  }
});
