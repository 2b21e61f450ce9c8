/**
 * Storage: everything a server writes to its data directory, as a pure machine. Txns and snapshots
 * go in, disk ops come out (disk.ts), their completions go in, and what is durable comes out.
 *
 *   const writer = storage.beginTxn(zxid);   // encode TxnHeader, txn, TxnDigest
 *   storage.endTxn();
 *   driver.start(storage.takeOps());         // after each step, and after each completion
 *   for (const event of storage.onDiskDone(done)) …
 *
 * The first error of the disk is final: a write that failed is not tried again, because after a
 * failed fsync the system may have thrown the data away and would report success the next time.
 * Nothing is acknowledged afterwards, and the server stops.
 */

import { assert } from '../../base/assert.ts';
import type { Prng } from '../../base/prng.ts';
import { SteadyMap } from '../../base/steady-map.ts';
import type { Zxid } from '../../base/zxid.ts';
import type { BinaryWriter } from '../../protocol/jute/binary-writer.ts';
import type { DiskAction, DiskDone, DiskLane, DiskOp, SnapshotCompression } from './disk.ts';
import { LogWriter, type StorageStart } from './log-writer.ts';
import { Purger } from './purge.ts';
import type { SnapshotSource } from './snapshot-source.ts';
import { SnapshotWriter } from './snapshot-writer.ts';

export type { StorageStart } from './log-writer.ts';

/** Named as the configuration names them. */
export interface StorageOptions {
  /** Grow log files by this much at a time; 0 or less: not ahead of the writing. */
  readonly preAllocSizeKiB: number;
  /** A snapshot is due after between half of this many txns and all of them. */
  readonly snapCount: number;
  /** And after between half of this and all of it was logged; 0 or less: never. */
  readonly snapSizeLimitInKb: number;
  /** Start a new log file after this much; 0 or less: only with a snapshot. */
  readonly txnLogSizeLimitInKb: number;
  /** False: nothing waits for the disk, and acknowledged writes are lost with the power. */
  readonly forceSync: boolean;
  readonly snapshotCompression: SnapshotCompression;
  readonly prng: Prng;
}

export type StorageEvent =
  /** Recovery's repairs are done: serve from now on. Comes once, unless `isReady` from the start. */
  | { readonly kind: 'ready' }
  /** Everything up to this zxid is durable: its replies may leave. `durationMs` of the write. */
  | { readonly kind: 'synced'; readonly through: Zxid; readonly durationMs: number }
  | { readonly kind: 'snapshotDone'; readonly zxid: Zxid; readonly bytes: number }
  | { readonly kind: 'purged'; readonly names: readonly string[] }
  /** A purge that could not go on. Nothing is lost by it; the next one tries again. */
  | { readonly kind: 'purgeFailed'; readonly file: string; readonly reason: string }
  /** Everything that `close` had to finish is on disk. */
  | { readonly kind: 'closed' }
  /** Final: nothing is acknowledged after it; the server must stop. */
  | { readonly kind: 'failed'; readonly file: string; readonly reason: string };

/** Where ids of ops come from: one that storages on the same disk share. */
export interface OpIds {
  last: number;
}

type StorageLane = Exclude<DiskLane, 'epoch'>;
type StorageOp = { readonly id: number; readonly lane: StorageLane } & DiskAction;

/** The watermark before the log: it is taken between two batches, so before the next one starts. */
const LANES: readonly StorageLane[] = ['mark', 'log', 'ahead', 'snapshot', 'purge'];
const NO_EVENTS: readonly StorageEvent[] = [];

export class Storage {
  readonly #options: StorageOptions;
  readonly #log: LogWriter;
  readonly #snapshot: SnapshotWriter;
  readonly #purger = new Purger();
  readonly #inFlight = new SteadyMap<StorageLane, StorageOp>();
  readonly #opIds: OpIds;
  #ops: DiskOp[] = [];
  #hasFailed = false;
  #isClosing = false;
  #hasClosed = false;

  #txnsSinceSnapshot = 0;
  #bytesSinceSnapshot = 0;
  #txnsDue = 0;
  #bytesDue = 0;

  constructor(options: StorageOptions, start: StorageStart, opIds: OpIds = { last: 0 }) {
    this.#options = options;
    this.#opIds = opIds;
    const { preAllocSizeKiB, txnLogSizeLimitInKb, forceSync, snapshotCompression } = options;
    const preAllocBytes = preAllocSizeKiB * 1024;
    const fileBytesMax = txnLogSizeLimitInKb * 1024;
    this.#log = new LogWriter({ preAllocBytes, fileBytesMax, forceSync }, start);
    this.#snapshot = new SnapshotWriter(snapshotCompression, forceSync);
    this.#drawSnapshotLimits();
  }

  /** False until recovery's repairs are on disk; what was recovered may only then be shown. */
  get isReady(): boolean {
    return this.#log.isReady;
  }

  get hasFailed(): boolean {
    return this.#hasFailed;
  }

  /** Nothing is logged until the first snapshot is there. */
  get awaitsSnapshot(): boolean {
    return this.#log.awaitsSnapshot;
  }

  get lastAppended(): Zxid {
    return this.#log.lastAppended;
  }

  get lastSynced(): Zxid {
    return this.#log.lastSynced;
  }

  /** Opens one record: write TxnHeader, txn and TxnDigest into the result, then endTxn. */
  beginTxn(zxid: Zxid): BinaryWriter {
    return this.#log.beginTxn(zxid);
  }

  endTxn(): void {
    this.#bytesSinceSnapshot += this.#log.endTxn();
    this.#txnsSinceSnapshot++;
  }

