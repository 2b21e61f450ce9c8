/** Log files: what is read, and what the end of a file is taken for (D4, D5). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { preallocatedSize } from '../../../src/core/storage/txn-log-format.ts';
import { TxnLogReader } from '../../../src/core/storage/txn-log-reader.ts';
import { classifyTail, type LogEnd } from '../../../src/core/storage/txn-log-tail.ts';
import { CAPTURES, goldenFile } from './golden-disk.ts';
import { diskWithLog, StorageRun } from './storage-run.ts';
import { ToyDisk } from './toy-disk.ts';
import { txnPayload } from './toy-tree.ts';

interface ReadLog {
  zxids: number[];
  offsets: number[];
  end: LogEnd;
}

function read(bytes: Uint8Array, syncedTo: number | null = null): ReadLog {
  const reader = new ToyDisk();
  reader.put('log', 'log.1', bytes);
  const log = new TxnLogReader(reader, 'log.1');
  const zxids: number[] = [];
  const offsets: number[] = [];
  while (log.next()) {
    zxids.push(log.zxid);
    offsets.push(log.offset);
  }
  const stop = log.stop ?? assert.fail('it did not say where it stopped');
  const end = classifyTail({ reader, name: 'log.1', size: log.size, stop, syncedTo });
  return { zxids, offsets, end };
}

/** A log of these payload sizes, without padding. */
function logOf(sizes: readonly number[]): Uint8Array {
  const run = new StorageRun({ preAllocSizeKiB: 0 });
  for (const [i, size] of sizes.entries()) run.storage.append(i + 1, txnPayload(i + 1, size));
  run.settle();
  return run.disk.file('log.1');
}

function padded(bytes: Uint8Array, padding = 2000): Uint8Array {
  const file = new Uint8Array(bytes.length + padding);
  file.set(bytes);
  return file;
}

test('log: preallocation → the sizes that Java gives its files', () => {
  const MIB_64 = 64 * 1024 * 1024;
  const cases: [position: number, size: number, preAlloc: number, expected: number][] = [
    [16, 16, MIB_64, 67_108_880],
    [4096, 67_108_880, MIB_64, 67_108_880],
    [67_108_880 - 4097, 67_108_880, MIB_64, 67_108_880],
    [67_108_880 - 4096, 67_108_880, MIB_64, 67_108_880 + MIB_64],
    // A record went past the end: the next multiple.
    [200_000, 65_552, 65_536, 262_144],
    [196_608, 65_552, 65_536, 262_144],
    [16, 16, 0, 16],
    [16, 16, -1024, 16],
  ];
  for (const [position, size, preAlloc, expected] of cases) {
    assert.equal(preallocatedSize(position, size, preAlloc), expected, `${position} of ${size}`);
  }
});

for (const capture of CAPTURES) {
  test(`log: ${capture} → every txn in order, and an ordinary end`, () => {
    const file = goldenFile(capture, 'log.1');
    const { zxids, end } = read(file);
    assert.deepEqual(
      zxids,
      zxids.map((_, i) => i + 1),
    );
    assert.ok(zxids.length >= 0x27);
    assert.equal(end.kind, 'eof');
    assert.equal(read(padded(file)).end.kind, 'padding');
  });

  test(`log: the txns of ${capture} written again → the same bytes`, () => {
    const file = goldenFile(capture, 'log.1');
    const reader = new ToyDisk();
    reader.put('log', 'log.1', file);
    const log = new TxnLogReader(reader, 'log.1');
    const run = new StorageRun({ preAllocSizeKiB: 0 });
    while (log.next()) {
      run.storage.append(log.zxid, log.record.bytes.slice(log.record.at, log.record.end));
      if (log.zxid % 3 === 0) run.settle();
    }
    run.settle();
    assert.deepEqual(run.disk.file('log.1'), file);
  });
}

test('log: records across chunks, one bigger than a chunk → all of them', () => {
  const sizes = [10, 900_000, 300_000, 3_000_000, 5, 700_000];
  const { zxids, end } = read(padded(logOf(sizes)));
  assert.deepEqual(zxids, [1, 2, 3, 4, 5, 6]);
  assert.equal(end.kind, 'padding');
});

test('log: no bytes, or a header alone → an end without records', () => {
  assert.deepEqual(read(new Uint8Array(0)).end.kind, 'eof');
  assert.deepEqual(read(new Uint8Array(9000)).end.kind, 'padding');
  assert.deepEqual(read(logOf([10]).slice(0, 16)).end.kind, 'eof');
  assert.deepEqual(read(logOf([10]).slice(0, 9)).end.kind, 'tornTail');
  assert.deepEqual(read(new Uint8Array(600).fill(7)).end.kind, 'damage');
});

