/**
 * recover: from a data directory to the state that its files hold (ZooKeeper's FileTxnSnapLog).
 * The newest snapshot that loads, then the txns after it. It changes nothing on the disk: what has
 * to be changed before serving is handed back as repairs.
 *
 * Stricter than Java where Java would start with a shortened history (D4, D5): a log that is
 * missing in the middle, records after a fault, synced txns that are gone, logs that do not have
 * what a damaged snapshot had. A torn tail, which only held what nobody was told of, is cut with a
 * warning.
 */
import { AssertionError } from '../../base/assert.ts';
import { counterOf, describeZxid, epochOf, type Zxid } from '../../base/zxid.ts';
import { JuteError } from '../../protocol/jute/jute-error.ts';
import type { DirectoryName, DirectoryReader } from './disk.ts';
import {
  INITIALIZE_NAME,
  isUnfinishedLogName,
  isUnfinishedSnapshotName,
  WATERMARK_NAME,
  zxidOfLogName,
} from './file-names.ts';
import type { StorageStart } from './log-writer.ts';
import { type PassedOver, PassedOverSnapshots } from './passed-over-snapshots.ts';
import type { Repair } from './repair.ts';
import { loadNewestSnapshot, SnapshotRefusal } from './snapshot-loading.ts';
import type { RecoverySink } from './snapshot-source.ts';
import { TxnLogReader } from './txn-log-reader.ts';
import { classifyTail, type LogEnd } from './txn-log-tail.ts';
import { decodeWatermark, WATERMARK_FILE_BYTES_MAX, type Watermark } from './watermark.ts';

export interface RecoveryOptions {
  /** `zookeeper.snapshot.trust.empty`: start from the logs alone. */
  readonly trustEmptySnapshot: boolean;
  /** `zookeeper.db.autocreate`: start empty without an `initialize` file. */
  readonly dbAutocreate: boolean;
  /** dataLogDir is not dataDir: then neither may hold the other's files. */
  readonly hasSeparateLogDirectory: boolean;
  onProgress?(progress: RecoveryProgress): void;
}

/** Given about every 200,000 nodes or txns, and when a file begins. */
export interface RecoveryProgress {
  readonly file: string;
  readonly nodes: number;
  readonly txns: number;
}

export type RecoveryResult = Recovered | RecoveryFailure;

/** `lastZxid` is -1 when there is no data and no permission to begin empty. */
export interface Recovered extends StorageStart {
  readonly ok: true;
  /** The newest snapshot is not the whole state: take one at the start, as Java does. */
  readonly needsFirstSnapshot: boolean;
  readonly warnings: readonly string[];
  readonly nodes: number;
  readonly txns: number;
}

export interface RecoveryFailure {
  readonly ok: false;
  readonly file: string;
  readonly offset: number;
  readonly reason: string;
  readonly warnings: readonly string[];
}

export function recover(
  reader: DirectoryReader,
  options: RecoveryOptions,
  sink: RecoverySink,
): RecoveryResult {
  const recovery = new Recovery(reader, options, sink);
  try {
    return recovery.run();
  } catch (error) {
    const { file, offset, reason } = recovery.refusal(error);
    return { ok: false, file, offset, reason, warnings: recovery.warnings };
  }
}

interface NumberedFile {
  readonly name: string;
  readonly zxid: Zxid;
}

const PROGRESS_TXNS = 200_000;

class Recovery {
  readonly warnings: string[] = [];
  readonly #reader: DirectoryReader;
  readonly #options: RecoveryOptions;
  readonly #sink: RecoverySink;
  readonly #repairs: Repair[] = [];
  #logs: readonly NumberedFile[] = [];
  #watermark: Watermark | null = null;
  #watermarkSequence = 0;
  #nodes = 0;
  #txns = 0;
  /** Null while any txn may come next: without a snapshot. */
  #lastZxid: Zxid | null = null;
  #snapshotZxid: Zxid | null = null;
  #passedOver = new PassedOverSnapshots([]);
  /** Where the reading is, for errors of the system. */
  #file = '';
  /** The logs from the one with the last whole record on, opened and read to where they stop. */
  #tail: TxnLogReader[] = [];

