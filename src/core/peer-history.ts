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
import type { Prng } from '../base/prng.ts';
import type { Epoch, Zxid } from '../base/zxid.ts';
import { HistoryRecovery } from './history-recovery.ts';
import { deleteOrphanedEphemerals } from './orphaned-ephemerals.ts';
import type { ServerDatabase } from './requests/server-database.ts';
import { type Txn, type TxnOrigin, writeTxn } from './requests/txn.ts';
import { snapshotSourceOf } from './snapshot-source-of.ts';
import { SnapshotStream } from './snapshot-stream.ts';
import type { StandaloneOptions } from './standalone-server.ts';
import type { DirectoryReader, DiskDone, DiskOp } from './storage/disk.ts';
import { CommittedLog, type LoggedTxn } from './storage/history/committed-log.ts';
import { type Epochs, readEpochs } from './storage/history/epoch-files.ts';
import { HistoryStorage, type HistoryStorageEvent } from './storage/history/history-storage.ts';
import { logBytesFrom, readLogRange } from './storage/history/log-range.ts';
import { SnapshotSending } from './storage/history/snapshot-sending.ts';
import {
  type Recovered,
  type RecoveryFailure,
  type RecoveryOptions,
  type RecoveryResult,
  recover,
} from './storage/recovery.ts';
import type { SnapshotSource } from './storage/snapshot-source.ts';
import type { TreeDigest } from './tree/tree-digest.ts';

export interface PeerHistoryOptions extends StandaloneOptions {
  /** `zookeeper.commitLogCount`: committed txns to keep in memory; 500 when absent. */
  readonly commitLogCount?: number;
  /** And not more bytes of them than this. */
  readonly commitLogBytesMax?: number;
  /**
   * `zookeeper.snapshotSizeFactor`: a learner is brought up from the log while what it lacks is no
   * more than this part of a snapshot; 0: however much; below 0: never. 0.33 when absent.
   */
  readonly snapshotSizeFactor?: number;
}

export interface PeerHistoryParts {
  readonly options: PeerHistoryOptions;
  readonly prng: Prng;
  readonly reader: DirectoryReader;
  readonly recovery: RecoveryOptions;
}

export type HistoryEvent =
  | HistoryStorageEvent
  /** A snapshot was begun, because one was due or is wanted at each start. */
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
/** So much may lie in memory for one learner that is far behind. */
const LOG_SYNC_BYTES_MAX = 64 * 1024 * 1024;
const SNAPSHOT_SIZE_FACTOR = 0.33;
/** What a node takes in a snapshot beside its name and data, roughly: the path again, ACL, Stat. */
const SNAPSHOT_NODE_BYTES = 100;

/** What recovery has found. */
interface Found {
  readonly database: ServerDatabase;
  readonly recovered: Recovered;
  readonly committedLog: CommittedLog;
  readonly epochs: Epochs;
}

export class PeerHistory {
  readonly committedLog: CommittedLog;
  readonly #options: PeerHistoryOptions;
  readonly #reader: DirectoryReader;
  readonly #recoveryOptions: RecoveryOptions;
  readonly #storage: HistoryStorage;
  #database: ServerDatabase;
  #historyFrom: Zxid;
  #needsFirstSnapshot: boolean;
  #isClosing = false;

  /** What the directory holds; a failure names the file. Nothing on the disk is changed by it. */
  static recover(parts: PeerHistoryParts): PeerHistoryResult {
    const { options, reader } = parts;
    const limits = {
      txns: options.commitLogCount ?? COMMIT_LOG_COUNT,
      bytes: options.commitLogBytesMax ?? COMMIT_LOG_BYTES_MAX,
    };
    const committedLog = new CommittedLog(limits);
    const recovery = new HistoryRecovery(options.requests, limits);
    const recovered = recover(reader, parts.recovery, recovery);
    if (!recovered.ok) {
      reader.close?.();
      return recovered;
    }
    const { warnings } = recovered;
    const read = readEpochs(reader, recovered.lastZxid);
    reader.close?.();
    if (!read.ok) return { ...read, offset: 0, warnings };
    recovery.fill(committedLog);
    const { database, digestMismatches } = recovery;
    deleteOrphanedEphemerals(database);
    const history = new PeerHistory(parts, {
      database,
      recovered,
      committedLog,
      epochs: read.epochs,
    });
    for (const which of read.unsaved) history.#storage.repairEpoch(which);
    return {
      ok: true,
      history,
      recovered,
      digestMismatches,
      warnings: [...warnings, ...read.warnings],
    };
  }

