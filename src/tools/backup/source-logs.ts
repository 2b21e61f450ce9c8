/**
 * The txns in the logs of a data directory after a place, while a server may be writing there: its
 * newest log ends somewhere inside a batch, logs go by a purge, and (in an ensemble) a history may
 * be cut and go on otherwise.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { counterOf, describeZxid, epochOf, type Zxid } from '../../base/zxid.ts';
import { zxidOfLogName } from '../../core/storage/file-names.ts';
import { LOG_HEADER_BYTES, RECORD_HEAD_BYTES } from '../../core/storage/txn-log-format.ts';
import { TxnLogReader } from '../../core/storage/txn-log-reader.ts';
import { classifyTail } from '../../core/storage/txn-log-tail.ts';
import type { DirectoryPaths } from '../../io/disk/directory-paths.ts';
import { FileDirectoryReader } from '../../io/disk/file-directory-reader.ts';
import { TxnHeader } from '../../protocol/records/txn.ts';
import { isSystemError } from '../system-error.ts';
import { ToolError } from '../tool-error.ts';

export interface SourceTxn {
  readonly header: TxnHeader;
  /** The whole record. Good until the next. */
  readonly bytes: Uint8Array;
  readonly file: string;
  readonly offset: number;
  readonly checksum: number;
}

/** The txn after which to go on; `place` is null after a snapshot, whose txn was not read. */
export interface Cursor {
  readonly zxid: Zxid;
  readonly place: {
    readonly file: string;
    readonly offset: number;
    readonly checksum: number;
  } | null;
}

/**
 * `lost`: what follows the cursor is not there, because it was purged or the history is another.
 */
export type CopyOutcome = 'copied' | 'lost';

/** How often, and how long apart, a fault is looked at again that a write may just be mending. */
const LOOKS_MAX = 5;
const LOOK_AGAIN_MS = 50;

export class SourceLogs {
  readonly #paths: DirectoryPaths;
  readonly #reader: FileDirectoryReader;
  #last: Zxid = -1;

  constructor(paths: DirectoryPaths) {
    this.#paths = paths;
    this.#reader = new FileDirectoryReader(paths);
  }

  /** Gives each txn after the cursor to `onTxn`, up to what is written now. */
  async copy(cursor: Cursor, onTxn: (txn: SourceTxn) => void): Promise<CopyOutcome> {
    this.#last = cursor.zxid;
    try {
      return await this.#copy(cursor, onTxn);
    } catch (error) {
      // A log that was listed, and purged before it was read.
      if (isSystemError(error) && error.code === 'ENOENT') return 'lost';
      throw error;
    } finally {
      this.#reader.close();
    }
  }

  async #copy({ zxid, place }: Cursor, onTxn: (txn: SourceTxn) => void): Promise<CopyOutcome> {
    const names = this.#names();
    const first =
      place === null
        ? Math.max(
            0,
            names.findLastIndex((name) => (zxidOfLogName(name) ?? 0) <= zxid + 1),
          )
        : names.indexOf(place.file);
    if (first < 0) return 'lost';
    for (const [i, name] of names.slice(first).entries()) {
      const from = i === 0 ? place : null;
      const log = new TxnLogReader(this.#reader, name, from?.offset);
      if (from !== null && !this.#isCursor(log, { zxid, checksum: from.checksum })) return 'lost';
      const isNewest = first + i === names.length - 1;
      if (!(await this.#copyFile(log, { isNewest, onTxn }))) return 'lost';
    }
    return 'copied';
  }

  #names(): string[] {
    const numbered = this.#reader
      .list('log')
      .flatMap((name) => {
        const zxid = zxidOfLogName(name);
        return zxid === null ? [] : [{ name, zxid }];
      })
      .sort((a, b) => a.zxid - b.zxid);
    return numbered.map(({ name }) => name);
  }

  #isCursor(log: TxnLogReader, expected: { zxid: Zxid; checksum: number }): boolean {
    if (!log.next()) return false;
    return log.zxid === expected.zxid && sourceTxn(log).checksum === expected.checksum;
  }

  /** False where txns are missing between the file before and this one. */
  async #copyFile(
    log: TxnLogReader,
    { isNewest, onTxn }: { isNewest: boolean; onTxn: (txn: SourceTxn) => void },
  ): Promise<boolean> {
    for (let current: TxnLogReader | null = log; current !== null; ) {
      while (current.next()) {
        if (current.zxid <= this.#last) continue;
        if (!this.#follows(current)) return false;
        this.#last = current.zxid;
        onTxn(sourceTxn(current));
      }
      current = await this.#afterStop(current, isNewest);
    }
    return true;
  }

  /** Within a file, a zxid that was passed over was never given to a txn. */
  #follows({ zxid, offset }: TxnLogReader): boolean {
    if (zxid === this.#last + 1 || offset > LOG_HEADER_BYTES) return true;
    return epochOf(zxid) > epochOf(this.#last) && counterOf(zxid) <= 1;
  }

  /** The reader to go on with, where only the writing was slower; null at the end. */
  async #afterStop({ name, stop }: TxnLogReader, isNewest: boolean): Promise<TxnLogReader | null> {
    if (stop === null || (stop.reason === '' && isNewest)) return null;
    for (let look = 0; look < LOOKS_MAX; look++) {
      const size = this.#reader.size('log', name);
      const end = classifyTail({ reader: this.#reader, name, size, stop, syncedTo: null });
      if (end.kind !== 'damage') return null;
      await delay(LOOK_AGAIN_MS);
      const again = new TxnLogReader(this.#reader, name, stop.offset);
      if (again.next()) return new TxnLogReader(this.#reader, name, stop.offset);
    }
    throw new ToolError(
      `${this.#paths.log}/${name} is damaged at offset ${stop.offset} (${stop.reason}), after txn ` +
        `${describeZxid(this.#last)}: what follows cannot be backed up; look at it with zooid txnlog.`,
    );
  }
}

function sourceTxn({ record, name, offset }: TxnLogReader): SourceTxn {
  const { bytes, at, end } = record;
  const whole = bytes.subarray(at - RECORD_HEAD_BYTES, end + 1);
  const header = TxnHeader.read(record);
  record.at = at;
  const checksum = new DataView(whole.buffer, whole.byteOffset).getUint32(4);
  return { header, bytes: whole, file: name, offset, checksum };
}