test('log: cut at any byte, padded or not → the whole records, and a torn tail', () => {
  const bytes = logOf([10, 700, 33, 1300]);
  const { offsets } = read(bytes);
  for (let size = 16; size < bytes.length; size++) {
    const whole = offsets.filter((_, i) => (offsets[i + 1] ?? bytes.length) <= size).length;
    const isBetween = offsets.includes(size);
    for (const file of [bytes.slice(0, size), padded(bytes.slice(0, size))]) {
      const { zxids, end } = read(file);
      assert.equal(zxids.length, whole, `cut at ${size}`);
      // The first four bytes of a record are zeros, and so may others be.
      const kinds = isBetween ? ['eof', 'padding'] : ['tornTail', 'padding'];
      assert.ok(kinds.includes(end.kind), `cut at ${size}: ${end.kind}`);
      assert.equal(end.offset, offsets[whole] ?? 0);
    }
  }
});

test('log: any bit flipped in a file without a watermark → damage at that record', () => {
  const bytes = logOf([10, 700, 33, 200]);
  const { offsets } = read(bytes);
  for (let at = 16; at < bytes.length; at++) {
    for (const bit of [1, 0x40]) {
      const file = padded(bytes);
      file[at] = (file[at] as number) ^ bit;
      const { zxids, end } = read(file);
      const hit = offsets.findLastIndex((offset) => offset <= at);
      assert.deepEqual({ records: zxids.length, kind: end.kind }, { records: hit, kind: 'damage' });
      assert.equal(end.offset, offsets[hit], `flip at ${at}`);
      assert.notEqual(end.reason, '');
    }
  }
});

test('log: a flip or a zeroed page below the watermark → damage, also in the last record', () => {
  const bytes = logOf([600, 600, 600]);
  const flipped = padded(bytes);
  flipped[bytes.length - 100] = 0;
  assert.equal(read(flipped, bytes.length).end.kind, 'damage');
  const zeroed = padded(bytes);
  zeroed.fill(0, 1024, 1536);
  assert.equal(read(zeroed, bytes.length).end.kind, 'damage');
  const cut = bytes.slice(0, bytes.length - 1);
  assert.equal(read(cut, bytes.length).end.kind, 'damage');
  const empty = padded(bytes.slice(0, 16));
  assert.equal(read(empty, bytes.length).end.kind, 'damage');
});

test('log: sectors of the last batch lost, whichever → a torn tail above the watermark', () => {
  const sizes = [300, 90, 1200, 40, 40, 2000, 700];
  const bytes = padded(logOf(sizes), 4096);
  const { offsets } = read(bytes);
  const property = fc.property(
    fc.integer({ min: 0, max: sizes.length - 1 }),
    fc.array(fc.boolean(), { minLength: 20, maxLength: 20 }),
    (synced, kept) => {
      const syncedTo = offsets[synced] as number;
      const file = bytes.slice();
      for (let sector = 0; sector * 512 < file.length; sector++) {
        if (kept[sector]) continue;
        // Only what was written after the watermark can be lost.
        const from = Math.max(sector * 512, syncedTo);
        if (from < (sector + 1) * 512) file.fill(0, from, (sector + 1) * 512);
      }
      const { zxids, end } = read(file, syncedTo);
      assert.ok(zxids.length >= synced);
      assert.notEqual(end.kind, 'damage', end.reason);
    },
  );
  fc.assert(property, { numRuns: 500 });
});

test('log: a zeroed page with records after it, no watermark → damage', () => {
  const file = padded(logOf([300, 300, 2000, 300]));
  file.fill(0, 1024, 1536);
  const { zxids, end } = read(file);
  assert.deepEqual(zxids, [1, 2]);
  assert.equal(end.kind, 'damage');
  assert.match(end.reason, /a valid record follows/);
});

test('log: random bytes after the records → never a record more, whatever they are', () => {
  const bytes = logOf([50, 50]);
  const property = fc.property(
    fc.uint8Array({ minLength: 1, maxLength: 300 }),
    fc.boolean(),
    (garbage, hasWatermark) => {
      const file = padded(bytes, 1000);
      file.set(garbage, bytes.length);
      const { zxids, end } = read(file, hasWatermark ? bytes.length : null);
      assert.deepEqual(zxids, [1, 2]);
      if (hasWatermark) assert.notEqual(end.kind, 'damage');
    },
  );
  fc.assert(property, { numRuns: 500 });
});

test('log: a length of two gigabytes, or negative → no memory taken, no crash', () => {
  const bytes = logOf([50, 50]);
  for (const length of [0x7fffffff, -1, -0x80000000]) {
    const file = padded(bytes);
    new DataView(file.buffer).setInt32(16 + 8, length);
    const { zxids, end } = read(file);
    assert.deepEqual(zxids, []);
    assert.equal(end.kind, 'damage');
  }
});

test('log: an ordinary stop → the file is whole and named in the watermark', () => {
  const disk = diskWithLog(5);
  assert.deepEqual(disk.list('log'), ['log.1', 'zooid.watermark']);
  assert.deepEqual(read(disk.file('log.1')).zxids, [1, 2, 3, 4, 5]);
  assert.equal(disk.file('log.1').length, 16 + 8192);
});