  constructor(reader: DirectoryReader, options: RecoveryOptions, sink: RecoverySink) {
    this.#reader = reader;
    this.#options = options;
    this.#sink = sink;
  }

  run(): Recovered {
    this.#logs = numbered(this.#reader.list('log'), zxidOfLogName);
    this.#watermark = this.#readWatermark();
    if (this.#options.hasSeparateLogDirectory) this.#checkContents();
    this.#removeUnfinished();
    const hasSnapshot = this.#loadSnapshot();
    if (!hasSnapshot && this.#logs.length === 0) return this.#startEmpty();
    this.#replay();
    this.#settleTail();
    this.#checkWatermark();
    this.#checkPassedOver(this.#passedOver.onEnd());
    return this.#recovered(this.#lastZxid ?? 0);
  }

  #recovered(lastZxid: Zxid): Recovered {
    this.#repairs.push({ kind: 'syncDirectory', directory: 'log' });
    this.#repairs.push({ kind: 'syncDirectory', directory: 'snapshot' });
    return {
      ok: true,
      lastZxid,
      snapshotZxid: this.#snapshotZxid,
      needsFirstSnapshot: lastZxid >= 0 && this.#snapshotZxid !== lastZxid,
      repairs: this.#repairs,
      watermarkSequence: this.#watermarkSequence,
      warnings: this.warnings,
      nodes: this.#nodes,
      txns: this.#txns,
    };
  }

  /** What to tell of an error that ends the recovery; bugs are thrown on. */
  refusal(error: unknown): { file: string; offset: number; reason: string } {
    if (error instanceof Refusal) return error;
    if (error instanceof SnapshotRefusal) return { ...error, offset: 0, reason: error.message };
    if (isSystemError(error)) return { file: this.#file, offset: 0, reason: error.message };
    throw error;
  }

  #checkContents(): void {
    const misplaced = (directory: DirectoryName, prefix: string, reason: string) => {
      const name = this.#reader.list(directory).find((each) => each.startsWith(prefix));
      if (name !== undefined) throw new Refusal(name, 0, reason);
    };
    misplaced('log', 'snapshot.', 'a snapshot in dataLogDir; is dataLogDir the right directory?');
    misplaced('snapshot', 'log.', 'a log in dataDir; is dataLogDir the right directory?');
  }

  #removeUnfinished(): void {
    for (const name of [...this.#reader.list('log')].sort()) {
      if (isUnfinishedLogName(name)) this.#remove('log', name, 'a log that was not begun');
    }
    for (const name of [...this.#reader.list('snapshot')].sort()) {
      if (!isUnfinishedSnapshotName(name)) continue;
      this.#remove('snapshot', name, 'a snapshot that was not finished');
    }
  }

  #remove(directory: DirectoryName, name: string, what: string): void {
    this.warnings.push(`${name}: ${what}, removed`);
    this.#repairs.push({ kind: 'unlinkFile', directory, name });
  }

  #readWatermark(): Watermark | null {
    if (!this.#reader.list('log').includes(WATERMARK_NAME)) return null;
    const bytes = new Uint8Array(WATERMARK_FILE_BYTES_MAX);
    this.#file = WATERMARK_NAME;
    const count = this.#reader.read('log', WATERMARK_NAME, { position: 0, into: bytes });
    const watermark = decodeWatermark(bytes.subarray(0, count));
    if (watermark === null) return null;
    this.#watermarkSequence = watermark.sequence;
    // A later log that begins within what was synced: another program has cut the history (TRUNC).
    const { fileZxid, zxid } = watermark;
    const cut = this.#logs.find((log) => log.zxid > fileZxid && log.zxid <= zxid);
    if (cut === undefined) return watermark;
    this.warnings.push(`${WATERMARK_NAME}: older than ${cut.name}, not used`);
    return null;
  }

  #loadSnapshot(): boolean {
    const loaded = loadNewestSnapshot(this.#reader, {
      sink: this.#sink,
      warnings: this.warnings,
      onNodes: (file, nodes) => this.#tell(file, nodes),
    });
    if (loaded !== null) {
      this.#nodes = loaded.nodes;
      this.#snapshotZxid = loaded.zxid;
      this.#lastZxid = loaded.zxid;
      this.#passedOver = new PassedOverSnapshots(loaded.passedOver);
      this.#repairs.push({ kind: 'syncFile', directory: 'snapshot', name: loaded.name });
      return true;
    }
    this.#sink.reset(0);
    const first = this.#logs[0];
    if (first !== undefined) {
      const reason = 'No snapshot found, but there are log entries. Something is broken!';
      if (!this.#options.trustEmptySnapshot) throw new Refusal(first.name, 0, reason);
      this.warnings.push(`${reason} Started from the logs alone (snapshot.trust.empty).`);
    }
    return false;
  }