  private constructor(parts: PeerHistoryParts, found: Found) {
    const { options, reader, prng } = parts;
    const { recovered } = found;
    this.#options = options;
    this.#reader = reader;
    this.#recoveryOptions = parts.recovery;
    this.committedLog = found.committedLog;
    this.#database = found.database;
    this.#historyFrom = recovered.snapshotZxid ?? 0;
    // With one there is no hurry, and a DIFF should write nothing but the log.
    this.#needsFirstSnapshot = recovered.needsFirstSnapshot && recovered.snapshotZxid === null;
    this.#storage = new HistoryStorage(
      { options: { ...options.storage, prng }, reader, recover: () => this.#reload() },
      recovered,
      found.epochs,
    );
  }

  /** Another object after a cut or an adoption: not to be kept over those. */
  get database(): ServerDatabase {
    return this.#database;
  }

  /** As they are on the disk. */
  get epochs(): Epochs {
    return this.#storage.epochs;
  }

  /** The last txn of the history, perhaps on its way to the disk; -1 for no data at all. */
  get lastZxid(): Zxid {
    return this.#storage.lastZxid;
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
    return this.#storage.isSettled;
  }

  get isSnapshotting(): boolean {
    return this.#storage.isSnapshotting;
  }

  get hasFailed(): boolean {
    return this.#storage.hasFailed;
  }

  /** A learner's: the payload as it came. */
  append(zxid: Zxid, payload: Uint8Array): void {
    this.#storage.append(zxid, payload);
  }

