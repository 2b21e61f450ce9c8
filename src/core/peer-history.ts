/**
 * PeerHistory: the history of one member of an ensemble, on its disk and in its memory: tree and
 * sessions, log and snapshots, epochs, and the last committed txns. It outlives the roles that the
 * member has (leader, follower, observer), and is what synchronization with a leader cuts (TRUNC),
 * replaces (SNAP) or continues (DIFF).
 *
 * A driver does after each step: start `takeDiskOps()`, and later `onDiskDone(done)` for each.
 *
 * Invariants: what `lastSynced` and `epochs` say is on the disk (P15). A crash at any moment leaves
 * a directory from which recovery makes a history without a gap: the old one, perhaps without what
 * was being cut off, or the new one.
 */
import { assert } from '../base/assert.ts';
import type { Prng } from '../base/prng.ts';
import type { Epoch, Zxid } from '../base/zxid.ts';
import { HistoryRecovery } from './history-recovery.ts';
import type { ServerDatabase } from './requests/server-database.ts';
import { type Txn, type TxnOrigin, writeTxn } from './requests/txn.ts';
import { snapshotSourceOf } from './snapshot-source-of.ts';
import type { StandaloneOptions } from './standalone-server.ts';
import type { DirectoryReader, DiskAction, DiskDone, DiskOp } from './storage/disk.ts';
import { CommittedLog } from './storage/history/committed-log.ts';
import {
  type EpochName,
  type EpochSaved,
  type Epochs,
  EpochWriter,
  readEpochs,
} from './storage/history/epoch-files.ts';
import {
  type Recovered,
  type RecoveryFailure,
  type RecoveryOptions,
  recover,
} from './storage/recovery.ts';
import type { SnapshotSource } from './storage/snapshot-source.ts';
import { type OpIds, Storage, type StorageEvent, type StorageStart } from './storage/storage.ts';
import type { TreeDigest } from './tree/tree-digest.ts';

export interface PeerHistoryOptions extends StandaloneOptions {
  /** `zookeeper.commitLogCount`: committed txns to keep in memory; 500 when absent. */
  readonly commitLogCount?: number;
  /** And not more bytes of them than this. */
  readonly commitLogBytesMax?: number;
}

export interface PeerHistoryParts {
  readonly options: PeerHistoryOptions;
  readonly prng: Prng;
  readonly reader: DirectoryReader;
  readonly recovery: RecoveryOptions;
}

export type HistoryEvent =
  | StorageEvent
  | EpochSaved
  /** A snapshot was begun because one was due. */
  | { readonly kind: 'snapshotStarted'; readonly zxid: Zxid };

export type PeerHistoryResult =
  | {
      readonly ok: true;
      readonly history: PeerHistory;
      readonly recovered: Recovered;
      /** Zxids after which the tree was not as the txn said it would be. */
      readonly digestMismatches: readonly Zxid[];
      /** Those of the recovery included. */
      readonly warnings: readonly string[];
    }
  | RecoveryFailure;

const COMMIT_LOG_COUNT = 500;
const COMMIT_LOG_BYTES_MAX = 64 * 1024 * 1024;
const NO_EVENTS: readonly HistoryEvent[] = [];

/** What recovery has found. */
interface Found {
  readonly database: ServerDatabase;
  readonly start: Recovered;
  readonly committedLog: CommittedLog;
  readonly epochs: Epochs;
  readonly unsaved: readonly EpochName[];
}

export class PeerHistory {
  readonly committedLog: CommittedLog;
  readonly #options: PeerHistoryOptions;
  readonly #prng: Prng;
  readonly #opIds: OpIds = { last: 0 };
  readonly #epochs: EpochWriter;
  /** The id of the op in the epochs' lane; 0 when none is under way. */
  #epochOpId = 0;
  #database: ServerDatabase;
  #storage: Storage;
  #historyFrom: Zxid;
  #needsFirstSnapshot: boolean;
  #isClosing = false;
  /** The storage has closed, and the epochs may still have to. */
  #isStorageClosed = false;
  #hasFailed = false;

  /** What the directory holds; a failure names the file. Nothing on the disk is changed by it. */
  static recover(parts: PeerHistoryParts): PeerHistoryResult {
    const { options, reader } = parts;
    const committedLog = new CommittedLog({
      txns: options.commitLogCount ?? COMMIT_LOG_COUNT,
      bytes: options.commitLogBytesMax ?? COMMIT_LOG_BYTES_MAX,
    });
    const recovery = new HistoryRecovery(options.requests, committedLog);
    const recovered = recover(reader, parts.recovery, recovery);
    if (!recovered.ok) {
      reader.close?.();
      return recovered;
    }
    const read = readEpochs(reader, recovered.lastZxid);
    reader.close?.();
    if (!read.ok) return { ...read, offset: 0, warnings: recovered.warnings };
    const { database, digestMismatches } = recovery;
    const { epochs, unsaved } = read;
    const found = { database, start: recovered, committedLog, epochs, unsaved };
    const history = new PeerHistory(parts, found);
    const warnings = [...recovered.warnings, ...read.warnings];
    return { ok: true, history, recovered, digestMismatches, warnings };
  }

