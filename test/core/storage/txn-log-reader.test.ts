/** Reading record after record; what the end of a file means is in txn-log.test.ts. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TxnLogReader } from '../../../src/core/storage/txn-log-reader.ts';
import { StorageRun } from './storage-run.ts';
import type { ToyDisk } from './toy-disk.ts';
import { txnPayload } from './toy-tree.ts';

function diskOf(sizes: readonly number[]): ToyDisk {
  const run = new StorageRun({ preAllocSizeKiB: 0 });
  for (const [at, size] of sizes.entries()) run.storage.append(at + 1, txnPayload(at + 1, size));
  run.settle();
  return run.disk;
}

test('log reader: records over the borders of its chunks, and one larger than a chunk → whole, in place', () => {
  const sizes = [300_000, 700_000, 100_000, 2_500_000, 40];
  const log = new TxnLogReader(diskOf(sizes), 'log.1');
  for (const [at, size] of sizes.entries()) {
    assert.equal(log.next(), true);
    assert.equal(log.zxid, at + 1);
    const payload = txnPayload(at + 1, size);
    assert.equal(log.record.remaining, payload.length);
    const { bytes, at: start } = log.record;
    assert.deepEqual(
      Buffer.from(bytes.subarray(start, start + payload.length)),
      Buffer.from(payload),
    );
  }
  assert.equal(log.next(), false);
  assert.equal(log.stop?.reason, '');
  assert.equal(log.stop?.offset, log.size);
});

test('log reader: a flipped bit in the second record → stops there with a reason, the first is given', () => {
  const disk = diskOf([100, 100]);
  const whole = new TxnLogReader(disk, 'log.1');
  whole.next();
  whole.next();
  const { offset } = whole;
  const file = disk.file('log.1');
  file[offset + 60] = (file[offset + 60] ?? 0) ^ 1;
  const log = new TxnLogReader(disk, 'log.1');
  assert.equal(log.next(), true);
  assert.equal(log.next(), false);
  assert.equal(log.stop?.offset, offset);
  assert.notEqual(log.stop?.reason, '');
});

test('log reader: the padding of a file → its end, without a reason', () => {
  const disk = diskOf([100]);
  const bytes = disk.file('log.1');
  const padded = new Uint8Array(bytes.length + 5000);
  padded.set(bytes);
  disk.put('log', 'log.1', padded);
  const log = new TxnLogReader(disk, 'log.1');
  assert.equal(log.next(), true);
  assert.equal(log.next(), false);
  assert.deepEqual(log.stop, { offset: bytes.length, reason: '' });
});

test('log reader: begun at the offset of a record → that record, and all after it', () => {
  const disk = diskOf([100, 2_000_000, 50]);
  const whole = new TxnLogReader(disk, 'log.1');
  const offsets: number[] = [];
  while (whole.next()) offsets.push(whole.offset);
  for (const [at, offset] of offsets.entries()) {
    const log = new TxnLogReader(disk, 'log.1', offset);
    const zxids: number[] = [];
    while (log.next()) zxids.push(log.zxid);
    assert.deepEqual(zxids, [1, 2, 3].slice(at));
    assert.equal(log.stop?.offset, whole.size);
  }
});
