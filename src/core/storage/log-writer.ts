/**
 * LogWriter: the writing side of the transaction log (ZooKeeper's SyncRequestProcessor and
 * FileTxnLog), with group commit. At most one batch is being written; everything appended meanwhile
 * goes into the next one, so a slow disk makes bigger batches and not a longer queue. Two writers
 * take turns and are handed to the disk as they are: a txn is encoded once and never copied.
 *
 * Where preallocation only makes a hole, the first write of a block costs the file system a second
 * trip to the disk. So zeros are written ahead of the log, in a lane of their own, while batches are
 * small; large ones are bound by the disk's bandwidth, which zeros would only take from them.
 *
 * A batch lies in one file and is one write that is durable when it is done. A new file is made
 * under a name that is no log's: Java refuses to start on a log without its header. When that is on
 * the disk, and the watermark that names the file (recovery relies on a log of ours never being
 * without one), it becomes a log; when both directory entries are there, the batch is written.
 */
import { ADLER32_EMPTY, adler32 } from '../../base/adler32.ts';
import { assert } from '../../base/assert.ts';
import type { Zxid } from '../../base/zxid.ts';
import { BinaryWriter } from '../../protocol/jute/binary-writer.ts';
import type { DiskAction } from './disk.ts';
import { logName, unfinishedLogName, WATERMARK_NAME } from './file-names.ts';
import type { Repair } from './repair.ts';
import {
  encodeLogHeader,
  LOG_HEADER_BYTES,
  preallocatedSize,
  RECORD_END,
  RECORD_HEAD_BYTES,
} from './txn-log-format.ts';
import { encodeWatermark, watermarkPosition } from './watermark.ts';

export interface LogWriterOptions {
  readonly preAllocBytes: number;
  /** Start a new file when this much is in the current one; 0 or less for never. */
  readonly fileBytesMax: number;
  readonly forceSync: boolean;
}

/** Where recovery ended; recover()'s result is one. */
export interface StorageStart {
  readonly lastZxid: Zxid;
  /** Null when the directory has no snapshot yet: then the log waits for the first one. */
  readonly snapshotZxid: Zxid | null;
  readonly repairs: readonly Repair[];
  readonly watermarkSequence: number;
}

export type LogDone =
  | { readonly kind: 'ready' }
  | { readonly kind: 'synced'; readonly through: Zxid };

/**
 * The current file: `position` is where the next batch goes, `size` what it was last grown to,
 * which a big record may have passed.
 */
interface LogFile {
  readonly zxid: Zxid;
  readonly name: string;
  position: number;
  size: number;
  /** Up to here, from some way ahead of the position, there are zeros on the disk. */
  clearedTo: number;
  /** The first batch is on the disk: the file is there. */
  hasBatch: boolean;
}

/** Part of a log file that is being filled with zeros. */
interface Clearing {
  readonly file: LogFile;
  readonly from: number;
  readonly to: number;
}

type Activity = 'repair' | 'batch' | 'close';

const WRITER_BYTES = 64 * 1024;
/** A writer that one huge batch has grown is not kept. */
const WRITER_BYTES_KEPT = 4 * 1024 * 1024;
/** Zeros are written this much at a time, less where files are grown by less than 64 times that. */
const CLEARED_BYTES_MAX = 1024 * 1024;
const BLOCK_BYTES = 4096;
const ZEROS = new Uint8Array(CLEARED_BYTES_MAX);
/** How far the log may run ahead of the watermark before it follows without waiting for a tick. */
const UNMARKED_BYTES_MAX = 16 * 1024 * 1024;

export class LogWriter {
  isReady: boolean;
  isClosed = false;
  lastAppended: Zxid;
  lastSynced: Zxid;
  /** Without a snapshot a directory with logs is refused, by Java too: the snapshot comes first. */
  awaitsSnapshot: boolean;

  readonly #options: LogWriterOptions;
  #file: LogFile | null = null;
  #mustRoll = false;
  #isClosing = false;
  /** What is being done, and the actions left to do for it; the first may be under way. */
  #activity: Activity | null = null;
  readonly #steps: DiskAction[] = [];
  #isBusy = false;

  #open = new BinaryWriter(WRITER_BYTES);
  #writing = new BinaryWriter(WRITER_BYTES);
  #openFirst: Zxid = -1;
  #writingLast: Zxid = -1;
  /** Where the record that is being written begins in #open; -1 when none is. */
  #recordAt = -1;

  #watermarkSequence: number;
  #markedPosition = 0;
  #isMarkWanted = false;

  readonly #clearedBytes: number;
  #clearing: Clearing | null = null;
  #lastBatchBytes = 0;

