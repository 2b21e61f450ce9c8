/**
 * SnapshotWriter: takes one snapshot at a time, slice by slice. The file has a name that Java and
 * recovery ignore until it is whole and durable; then it is renamed.
 */
import { assert, present, unreachable } from '../../base/assert.ts';
import type { Zxid } from '../../base/zxid.ts';
import { BinaryWriter } from '../../protocol/jute/binary-writer.ts';
import type { DiskAction, SnapshotCompression } from './disk.ts';
import { snapshotName, unfinishedSnapshotName } from './file-names.ts';
import { SnapshotEncoder } from './snapshot-encoder.ts';
import type { SnapshotSource } from './snapshot-source.ts';

export interface SnapshotDone {
  readonly kind: 'snapshotDone';
  readonly zxid: Zxid;
  /** Before compression. */
  readonly bytes: number;
}

/** The step to do next, or under way. */
type Phase = 'open' | 'write' | 'finish' | 'rename' | 'syncDirectory' | 'close' | 'unlink';

/** Encoding a slice must take well under 2 ms: requests wait meanwhile. */
const SLICE_BYTES = 256 * 1024;

export class SnapshotWriter {
  readonly #compression: SnapshotCompression;
  readonly #sync: boolean;
  #writer: BinaryWriter | null = null;
  #source: SnapshotSource | null = null;
  #encoder: SnapshotEncoder | null = null;
  #phase: Phase = 'open';
  #isBusy = false;
  #hasMore = true;
  #isAbandoned = false;
  #bytes = 0;

  constructor(compression: SnapshotCompression, sync: boolean) {
    this.#compression = compression;
    this.#sync = sync;
  }

  get isRunning(): boolean {
    return this.#source !== null;
  }

  start(source: SnapshotSource): void {
    assert(!this.isRunning, 'one snapshot at a time');
    this.#source = source;
    this.#encoder = new SnapshotEncoder(source);
    this.#writer = new BinaryWriter(SLICE_BYTES + SLICE_BYTES / 4);
    this.#phase = 'open';
    this.#hasMore = true;
    this.#isAbandoned = false;
    this.#bytes = 0;
  }

  /** Gives the running snapshot up, at a clean stop: its file is removed. */
  abandon(): void {
    this.#isAbandoned = true;
    if (this.#phase === 'open' && !this.#isBusy) this.#end();
  }

  /** The disk has failed: nothing more will be asked of it. */
  release(): void {
    if (this.#source !== null) this.#end();
  }

  /**
   * A whole snapshot waits for the log: it must not be the only place that has a txn, or the logs
   * have a gap for whoever has to start from an older snapshot.
   */
  nextAction(lastSynced: Zxid): DiskAction | null {
    if (this.#source === null || this.#isBusy) return null;
    if (this.#phase === 'rename' && lastSynced < this.#source.zxid) return null;
    this.#isBusy = true;
    return this.#action(this.#source.zxid);
  }

  #action(zxid: Zxid): DiskAction {
    const directory = 'snapshot';
    const name = unfinishedSnapshotName(zxid);
    switch (this.#phase) {
      case 'open':
        return {
          kind: 'openSnapshot',
          directory,
          name,
          compression: this.#compression,
          sync: this.#sync,
        };
      case 'write':
        return { kind: 'writeSnapshot', directory, name, bytes: this.#slice() };
      case 'finish':
        return { kind: 'finishSnapshot', directory, name, sync: this.#sync };
      case 'rename': {
        const to = snapshotName(zxid, this.#compression);
        return { kind: 'renameFile', directory, name, to, replaces: true };
      }
      case 'syncDirectory':
        return { kind: 'syncDirectory', directory };
      case 'close':
        return { kind: 'finishSnapshot', directory, name, sync: false };
      case 'unlink':
        return { kind: 'unlinkFile', directory, name };
      default:
        return unreachable(this.#phase);
    }
  }

  #slice(): Uint8Array {
    const writer = present(this.#writer);
    writer.clear();
    this.#hasMore = present(this.#encoder).next(writer, SLICE_BYTES);
    this.#bytes += writer.at;
    return writer.written();
  }

  /** The action under way has succeeded. */
  onDone(): SnapshotDone | null {
    assert(this.#isBusy, 'no action is under way');
    this.#isBusy = false;
    const phase = this.#phase;
    if (phase === 'syncDirectory') {
      const zxid = present(this.#source).zxid;
      this.#end();
      return { kind: 'snapshotDone', zxid, bytes: this.#bytes };
    }
    if (phase === 'unlink') this.#end();
    else this.#phase = this.#phaseAfter(phase);
    return null;
  }

  #phaseAfter(phase: Phase): Phase {
    switch (phase) {
      case 'open':
        return this.#isAbandoned ? 'close' : 'write';
      case 'write':
        if (this.#isAbandoned) return 'close';
        return this.#hasMore ? 'write' : 'finish';
      case 'finish':
        return 'rename';
      case 'rename':
        return 'syncDirectory';
      default:
        return 'unlink';
    }
  }

  #end(): void {
    this.#source?.release();
    this.#source = null;
    this.#encoder = null;
    this.#writer = null;
  }
}