  #tell(file: string, nodes: number): void {
    this.#options.onProgress?.({ file, nodes, txns: this.#txns });
  }

  #startEmpty(): Recovered {
    this.#lastZxid = 0;
    this.#checkWatermark();
    const isAllowed = this.#reader.list('dataLogDir').includes(INITIALIZE_NAME);
    if (isAllowed) {
      this.#repairs.push({ kind: 'unlinkFile', directory: 'dataLogDir', name: INITIALIZE_NAME });
      this.#repairs.push({ kind: 'syncDirectory', directory: 'dataLogDir' });
    }
    if (isAllowed || this.#options.dbAutocreate) return this.#recovered(0);
    this.warnings.push('Unexpected empty data tree: no initialize file, and db.autocreate is off');
    return this.#recovered(-1);
  }

  #replay(): void {
    const next = (this.#snapshotZxid ?? -1) + 1;
    const first = this.#logs.findLastIndex((log) => log.zxid <= next);
    for (const log of this.#logs.slice(Math.max(first, 0))) {
      this.#file = log.name;
      this.#tell(log.name, this.#nodes);
      this.#replayFile(new TxnLogReader(this.#reader, log.name));
    }
  }

  #replayFile(log: TxnLogReader): void {
    const snapshotZxid = this.#snapshotZxid ?? -1;
    let isFirst = true;
    let ignored = 0;
    while (log.next()) {
      if (this.#lastZxid !== null && log.zxid <= this.#lastZxid) {
        if (log.zxid > snapshotZxid) ignored++;
      } else {
        this.#checkFollows(log, isFirst);
        this.#checkPassedOver(this.#passedOver.onTxn(log.zxid));
        this.#apply(log);
      }
      if (isFirst) this.#tail = [];
      isFirst = false;
    }
    if (ignored > 0) this.warnings.push(`${log.name}: ${ignored} txns seen before, ignored`);
    this.#tail.push(log);
    if (!isFirst) {
      this.#repairs.push({ kind: 'syncFile', directory: 'log', name: log.name });
    }
  }

  #apply(log: TxnLogReader): void {
    try {
      this.#sink.txn(log.record);
    } catch (error) {
      // A txn that cannot have been made, as deleting the root: the file is wrong, not the program.
      if (!(error instanceof JuteError || error instanceof AssertionError)) throw error;
      const reason = `txn ${describeZxid(log.zxid)}: ${error.message}`;
      throw new Refusal(log.name, log.offset, reason);
    }
    this.#lastZxid = log.zxid;
    this.#txns++;
    if (this.#txns % PROGRESS_TXNS === 0) this.#tell(log.name, this.#nodes);
  }

  /** Each zxid follows the one before, or begins a later epoch. */
  #checkFollows(log: TxnLogReader, isFirst: boolean): void {
    const last = this.#lastZxid;
    const { zxid } = log;
    if (last === null || zxid === last + 1) return;
    if (epochOf(zxid) > epochOf(last) && counterOf(zxid) <= 1) {
      if (isFirst) this.#checkMiddle();
      return;
    }
    const gap = `txns are missing between ${describeZxid(last)} and ${describeZxid(zxid)}`;
    if (!isFirst) {
      // The bytes are whole on both sides: nothing was lost, the zxids were never given.
      this.warnings.push(`${log.name}: ${gap}`);
      return;
    }
    const fault = this.#tail.find(({ stop }) => stop !== null && stop.reason !== '');
    const stop = fault?.stop ?? this.#tail.at(-1)?.stop;
    const file = fault?.name ?? this.#tail.at(-1)?.name ?? log.name;
    const why = fault === undefined ? '' : `: ${stop?.reason}`;
    throw new Refusal(file, stop?.offset ?? log.offset, `${gap} (in ${log.name})${why}`);
  }

  /**
   * Where an epoch begins the zxids show no gap: what the log before it has lost, nobody would miss.
   * Java leaves torn tails there, and logs without a txn; ours goes on only where they are cut off.
   */
  #checkMiddle(): void {
    for (const log of this.#tail) {
      const end = this.#endOf(log);
      if (end.kind === 'tornTail') this.#cutTail(log.name, end);
    }
  }

  #cutTail(name: string, { offset, reason }: LogEnd): void {
    this.warnings.push(`${name}: torn tail at ${offset} (${reason}), cut`);
    this.#repairs.push({ kind: 'truncateFile', directory: 'log', name, size: offset });
  }

  /** What only a newer snapshot had may be missing from the logs, without a gap in the zxids. */
  #checkPassedOver(missing: PassedOver | null): void {
    if (missing === null) return;
    const { name, zxid, isWhole } = missing;
    const what = isWhole ? 'it is damaged' : 'it was not written to its end';
    const reason =
      `${what}, and no log has its last txn ${describeZxid(zxid)}: what only it had may be ` +
      'missing; restore it, or remove it to accept the loss, or remove all data of a member of ' +
      'an ensemble, which then gets it from the leader';
    throw new Refusal(name, 0, reason);
  }

  /** After the last whole record: an ordinary end, a torn tail to cut, or damage. */
  #settleTail(): void {
    for (const [i, log] of this.#tail.entries()) {
      this.#file = log.name;
      const end = this.#endOf(log);
      const hasRecords = i === 0 && log.zxid >= 0;
      if (!hasRecords) {
        this.#remove('log', log.name, 'a log without a txn');
      } else if (end.kind === 'tornTail') {
        this.#cutTail(log.name, end);
      }
    }
  }

  /**
   * How the log ends, if not with damage. The watermark names the next log when all of this one is
   * synced: then nothing of it may be cut, even where the next is gone because it had no txn, and
   * the snapshot has what is lost. From an older one nothing would come any more (D9).
   */
  #endOf(log: TxnLogReader): LogEnd {
    const end = this.#classify(log);
    if (end.kind === 'damage') throw new Refusal(log.name, end.offset, end.reason);
    const reason = log.zxid < 0 ? 'a log without a txn' : end.reason;
    const named = this.#watermark?.fileZxid ?? -1;
    if (reason === '' || (zxidOfLogName(log.name) ?? 0) >= named) return end;
    throw new Refusal(log.name, end.offset, `${reason}, and all of it was synced`);
  }

  #classify(log: TxnLogReader): LogEnd {
    const stop = log.stop ?? { offset: log.position, reason: '' };
    const watermark = this.#watermark;
    const isNamed = watermark !== null && watermark.fileZxid === zxidOfLogName(log.name);
    const syncedTo = isNamed ? watermark.offset : null;
    return classifyTail({ reader: this.#reader, name: log.name, size: log.size, stop, syncedTo });
  }

  #checkWatermark(): void {
    const last = this.#lastZxid ?? 0;
    const watermark = this.#watermark;
    if (watermark === null || last >= watermark.zxid) return;
    const synced = describeZxid(watermark.zxid);
    const reason =
      `txns up to ${synced} were synced, but the files end at ${describeZxid(last)}; ` +
      `to accept the loss, remove ${WATERMARK_NAME}`;
    throw new Refusal(this.#logs.at(-1)?.name ?? WATERMARK_NAME, 0, reason);
  }
}

/** Ends the recovery from deep inside; never seen outside this file. */
class Refusal extends Error {
  readonly file: string;
  readonly offset: number;
  readonly reason: string;

  constructor(file: string, offset: number, reason: string) {
    super(reason);
    this.file = file;
    this.offset = offset;
    this.reason = reason;
  }
}

function isSystemError(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && typeof error.code === 'string';
}

function numbered(names: readonly string[], zxidOf: (name: string) => Zxid | null): NumberedFile[] {
  const files: NumberedFile[] = [];
  for (const name of names) {
    const zxid = zxidOf(name);
    if (zxid !== null) files.push({ name, zxid });
  }
  return files.sort((a, b) => a.zxid - b.zxid);
}