  /** The same from bytes that are ready. */
  append(zxid: Zxid, payload: Uint8Array): void {
    this.beginTxn(zxid).raw(payload, 0, payload.length);
    this.endTxn();
  }

  /** Half of it certain and half of it luck, so that an ensemble's servers do it at other times. */
  #drawSnapshotLimits(): void {
    const { snapCount, snapSizeLimitInKb, prng } = this.#options;
    const txns = Math.floor(Math.max(snapCount, 2) / 2);
    this.#txnsDue = txns + prng.below(txns);
    const bytes = (snapSizeLimitInKb * 1024) / 2;
    this.#bytesDue = bytes > 0 ? bytes + prng.below(bytes) : Number.POSITIVE_INFINITY;
  }

  get isSnapshotDue(): boolean {
    if (this.#snapshot.isRunning || this.#hasFailed || this.#isClosing) return false;
    return this.#txnsSinceSnapshot > this.#txnsDue || this.#bytesSinceSnapshot > this.#bytesDue;
  }

  get isSnapshotting(): boolean {
    return this.#snapshot.isRunning;
  }

  /** Starts a snapshot and rolls the log. False, the source released, when it cannot now. */
  takeSnapshot(source: SnapshotSource): boolean {
    if (this.#snapshot.isRunning || this.#hasFailed || this.#isClosing) {
      source.release();
      return false;
    }
    assert(
      source.zxid <= this.lastSynced || !this.#log.awaitsSnapshot,
      'the first snapshot comes before any txn',
    );
    this.#snapshot.start(source);
    this.#log.roll();
    this.#txnsSinceSnapshot = 0;
    this.#bytesSinceSnapshot = 0;
    this.#drawSnapshotLimits();
    return true;
  }

  /** False when one is running, or the storage is closing or has failed. */
  startPurge(retainCount: number): boolean {
    if (this.#purger.isRunning || this.#inFlight.has('purge')) return false;
    if (this.#hasFailed || this.#isClosing) return false;
    this.#purger.start(retainCount);
    return true;
  }

  /** To be called about once a second; see watermark.ts. */
  onTick(): void {
    this.#log.onTick();
  }

  /** A clean stop: what is appended gets written, a snapshot in progress is given up. */
  close(): void {
    assert(!this.#isClosing, 'closing already');
    this.#isClosing = true;
    this.#log.close();
    this.#purger.stop();
    this.#snapshot.abandon();
  }

  /** The ops to start now. */
  takeOps(): readonly DiskOp[] {
    this.#ops = [];
    if (this.#hasFailed) return this.#ops;
    for (const lane of LANES) {
      if (this.#inFlight.has(lane)) continue;
      const action = this.#nextAction(lane);
      if (action === null) continue;
      const op = { id: ++this.#opIds.last, lane, ...action };
      this.#inFlight.set(lane, op);
      this.#ops.push(op);
    }
    return this.#ops;
  }

  #nextAction(lane: StorageLane): DiskAction | null {
    // The repairs come first: one of them may remove the file that a snapshot is about to begin.
    if (!this.isReady && lane !== 'log') return null;
    switch (lane) {
      case 'log':
        return this.#log.nextAction(this.#inFlight.has('mark'));
      case 'mark':
        return this.#log.takeMark();
      case 'ahead':
        return this.#log.takeClearing();
      case 'snapshot':
        return this.#snapshot.nextAction(this.#log.lastSynced);
      case 'purge':
        return this.#purger.nextAction();
    }
  }

  onDiskDone(done: DiskDone): readonly StorageEvent[] {
    const op = this.#takeInFlight(done.id);
    if (this.#hasFailed) return NO_EVENTS;
    if (!done.ok) return [this.#onFailed(op, done)];
    const event = this.#onSucceeded(op, done);
    const events = event === null ? [] : [event];
    if (this.#hasJustClosed()) events.push({ kind: 'closed' });
    return events;
  }

  #hasJustClosed(): boolean {
    if (!this.#log.isClosed || this.#hasClosed) return false;
    if (this.#snapshot.isRunning || this.#inFlight.size > 0) return false;
    this.#hasClosed = true;
    return true;
  }

  #takeInFlight(id: number): StorageOp {
    for (const [lane, op] of this.#inFlight) {
      if (op.id !== id) continue;
      this.#inFlight.delete(lane);
      return op;
    }
    throw new Error(`no disk op ${id} is under way`);
  }

  #onSucceeded(op: StorageOp, done: DiskDone & { ok: true }): StorageEvent | null {
    switch (op.lane) {
      case 'log': {
        const event = this.#log.onDone();
        if (event?.kind !== 'synced') return event;
        return { ...event, durationMs: done.durationMs ?? 0 };
      }
      case 'mark':
        return null;
      case 'ahead':
        this.#log.onClearingDone();
        return null;
      case 'snapshot': {
        const event = this.#snapshot.onDone();
        if (event !== null) this.#log.onFirstSnapshot();
        return event;
      }
      case 'purge':
        return this.#purger.onDone(done.files);
    }
  }

  #onFailed(op: DiskOp, done: DiskDone & { ok: false }): StorageEvent {
    const file = 'name' in op ? op.name : op.kind === 'syncDirectory' ? op.directory : op.lane;
    const reason = `${op.kind}: ${done.code}: ${done.message}`;
    if (op.lane === 'purge') {
      this.#purger.stop();
      return { kind: 'purgeFailed', file, reason };
    }
    this.#hasFailed = true;
    this.#snapshot.release();
    return { kind: 'failed', file, reason };
  }
}