  constructor(options: LogWriterOptions, start: StorageStart) {
    this.#options = options;
    const clearedBytes = Math.min(CLEARED_BYTES_MAX, Math.floor(options.preAllocBytes / 64));
    this.#clearedBytes = options.forceSync ? clearedBytes : 0;
    this.lastAppended = start.lastZxid;
    this.lastSynced = start.lastZxid;
    this.awaitsSnapshot = start.snapshotZxid === null;
    this.#watermarkSequence = start.watermarkSequence;
    this.#steps.push(...start.repairs);
    this.isReady = this.#steps.length === 0;
    if (!this.isReady) this.#activity = 'repair';
  }

  /** Opens one record: the payload is to be written into the result, then endTxn. */
  beginTxn(zxid: Zxid): BinaryWriter {
    assert(this.#recordAt < 0, 'a txn is open');
    assert(zxid > this.lastAppended, 'zxids go up');
    assert(!this.#isClosing, 'the log is closing');
    if (this.#isOpenEmpty()) this.#openFirst = zxid;
    this.lastAppended = zxid;
    this.#recordAt = this.#open.reserve(RECORD_HEAD_BYTES);
    return this.#open;
  }

  /** Closes the record and returns its size in the file. */
  endTxn(): number {
    const writer = this.#open;
    const at = this.#recordAt;
    assert(at >= 0, 'no txn is open');
    const start = at + RECORD_HEAD_BYTES;
    writer.intAt(at, 0);
    writer.intAt(at + 4, adler32(writer.bytes, start, writer.at, ADLER32_EMPTY) | 0);
    writer.intAt(at + 8, writer.at - start);
    writer.byte(RECORD_END);
    this.#recordAt = -1;
    return writer.at - at;
  }

  /** The next batch begins a new file. */
  roll(): void {
    if (this.#file !== null) this.#mustRoll = true;
  }

  onFirstSnapshot(): void {
    this.awaitsSnapshot = false;
  }

  close(): void {
    this.#isClosing = true;
  }

  /** The action to start now; null while one is under way or when there is nothing to do. */
  /**
   * Two watermarks on their way at once could come in the other order: then the file would show an
   * older one than a power failure leaves, and a cut would not lower that.
   */
  nextAction(isMarkUnderWay = false): DiskAction | null {
    if (this.#isBusy) return null;
    if (this.#activity === null) this.#beginActivity();
    const action = this.#steps[0];
    if (action === undefined || (isMarkUnderWay && action.kind === 'patchFile')) return null;
    this.#isBusy = true;
    return action;
  }

  /** The action under way has succeeded. */
  onDone(): LogDone | null {
    assert(this.#isBusy, 'no action is under way');
    this.#isBusy = false;
    this.#steps.shift();
    if (this.#steps.length > 0) return null;
    const activity = this.#activity;
    this.#activity = null;
    if (activity === 'repair') {
      this.isReady = true;
      return { kind: 'ready' };
    }
    if (activity === 'batch') return this.#onBatchDone();
    this.isClosed = true;
    return null;
  }

  #isOpenEmpty(): boolean {
    return this.#open.at === 0;
  }

  #beginActivity(): void {
    assert(this.#recordAt < 0, 'a txn is open');
    if (this.#mustWaitForClearing()) return;
    if (!this.#isOpenEmpty() && !this.awaitsSnapshot) this.#beginBatch();
    else if (this.#isClosing && !this.isClosed) this.#beginClose();
  }

  #beginBatch(): void {
    const batch = this.#open;
    this.#open = this.#writing;
    this.#writing = batch;
    this.#open.clear();
    this.#writingLast = this.lastAppended;
    this.#activity = 'batch';
    let file = this.#file;
    if (file === null || this.#mustRoll || this.#isFull(file)) file = this.#beginFile(file);
    else this.#extend(file, file.name);
    this.#writeBatch(file, batch.written());
  }

  #isFull(file: LogFile): boolean {
    const { fileBytesMax } = this.#options;
    return fileBytesMax > 0 && file.position > fileBytesMax;
  }

  #beginFile(previous: LogFile | null): LogFile {
    if (previous !== null) {
      this.#steps.push({ kind: 'closeFile', directory: 'log', name: previous.name });
    }
    const zxid = this.#openFirst;
    const file: LogFile = {
      zxid,
      name: logName(zxid),
      position: LOG_HEADER_BYTES,
      size: LOG_HEADER_BYTES,
      clearedTo: 0,
      hasBatch: false,
    };
    this.#file = file;
    this.#mustRoll = false;
    this.#pushNewFile(file);
    return file;
  }

  #pushNewFile(file: LogFile): void {
    const sync = this.#options.forceSync;
    const directory = 'log';
    const name = unfinishedLogName(file.zxid);
    this.#steps.push({ kind: 'createFile', directory, name, sync });
    this.#extend(file, name);
    const bytes = encodeLogHeader();
    this.#steps.push({ kind: 'writeFile', directory, name, position: 0, bytes, sync });
    if (sync) this.#steps.push(this.#mark(file, { offset: 0, sync }));
    this.#steps.push({ kind: 'renameFile', directory, name, to: file.name, replaces: false });
    if (sync) this.#steps.push({ kind: 'syncDirectory', directory });
  }

  #extend(file: LogFile, name: string): void {
    const size = preallocatedSize(file.position, file.size, this.#options.preAllocBytes);
    if (size === file.size) return;
    this.#steps.push({ kind: 'extendFile', directory: 'log', name, size });
    file.size = size;
  }

  #writeBatch(file: LogFile, bytes: Uint8Array): void {
    const { name, position } = file;
    const sync = this.#options.forceSync;
    this.#steps.push({ kind: 'writeFile', directory: 'log', name, position, bytes, sync });
    file.position += bytes.length;
    this.#lastBatchBytes = bytes.length;
  }

  #onBatchDone(): LogDone {
    this.lastSynced = this.#writingLast;
    if (this.#file !== null) this.#file.hasBatch = true;
    if (this.#writing.bytes.length > WRITER_BYTES_KEPT) {
      this.#writing = new BinaryWriter(WRITER_BYTES);
    }
    const position = this.#file?.position ?? 0;
    if (position - this.#markedPosition >= UNMARKED_BYTES_MAX) this.#isMarkWanted = true;
    return { kind: 'synced', through: this.lastSynced };
  }

  #beginClose(): void {
    const file = this.#file;
    this.#activity = 'close';
    if (file !== null) {
      const { position: offset } = file;
      if (this.#isMarkDue()) this.#steps.push(this.#mark(file, { offset, sync: true }));
      this.#steps.push({ kind: 'closeFile', directory: 'log', name: file.name });
      this.#file = null;
    }
    // There is always something to do, so that the end of a close is always told.
    this.#steps.push({ kind: 'syncDirectory', directory: 'log' });
  }

  /** About once a second: the watermark catches up with a log that has gone quiet. */
  onTick(): void {
    this.#isMarkWanted = true;
  }

  /** The watermark to save beside the log now, if one is wanted; only between two batches. */
  takeMark(): DiskAction | null {
    // While a batch is on its way, #file is already ahead of what is synced.
    if (!this.#isMarkWanted || this.#activity !== null || this.#file === null) return null;
    this.#isMarkWanted = false;
    // Not synced: it may come late, never early, and a sync of its own would hold up the log's.
    const { position: offset } = this.#file;
    return this.#isMarkDue() ? this.#mark(this.#file, { offset, sync: false }) : null;
  }

  #isMarkDue(): boolean {
    return this.#options.forceSync && (this.#file?.position ?? 0) > this.#markedPosition;
  }

  /** The zeros to write ahead of the log now, if any. */
  takeClearing(): DiskAction | null {
    const file = this.#file;
    if (file === null || !file.hasBatch || this.#clearing !== null || this.#isClosing) return null;
    const chunk = this.#clearedBytes;
    if (chunk < BLOCK_BYTES || this.#lastBatchBytes > chunk / 8) return null;
    if (file.clearedTo - file.position >= 2 * chunk) return null;
    const next = Math.ceil((file.position + chunk) / BLOCK_BYTES) * BLOCK_BYTES;
    const from = Math.max(file.clearedTo, next);
    const to = Math.min(from + chunk, file.size);
    if (to - from < BLOCK_BYTES) return null;
    this.#clearing = { file, from, to };
    const bytes = ZEROS.subarray(0, to - from);
    const { name } = file;
    return { kind: 'writeFile', directory: 'log', name, position: from, bytes, sync: true };
  }

  /**
   * The zeros are on the disk. Failing to get there is a failure of the log like any other: the
   * system reports an error of a file once, so it may be that of a batch.
   */
  onClearingDone(): void {
    const clearing = this.#clearing;
    assert(clearing !== null, 'nothing was being cleared');
    this.#clearing = null;
    clearing.file.clearedTo = clearing.to;
  }

  /** Zeros on their way must neither land on a batch nor in a file that is closed. */
  #mustWaitForClearing(): boolean {
    if (this.#clearing === null) return false;
    const { file, from } = this.#clearing;
    if (this.#isClosing || this.#mustRoll || this.#isFull(file)) return true;
    return file.position + this.#open.at > from;
  }

  #mark(file: LogFile, { offset, sync }: { offset: number; sync: boolean }): DiskAction {
    const watermark = {
      sequence: ++this.#watermarkSequence,
      fileZxid: file.zxid,
      offset,
      zxid: this.lastSynced,
    };
    this.#markedPosition = offset;
    const position = watermarkPosition(watermark);
    const bytes = encodeWatermark(watermark);
    const name = WATERMARK_NAME;
    return { kind: 'patchFile', directory: 'log', name, position, bytes, sync };
  }
}