  private constructor(parts: PeerHistoryParts, found: Found) {
    const { start } = found;
    this.#options = parts.options;
    this.#prng = parts.prng;
    this.committedLog = found.committedLog;
    this.#database = found.database;
    this.#historyFrom = start.snapshotZxid ?? 0;
    this.#needsFirstSnapshot = start.needsFirstSnapshot;
    this.#epochs = new EpochWriter(found.epochs);
    for (const which of found.unsaved) this.#epochs.save(which, found.epochs[which]);
    this.#storage = this.#storageFrom(start);
    if (this.#storage.isReady) this.#takeFirstSnapshot();
  }

  /** Another object after a cut or an adoption: not to be kept over those. */
  get database(): ServerDatabase {
    return this.#database;
  }

  /** As they are on the disk. */
  get epochs(): Epochs {
    return this.#epochs.epochs;
  }

  /** The last txn in the log, perhaps on its way to the disk; -1 for no data at all. */
  get lastZxid(): Zxid {
    return this.#storage.lastAppended;
  }

  get lastSynced(): Zxid {
    return this.#storage.lastSynced;
  }

  /** The history on the disk is proven to have no gap from here on. */
  get historyFrom(): Zxid {
    return this.#historyFrom;
  }

  /** Nothing that was asked of the disk is still to be done, snapshots and purges aside. */
  get isSettled(): boolean {
    if (this.#hasFailed || !this.#storage.isReady || !this.#epochs.isIdle) return false;
    return this.lastSynced === this.lastZxid;
  }

  get hasFailed(): boolean {
    return this.#hasFailed;
  }

  /** A learner's: the payload as it came. */
  append(zxid: Zxid, payload: Uint8Array): void {
    this.#storage.append(zxid, payload);
  }

  /** A leader's: encodes the txn into the log, and returns a copy of its payload. */
  appendTxn(origin: TxnOrigin, txn: Txn, digest: TreeDigest | null): Uint8Array {
    const writer = this.#storage.beginTxn(origin.zxid);
    const start = writer.at;
    writeTxn(writer, origin, { txn, digest });
    const payload = writer.bytes.slice(start, writer.at);
    this.#storage.endTxn();
    return payload;
  }

  /** The txn is committed; each is told of, in order. The payload is kept, not copied. */
  committed(zxid: Zxid, payload: Uint8Array): void {
    this.committedLog.add(zxid, payload);
  }

  /** Ends in an `epochSaved`. */
  saveAcceptedEpoch(epoch: Epoch): void {
    this.#epochs.save('accepted', epoch);
  }

  /** Is begun when all that was appended, cut or adopted before is durable. */
  saveCurrentEpoch(epoch: Epoch): void {
    this.#epochs.save('current', epoch, this.lastZxid);
  }

  /** False when one is being taken already, or cannot be. */
  takeSnapshot(): boolean {
    if (this.#storage.isSnapshotting || this.#hasFailed) return false;
    return this.#storage.takeSnapshot(this.#source());
  }

  purge(): boolean {
    return this.#storage.startPurge(this.#options.snapRetainCount);
  }

  /** About once a second. */
  onTick(): void {
    this.#storage.onTick();
  }

  /** A clean stop: what is logged becomes durable, then comes `closed`. */
  close(): void {
    assert(!this.#isClosing, 'closing already');
    this.#isClosing = true;
    this.#storage.close();
  }

  takeDiskOps(): readonly DiskOp[] {
    if (this.#hasFailed) return [];
    const ops = this.#storage.takeOps();
    const action = this.#nextEpochAction();
    if (action === null) return ops;
    this.#epochOpId = ++this.#opIds.last;
    return [...ops, { id: this.#epochOpId, lane: 'epoch', ...action }];
  }

  onDiskDone(done: DiskDone): readonly HistoryEvent[] {
    if (this.#hasFailed) return NO_EVENTS;
    const events: HistoryEvent[] = [];
    if (done.id === this.#epochOpId) {
      this.#onEpochDone(done, events);
      return events;
    }
    for (const event of this.#storage.onDiskDone(done)) this.#onStorageEvent(event, events);
    if (this.#storage.isSnapshotDue) {
      events.push({ kind: 'snapshotStarted', zxid: this.#database.tree.lastProcessedZxid });
      this.takeSnapshot();
    }
    return events;
  }

  #nextEpochAction(): DiskAction | null {
    if (this.#epochOpId !== 0) return null;
    return this.#epochs.nextAction(this.#storage.isReady ? this.lastSynced : -1);
  }

  #onEpochDone(done: DiskDone, events: HistoryEvent[]): void {
    this.#epochOpId = 0;
    if (!done.ok) {
      this.#hasFailed = true;
      const reason = `${done.code}: ${done.message}`;
      events.push({ kind: 'failed', file: 'epoch files', reason });
      return;
    }
    const event = this.#epochs.onDone();
    if (event !== null) events.push(event);
    this.#maybeClosed(events);
  }

  #maybeClosed(events: HistoryEvent[]): void {
    if (!this.#isStorageClosed || this.#epochOpId !== 0) return;
    this.#epochs.dropWaiting(this.lastSynced);
    if (this.#epochs.isIdle) events.push({ kind: 'closed' });
  }

  #onStorageEvent(event: StorageEvent, events: HistoryEvent[]): void {
    if (event.kind === 'closed') {
      this.#isStorageClosed = true;
      this.#maybeClosed(events);
      return;
    }
    if (event.kind === 'failed') this.#hasFailed = true;
    if (event.kind === 'ready') this.#takeFirstSnapshot();
    events.push(event);
  }

  #storageFrom(start: StorageStart): Storage {
    return new Storage({ ...this.#options.storage, prng: this.#prng }, start, this.#opIds);
  }

  #takeFirstSnapshot(): void {
    if (this.#needsFirstSnapshot) this.takeSnapshot();
    this.#needsFirstSnapshot = false;
  }

  #source(): SnapshotSource {
    const { serializeLastProcessedZxid, requests } = this.#options;
    const { digestEnabled } = requests;
    return snapshotSourceOf(this.#database, { serializeLastProcessedZxid, digestEnabled });
  }
}
