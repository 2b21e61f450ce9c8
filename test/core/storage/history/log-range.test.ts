import assert from 'node:assert/strict';
import { test } from 'node:test';
import { logBytesFrom, readLogRange } from '../../../../src/core/storage/history/log-range.ts';
import { StorageRun, upTo } from '../storage-run.ts';
import type { ToyDisk } from '../toy-disk.ts';
import { ToyTree, txnPayload } from '../toy-tree.ts';

const EPOCH = 2 ** 32;

/** Each group in a log of its own. */
function diskWith(...groups: readonly (readonly number[])[]): ToyDisk {
  const run = new StorageRun();
  const tree = new ToyTree();
  run.storage.takeSnapshot(tree.source());
  run.settle();
  for (const zxids of groups) {
    for (const zxid of zxids) run.append(zxid);
    run.settle();
    tree.zxids = [...zxids];
    run.storage.takeSnapshot(tree.source());
    run.settle();
  }
  return run.disk;
}

function zxidsOf(
  disk: ToyDisk,
  after: number,
  through: number,
  { isBase = false, bytesMax = 1e9 } = {},
): number[] | null {
  const range = readLogRange(disk, { after, isBase, through, bytesMax });
  return range === null ? null : Array.from(range, ({ zxid }) => zxid);
}

const DISK = diskWith([1, 2, 3], [4, 5], [EPOCH + 1, EPOCH + 2]);

test('log range: from any txn on → all that follow, over files and epochs', () => {
  const all = [1, 2, 3, 4, 5, EPOCH + 1, EPOCH + 2];
  for (const [i, after] of all.entries()) {
    assert.deepEqual(zxidsOf(DISK, after, EPOCH + 2), all.slice(i + 1));
  }
  assert.deepEqual(zxidsOf(DISK, 2, 4), [3, 4]);
});

test('log range: the payloads → as they are in the log, and good after the reading', () => {
  const range = readLogRange(DISK, { after: 3, isBase: false, through: 5, bytesMax: 1e9 });
  assert.ok(range);
  assert.deepEqual(
    [...range].map(({ payload }) => payload),
    [txnPayload(4), txnPayload(5)],
  );
});

test('log range: after the base, which no log has → what follows it', () => {
  assert.deepEqual(zxidsOf(DISK, 0, 3, { isBase: true }), [1, 2, 3]);
  assert.equal(zxidsOf(DISK, 0, 3), null);
  const later = diskWith([8, 9]);
  assert.deepEqual(zxidsOf(later, 7, 9, { isBase: true }), [8, 9]);
  assert.equal(zxidsOf(later, 6, 9, { isBase: true }), null);
});

test('log range: after a txn that was never there → null', () => {
  assert.equal(zxidsOf(DISK, 6, EPOCH + 2), null);
  assert.equal(zxidsOf(DISK, EPOCH, EPOCH + 2), null);
  assert.equal(zxidsOf(DISK, EPOCH + 3, EPOCH + 4), null);
});

test('log range: a gap, in a file or between two, or an end too early → null', () => {
  assert.equal(zxidsOf(diskWith([1, 2, 4, 5]), 1, 5), null);
  assert.deepEqual(zxidsOf(diskWith([1, 2, 4, 5]), 4, 5), [5]);
  const disk = diskWith([1, 2, 3], [4, 5], [6, 7]);
  disk.remove('log', 'log.4');
  assert.equal(zxidsOf(disk, 2, 7), null);
  assert.deepEqual(zxidsOf(disk, 2, 3), [3]);
  assert.equal(zxidsOf(DISK, 2, EPOCH + 9), null);
});

test('log range: more bytes than wanted → null', () => {
  const bytes = txnPayload(1).length;
  assert.deepEqual(zxidsOf(DISK, 2, 5, { bytesMax: 3 * bytes }), [3, 4, 5]);
  assert.equal(zxidsOf(DISK, 2, 5, { bytesMax: 3 * bytes - 1 }), null);
});

test('log range: nothing follows → an empty range, if the txn is there', () => {
  assert.deepEqual(zxidsOf(DISK, 5, 5), []);
  assert.deepEqual(zxidsOf(diskWith(), 0, 0, { isBase: true }), []);
  assert.equal(zxidsOf(diskWith(), 3, 3), null);
});

test('log range: a log that cannot be read → null', () => {
  const disk = DISK.copy();
  disk.read = () => {
    throw Object.assign(new Error('EIO: i/o error, read'), { code: 'EIO' });
  };
  assert.equal(zxidsOf(disk, 2, 5), null);
});

test('log range: read, or given up → the reader is told to close its file', () => {
  for (const through of [5, EPOCH + 9]) {
    const disk = Object.assign(DISK.copy(), { closed: 0 });
    const reader = Object.assign(disk, {
      close: () => {
        disk.closed++;
      },
    });
    readLogRange(reader, { after: 1, isBase: false, through, bytesMax: 1e9 });
    assert.equal(disk.closed, 1);
  }
});

test('log range: bytes of the files → from the one that has the txn on', () => {
  const sizes = ['log.1', 'log.4', 'log.100000001'].map((name) => DISK.size('log', name));
  const [, second = 0, third = 0] = sizes;
  assert.equal(logBytesFrom(DISK, 4), second + third);
  assert.equal(logBytesFrom(DISK, EPOCH + 2), third);
  assert.equal(
    upTo(3).reduce((sum, i) => sum + (sizes[i - 1] ?? 0), 0),
    logBytesFrom(DISK, 0),
  );
});
