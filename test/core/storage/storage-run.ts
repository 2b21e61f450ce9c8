/** What the storage tests share: a Storage on a ToyDisk, and recovery from one. */
import assert from 'node:assert/strict';
import { Prng } from '../../../src/base/prng.ts';
import {
  type Recovered,
  type RecoveryResult,
  recover,
} from '../../../src/core/storage/recovery.ts';
import {
  Storage,
  type StorageEvent,
  type StorageOptions,
  type StorageStart,
} from '../../../src/core/storage/storage.ts';
import { ToyDisk } from './toy-disk.ts';
import { ToyTree, txnPayload } from './toy-tree.ts';

export const OPTIONS: StorageOptions = {
  preAllocSizeKiB: 8,
  snapCount: 100_000,
  snapSizeLimitInKb: 0,
  txnLogSizeLimitInKb: -1,
  forceSync: true,
  snapshotCompression: '',
  prng: new Prng(1),
};

/** As after a start that found snapshot.0. */
export const FRESH: StorageStart = {
  lastZxid: 0,
  snapshotZxid: 0,
  repairs: [],
  watermarkSequence: 0,
};

const RECOVERY = { trustEmptySnapshot: false, dbAutocreate: true, hasSeparateLogDirectory: false };

export class StorageRun {
  readonly disk: ToyDisk;
  readonly storage: Storage;
  readonly events: StorageEvent[] = [];

  constructor(options: Partial<StorageOptions> = {}, start = FRESH, disk = new ToyDisk()) {
    this.disk = disk;
    this.storage = new Storage({ ...OPTIONS, ...options }, start);
  }

  append(zxid: number, bytes = 20): void {
    this.storage.append(zxid, txnPayload(zxid, bytes));
  }

  /** Starts what the storage wants, and finishes one op: the first of a lane, or of any. */
  step(lane?: string): boolean {
    this.disk.start(this.storage.takeOps());
    const op = this.disk.pending.find((each) => lane === undefined || each.lane === lane);
    if (op === undefined) return false;
    this.events.push(...this.storage.onDiskDone(this.disk.finish(op)));
    return true;
  }

  /** Until there is nothing left to do. */
  settle(): void {
    while (this.step());
  }

  kinds(): string[] {
    return this.events.map(({ kind }) => kind);
  }
}

export function recoverFrom(
  disk: ToyDisk,
  options: Partial<Parameters<typeof recover>[1]> = {},
): { result: RecoveryResult; tree: ToyTree } {
  const tree = new ToyTree();
  const result = recover(disk, { ...RECOVERY, ...options }, tree);
  return { result, tree };
}

/** Recovers, and says what was wrong if that failed. */
export function mustRecover(disk: ToyDisk): { result: Recovered; tree: ToyTree } {
  const { result, tree } = recoverFrom(disk);
  if (!result.ok) assert.fail(`${result.file} at ${result.offset}: ${result.reason}`);
  return { result, tree };
}

/** 1, 2, …, last. */
export function upTo(last: number): number[] {
  return Array.from({ length: last }, (_, i) => i + 1);
}

/** A disk with snapshot.0 and one log of these txns, closed cleanly. */
export function diskWithLog(count: number, options: Partial<StorageOptions> = {}): ToyDisk {
  const run = new StorageRun(options);
  run.storage.takeSnapshot(new ToyTree().source());
  run.settle();
  for (const zxid of upTo(count)) {
    run.append(zxid);
    run.settle();
  }
  run.storage.close();
  run.settle();
  return run.disk;
}
