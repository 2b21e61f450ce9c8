/**
 * D2: after any crash the state is M[z] for some z not below what was acknowledged. Power failures
 * and kills at every moment, of a storage that appends, rolls, takes snapshots and purges, again
 * and again on the same directory.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Prng } from '../../../src/base/prng.ts';
import {
  snapshotName,
  zxidOfLogName,
  zxidOfSnapshotName,
} from '../../../src/core/storage/file-names.ts';
import type { StorageStart } from '../../../src/core/storage/storage.ts';
import { encodeLogHeader, LOG_HEADER_BYTES } from '../../../src/core/storage/txn-log-format.ts';
import { recoverFrom, StorageRun, upTo } from './storage-run.ts';
import { ToyDisk } from './toy-disk.ts';
import { ToyTree } from './toy-tree.ts';

interface Life {
  readonly run: StorageRun;
  readonly tree: ToyTree;
  readonly start: StorageStart;
  /** Txns are applied when they are appended, or when they are synced. */
  readonly isEager: boolean;
  /** The highest zxid that somebody was told of. */
  acknowledged: number;
}

function begin(disk: ToyDisk, start: StorageStart, prng: Prng): Life {
  const options = {
    prng,
    preAllocSizeKiB: prng.pick([0, 4, 64, 256, 1024]),
    snapCount: prng.pick([4, 10, 1000]),
    txnLogSizeLimitInKb: prng.pick([-1, 1, 8]),
    snapshotCompression: prng.pick(['', '', 'gz'] as const),
  };
  const run = new StorageRun(options, start, disk);
  const tree = new ToyTree();
  tree.zxids = upTo(start.lastZxid);
  // The first start, and every start of Java, begins with a snapshot.
  if (start.snapshotZxid === null || prng.chance(0.5)) run.storage.takeSnapshot(tree.source());
  return { run, tree, start, isEager: prng.chance(0.5), acknowledged: 0 };
}

/** One thing happens: a txn comes, an op ends, a snapshot or a purge is wanted. */
function happen(life: Life, prng: Prng): void {
  const { run, tree } = life;
  const { storage } = run;
  const choice = prng.below(10);
  if (choice < 4) {
    run.append(storage.lastAppended + 1, prng.pick([1, 20, 100, 400, 2000]));
    if (life.isEager) tree.apply(storage.lastAppended);
  } else if (choice < 8) run.step(prng.pick(['log', 'snapshot', 'purge', 'mark']));
  else if (choice === 8 && storage.isSnapshotDue) storage.takeSnapshot(tree.source());
  else if (prng.chance(0.2)) storage.startPurge(3);
  else storage.onTick();
  for (const event of run.events.splice(0)) {
    assert.ok(event.kind !== 'failed' && event.kind !== 'purgeFailed');
    if (event.kind === 'ready')
      life.acknowledged = Math.max(life.acknowledged, life.start.lastZxid);
    if (event.kind !== 'synced') continue;
    life.acknowledged = event.through;
    while (tree.zxids.length < event.through) tree.apply(tree.zxids.length + 1);
  }
}

/** Java does not start on a log that has none. */
function checkLogHeaders(disk: ToyDisk): void {
  for (const name of disk.list('log')) {
    if (zxidOfLogName(name) === null) continue;
    assert.deepEqual(disk.file(name).subarray(0, LOG_HEADER_BYTES), encodeLogHeader(), name);
  }
}

function checkedRecovery(disk: ToyDisk, acknowledged: number, appended: number): StorageStart {
  checkLogHeaders(disk);
  const { result, tree } = recoverFrom(disk);
  if (!result.ok) {
    return assert.fail(`refused: ${result.file} at ${result.offset}: ${result.reason}`);
  }
  assert.ok(result.lastZxid >= acknowledged, `${result.lastZxid} of ${acknowledged} acknowledged`);
  assert.ok(result.lastZxid <= appended);
  assert.deepEqual(tree.zxids, upTo(result.lastZxid));
  checkOlderSnapshots(disk.copy(), result.lastZxid);
  return result;
}

