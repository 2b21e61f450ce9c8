import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DiskAction } from '../../../../src/core/storage/disk.ts';
import { type HistoryCut, planCut } from '../../../../src/core/storage/history/history-cut.ts';
import { diskWithLog, mustRecover, StorageRun, upTo } from '../storage-run.ts';
import { ToyDisk } from '../toy-disk.ts';
import { ToyTree } from '../toy-tree.ts';

/** snapshot.0, log.1 with 1 to 4, snapshot.4, log.5 with 5 to 8, snapshot.8, log.9 with 9 and 10. */
function diskWithThree(): ToyDisk {
  const run = new StorageRun();
  const tree = new ToyTree();
  run.storage.takeSnapshot(tree.source());
  run.settle();
  for (const zxid of upTo(10)) {
    run.append(zxid);
    tree.apply(zxid);
    run.settle();
    if (zxid % 4 === 0) run.storage.takeSnapshot(tree.source());
    run.settle();
  }
  run.storage.close();
  run.settle();
  return run.disk;
}

const describe = (action: DiskAction) =>
  'name' in action ? `${action.kind} ${action.name}` : `${action.kind}`;

function carryOut(disk: ToyDisk, cut: HistoryCut): void {
  for (const [id, action] of [...cut.snapshots, ...cut.logs].entries()) {
    const op = { id, lane: 'log' as const, ...action };
    disk.start([op]);
    disk.finish(op);
  }
}

test('cut: into the middle of several files → watermark, then files from the newest, then the rest', () => {
  const cut = planCut(diskWithThree(), 3);
  assert.deepEqual(cut.snapshots.map(describe), [
    'unlinkFile snapshot.4',
    'syncDirectory',
    'unlinkFile snapshot.8',
    'syncDirectory',
  ]);
  assert.deepEqual(cut.logs.map(describe), [
    'patchFile zooid.watermark',
    'unlinkFile log.9',
    'syncDirectory',
    'unlinkFile log.5',
    'syncDirectory',
    'truncateFile log.1',
  ]);
  assert.deepEqual([cut.fault, cut.objection], ['', '']);
});

test('cut: at every zxid → recovery ends exactly there', () => {
  for (const zxid of [0, ...upTo(10)]) {
    const disk = diskWithThree();
    const cut = planCut(disk, zxid);
    assert.equal(cut.objection, '');
    carryOut(disk, cut);
    const { result, tree } = mustRecover(disk);
    assert.deepEqual([result.lastZxid, tree.zxids], [zxid, upTo(zxid)]);
    assert.equal(result.watermarkSequence, cut.watermarkSequence);
  }
});

test('cut: at the end of the history → nothing is to be done', () => {
  const cut = planCut(diskWithThree(), 10);
  assert.deepEqual([cut.snapshots, cut.logs], [[], []]);
});

test('cut: below every snapshot → an objection', () => {
  const three = diskWithThree();
  three.remove('snapshot', 'snapshot.0');
  assert.match(planCut(three, 2).objection, /every snapshot is newer/);
  assert.equal(planCut(three, 4).objection, '');
});

test('cut: at a txn that is not there → recovery ends at the one before it', () => {
  const run = new StorageRun();
  const tree = new ToyTree();
  run.storage.takeSnapshot(tree.source());
  run.settle();
  const epoch = 2 ** 32;
  for (const zxid of [1, 2, epoch + 1, epoch + 2]) run.append(zxid);
  run.settle();
  const cut = planCut(run.disk, 9);
  assert.equal(cut.objection, '');
  carryOut(run.disk, cut);
  const { result, tree: left } = mustRecover(run.disk);
  assert.deepEqual([result.lastZxid, left.zxids], [2, [1, 2]]);
});

test('cut: a log that is damaged before the place → a fault, with file and offset', () => {
  const disk = diskWithLog(5);
  const bytes = disk.file('log.1');
  bytes[40] = (bytes[40] ?? 0) ^ 1;
  assert.match(planCut(disk, 3).fault, /^log\.1: at 16: the checksum/);
});

test('cut: no watermark, or one that is older than the place → none is written', () => {
  const disk = diskWithLog(5);
  disk.remove('log', 'zooid.watermark');
  assert.deepEqual(planCut(disk, 3).logs.map(describe), ['truncateFile log.1']);
  assert.equal(planCut(disk, 3).watermarkSequence, 0);
  const empty = planCut(new ToyDisk(), 3);
  assert.deepEqual([empty.snapshots, empty.logs], [[], []]);
});