  /** A leader's: encodes the txn into the log, and returns a copy of its payload. */
  appendTxn(origin: TxnOrigin, txn: Txn, digest: TreeDigest | null): Uint8Array {
    return this.#storage.appendEncoded(origin.zxid, (writer) => {
      writeTxn(writer, origin, { txn, digest });
    });
  }

  /** The txn is committed; each is told of, in order. The payload is kept, not copied. */
  committed(zxid: Zxid, payload: Uint8Array): void {
    this.committedLog.add(zxid, payload);
  }

  /** Ends in `epochSaved`. */
  saveAcceptedEpoch(epoch: Epoch): void {
    this.#storage.saveEpoch('accepted', epoch);
  }

  /** The same; begun when all that was appended, cut or adopted before is durable. */
  saveCurrentEpoch(epoch: Epoch): void {
    this.#storage.saveEpoch('current', epoch);
  }

  /**
   * TRUNC: the history ends at `zxid`, or at the last txn before it; `failed` comes when no snapshot
   * is old enough for that. Until `truncated` the database is the old one, and nothing may be applied to it; txns may be appended.
   */
  truncate(zxid: Zxid): void {
    this.#storage.truncate(zxid);
  }

  /** SNAP: what is received into. */
  beginSnapshot(): SnapshotStream {
    return new SnapshotStream(this.#options.requests);
  }

  /**
   * The received snapshot becomes the history: in memory at once, on the disk with `adopted`. What
   * is appended meanwhile follows it.
   */
  adoptSnapshot(stream: SnapshotStream, zxid: Zxid): void {
    this.#replaceDatabase(stream.takeDatabase(zxid));
    this.committedLog.clear();
    this.#historyFrom = zxid;
    this.#storage.adopt(this.#source());
  }

  /** SNAP: what is sent, as the tree is now. Any number at once; `release` each. */
  snapshotBytes(): SnapshotSending {
    return new SnapshotSending(this.#source());
  }

  /**
   * The txns that follow `after`, up to `lastSynced`, from the disk; null when the log has not all
   * of them, or they have more than `bytesMax`: a snapshot is then sent, in pieces.
   */
  readLog(after: Zxid, bytesMax = this.#logSyncBytesMax()): readonly LoggedTxn[] | null {
    const { lastSynced: through, isReady } = this.#storage;
    if (!isReady || bytesMax < 0 || after < this.#historyFrom || after > through) return null;
    const isBase = after === this.#historyFrom;
    return readLogRange(this.#reader, { after, isBase, through, bytesMax });
  }

  /** Compat: Java compares the sizes of files; here neither padding nor an old snapshot counts. */
  #logSyncBytesMax(): number {
    const factor = this.#options.snapshotSizeFactor ?? SNAPSHOT_SIZE_FACTOR;
    if (factor === 0) return LOG_SYNC_BYTES_MAX;
    const { approximateDataSize, nodeCount } = this.#database.tree;
    const bytes = factor * (approximateDataSize + nodeCount * SNAPSHOT_NODE_BYTES);
    return Math.min(LOG_SYNC_BYTES_MAX, bytes);
  }

  /** Bytes of the log files that `readLog` would read, their padding too, as Java counts them. */
  logBytesAfter(after: Zxid): number {
    return logBytesFrom(this.#reader, after);
  }

  /** False when one is being taken already, or cannot be. */
  takeSnapshot(): boolean {
    return !this.#storage.isSnapshotting && this.#storage.takeSnapshot(this.#source());
  }

  purge(): boolean {
    return this.#storage.startPurge(this.#options.snapRetainCount);
  }

  /** About once a second. */
  onTick(): void {
    this.#storage.onTick();
  }

  /**
   * A clean stop: what is logged becomes durable, then comes `closed`. A cut or an adoption that is
   * under way is given up; the next start finds what a crash would have left.
   */
  close(): void {
    this.#isClosing = true;
    this.#storage.close();
  }

  takeDiskOps(): readonly DiskOp[] {
    return this.#storage.takeOps();
  }

  onDiskDone(done: DiskDone): readonly HistoryEvent[] {
    const events = this.#storage.onDiskDone(done);
    const isFirst = this.#needsFirstSnapshot && events.some(({ kind }) => kind === 'ready');
    if (isFirst) this.#needsFirstSnapshot = false;
    if (this.#isClosing || !(isFirst || this.#storage.isSnapshotDue)) return events;
    const zxid = this.#database.tree.lastProcessedZxid;
    return this.takeSnapshot() ? [...events, { kind: 'snapshotStarted', zxid }] : events;
  }

  #reload(): RecoveryResult {
    const recovery = new HistoryRecovery(this.#options.requests, this.committedLog.limits);
    const result = recover(this.#reader, this.#recoveryOptions, recovery);
    this.#reader.close?.();
    if (!result.ok) return result;
    recovery.fill(this.committedLog);
    deleteOrphanedEphemerals(recovery.database);
    this.#replaceDatabase(recovery.database);
    this.#historyFrom = result.snapshotZxid ?? 0;
    return result;
  }

  /** Session ids go on from those that were ever seen here. */
  #replaceDatabase(database: ServerDatabase): void {
    const { highestSessionId, lastMadeSessionId, audit } = this.#database;
    database.lastMadeSessionId = lastMadeSessionId;
    database.audit = audit;
    if (highestSessionId > database.highestSessionId) database.highestSessionId = highestSessionId;
    this.#database = database;
  }

  #source(): SnapshotSource {
    const { serializeLastProcessedZxid, requests } = this.#options;
    const { digestEnabled } = requests;
    return snapshotSourceOf(this.#database, { serializeLastProcessedZxid, digestEnabled });
  }
}