/** D9: whichever snapshot is left, the logs that it needs are there. */
function checkOlderSnapshots(disk: ToyDisk, lastZxid: number): void {
  for (;;) {
    const zxids = new Set<number>();
    for (const name of disk.list('snapshot')) {
      const zxid = zxidOfSnapshotName(name);
      if (zxid !== null) zxids.add(zxid);
    }
    if (zxids.size < 2) return;
    const newest = Math.max(...zxids);
    for (const compression of ['', 'gz'] as const) {
      disk.remove('snapshot', snapshotName(newest, compression));
    }
    const { result } = recoverFrom(disk);
    assert.ok(result.ok, result.ok ? '' : `without snapshot ${newest}: ${result.reason}`);
    assert.equal(result.lastZxid, lastZxid);
  }
}

/** Lives of random length on one directory, each ended by a crash. */
function runSeed(seed: number): void {
  const prng = new Prng(seed);
  let disk = new ToyDisk();
  let start = checkedRecovery(disk, 0, 0);
  let acknowledged = 0;
  for (let crashes = prng.between(1, 6); crashes > 0; crashes--) {
    const life = begin(disk, start, prng.fork());
    life.acknowledged = acknowledged;
    for (let steps = prng.below(200); steps > 0; steps--) happen(life, prng);
    if (prng.chance(0.15)) {
      life.run.storage.close();
      while (prng.chance(0.95) && life.run.step());
      const synced = life.run.events.findLast((event) => event.kind === 'synced');
      if (synced?.kind === 'synced') life.acknowledged = synced.through;
    }
    acknowledged = life.acknowledged;
    disk = prng.chance(0.3) ? disk.restart() : disk.crash(prng);
    start = checkedRecovery(disk, acknowledged, life.run.storage.lastAppended);
  }
}

test('crash: 500 seeds of lives and crashes → never less than was acknowledged', () => {
  for (let seed = 1; seed <= 500; seed++) {
    try {
      runSeed(seed);
    } catch (error) {
      assert.fail(`seed ${seed}: ${error instanceof Error ? error.stack : error}`);
    }
  }
});

test('crash: at every op of a roll, a snapshot and a purge → everything acknowledged is there', () => {
  // The scenario is run up to op `stop`, for every stop, and ends in several kinds of crash.
  for (let stop = 1; ; stop++) {
    const { run, acknowledged, isOver } = scenario(stop);
    for (let seed = 0; seed < 12; seed++) {
      checkedRecovery(run.disk.crash(new Prng(seed)), acknowledged, run.storage.lastAppended);
    }
    checkedRecovery(run.disk.restart(), acknowledged, run.storage.lastAppended);
    if (isOver) {
      assert.ok(stop > 50, `only ${stop} ops`);
      break;
    }
  }
});

function scenario(stop: number): { run: StorageRun; acknowledged: number; isOver: boolean } {
  const run = new StorageRun(
    {},
    { lastZxid: 0, snapshotZxid: null, repairs: [], watermarkSequence: 0 },
  );
  const tree = new ToyTree();
  let ops = 0;
  const settle = (): boolean => {
    while (ops < stop && run.step()) ops++;
    return ops < stop;
  };
  run.storage.takeSnapshot(tree.source());
  let isOver = settle();
  for (let zxid = 1; isOver && zxid <= 8; zxid += 2) {
    for (const each of [zxid, zxid + 1]) {
      run.append(each, 700);
      tree.apply(each);
    }
    isOver = settle();
    if (isOver) run.storage.takeSnapshot(tree.source());
    isOver &&= settle();
  }
  if (isOver) run.storage.startPurge(3);
  isOver &&= settle();
  // What was started and not finished is under way when the crash comes.
  run.disk.start(run.storage.takeOps());
  const synced = run.events.findLast((event) => event.kind === 'synced');
  return { run, acknowledged: synced?.kind === 'synced' ? synced.through : 0, isOver };
}
