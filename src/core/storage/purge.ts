/**
 * What autopurge may remove (ZooKeeper's PurgeTxnLog): keep the newest snapshots that are valid,
 * and every log that the oldest of them needs. A snapshot that is not valid counts for nothing, or
 * a full disk's row of cut-off snapshots would push the good ones out.
 */
import { assert, unreachable } from '../../base/assert.ts';
import type { DiskAction, FileInspection } from './disk.ts';
import { zxidOfLogName, zxidOfSnapshotName } from './file-names.ts';
import { isPlausibleSnapshot } from './snapshot-format.ts';

export const SNAP_RETAIN_COUNT_MIN = 3;

export interface PurgeDone {
  readonly kind: 'purged';
  readonly names: readonly string[];
}

interface Removable {
  readonly directory: 'log' | 'snapshot';
  readonly name: string;
}

/** The files to remove, in the order to do it: snapshots before the logs that they need. */
export function planPurge(
  files: readonly FileInspection[],
  retainCount: number,
): readonly Removable[] {
  const snapshots = numbered(files, 'snapshot', zxidOfSnapshotName);
  const logs = numbered(files, 'log', zxidOfLogName);
  const retained = snapshots
    .filter(({ file }) => isPlausibleSnapshot(file))
    .slice(-Math.max(retainCount, SNAP_RETAIN_COUNT_MIN));
  const oldest = retained[0]?.zxid;
  if (oldest === undefined) return [];
  const firstLog = logs.findLast(({ zxid }) => zxid <= oldest)?.zxid ?? oldest;
  return [
    ...snapshots.filter(({ zxid }) => zxid < oldest),
    ...logs.filter(({ zxid }) => zxid < oldest && zxid < firstLog),
  ].map(({ directory, file }) => ({ directory, name: file.name }));
}

function numbered(
  files: readonly FileInspection[],
  directory: 'log' | 'snapshot',
  zxidOf: (name: string) => number | null,
): { zxid: number; directory: 'log' | 'snapshot'; file: FileInspection }[] {
  const found = [];
  for (const file of files) {
    const zxid = file.directory === directory ? zxidOf(file.name) : null;
    if (zxid !== null) found.push({ zxid, directory, file });
  }
  return found.sort((a, b) => a.zxid - b.zxid);
}

/** Purger: looks, decides, removes, one file at a time. */
export class Purger {
  #retainCount = 0;
  #phase: 'idle' | 'inspect' | 'unlink' | 'syncDirectory' = 'idle';
  #isBusy = false;
  #files: readonly Removable[] = [];
  #removed = 0;

  get isRunning(): boolean {
    return this.#phase !== 'idle';
  }

  start(retainCount: number): void {
    assert(!this.isRunning, 'one purge at a time');
    this.#retainCount = retainCount;
    this.#phase = 'inspect';
    this.#removed = 0;
  }

  /** Gives up after the action under way, if any, has ended or failed. */
  stop(): void {
    this.#phase = 'idle';
    this.#isBusy = false;
  }

  nextAction(): DiskAction | null {
    if (this.#isBusy || this.#phase === 'idle') return null;
    this.#isBusy = true;
    switch (this.#phase) {
      case 'inspect':
        return { kind: 'inspect' };
      case 'unlink': {
        const file = this.#files[this.#removed];
        assert(file !== undefined, 'nothing to remove');
        return { kind: 'unlinkFile', ...file };
      }
      case 'syncDirectory':
        return { kind: 'syncDirectory', directory: 'snapshot' };
      default:
        return unreachable(this.#phase);
    }
  }

  /** The action under way has succeeded. */
  onDone(files: readonly FileInspection[] | undefined): PurgeDone | null {
    if (!this.#isBusy) return null;
    this.#isBusy = false;
    if (this.#phase === 'inspect') this.#files = planPurge(files ?? [], this.#retainCount);
    if (this.#phase === 'unlink') this.#removed++;
    if (this.#phase === 'syncDirectory' || this.#files.length === 0) return this.#end();
    this.#phase = this.#removed < this.#files.length ? 'unlink' : 'syncDirectory';
    return null;
  }

  #end(): PurgeDone {
    this.#phase = 'idle';
    return { kind: 'purged', names: this.#files.map(({ name }) => name) };
  }
}
