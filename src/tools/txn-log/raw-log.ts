/**
 * RawLog: a log file record by record, whatever the checksums say: for people who look at a damaged
 * one. (TxnLogReader, by which servers read, stops at the first fault.) It reads in chunks, so that
 * a log of gigabytes takes no more memory than its largest record.
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { ADLER32_EMPTY, adler32 } from '../../base/adler32.ts';
import { ToolExit } from '../../base/tool-exit.ts';
import {
  LOG_HEADER_BYTES,
  LOG_MAGIC,
  RECORD_END,
  RECORD_FRAME_BYTES,
  RECORD_HEAD_BYTES,
} from '../../core/storage/txn-log-format.ts';
import { withPath } from '../system-error.ts';
import { ToolError } from '../tool-error.ts';

export interface RawRecord {
  readonly offset: number;
  /** All of it, and the payload within. Good until the next record is read. */
  readonly bytes: Uint8Array;
  readonly payload: Uint8Array;
  /** What the payload's checksum should be. */
  readonly checksum: number;
  /** The checksum is the payload's. */
  readonly isIntact: boolean;
}

const CHUNK_BYTES = 1 << 20;

export class RawLog {
  readonly path: string;
  readonly version: number;
  readonly dbid: bigint;
  readonly #descriptor: number;
  readonly #size: number;
  #chunk = new Uint8Array(CHUNK_BYTES);
  /** The chunk holds the file's [#base, #base + #filled). */
  #base = 0;
  #filled = 0;
  #position = 0;

  constructor(path: string) {
    this.path = path;
    this.#descriptor = openSync(path, 'r');
    this.#size = withPath(path, () => fstatSync(this.#descriptor).size);
    const header = this.#view(LOG_HEADER_BYTES);
    if (header === null || header.getInt32(0) !== LOG_MAGIC) {
      this.close();
      throw new ToolError(
        `Invalid magic number for ${path}: it is no transaction log.`,
        ToolExit.usage,
      );
    }
    this.version = header.getInt32(4);
    this.dbid = header.getBigInt64(8);
    this.#position = LOG_HEADER_BYTES;
  }

  /**
   * Null where the file or what is written of it ends. Throws ToolError where a record should be and
   * is none.
   */
  next(): RawRecord | null {
    const offset = this.#position;
    const head = this.#view(RECORD_HEAD_BYTES);
    if (head === null) return null;
    const length = head.getInt32(8);
    if (length === 0) return null;
    if (length < 0) throw this.#fault(offset, `Unreasonable length = ${length}`);
    const isChecksumShort = head.getInt32(0) === 0;
    const checksum = head.getUint32(4);
    const record = this.#view(RECORD_FRAME_BYTES + length);
    if (record === null) throw this.#fault(offset, 'Last transaction was partial.');
    const bytes = new Uint8Array(record.buffer, record.byteOffset, record.byteLength);
    const payload = bytes.subarray(RECORD_HEAD_BYTES, RECORD_HEAD_BYTES + length);
    if (bytes[RECORD_HEAD_BYTES + length] !== RECORD_END) {
      throw this.#fault(offset, 'Last transaction was partial.');
    }
    this.#position = offset + RECORD_FRAME_BYTES + length;
    const found = adler32(payload, 0, length, ADLER32_EMPTY);
    const isIntact = isChecksumShort && found === checksum;
    return { offset, bytes, payload, checksum: found, isIntact };
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  #fault(offset: number, reason: string): ToolError {
    return new ToolError(
      `${reason} ${this.path} has no whole record at offset ${offset}: ` +
        'after a crash of its server that is a torn tail, which a start removes; otherwise damage.',
    );
  }

  /** The next `count` bytes of the file; null when it has not as many. */
  #view(count: number): DataView | null {
    if (count > this.#size - this.#position) return null;
    if (this.#position + count > this.#base + this.#filled) this.#fill(count);
    if (this.#position + count > this.#base + this.#filled) return null;
    const at = this.#position - this.#base;
    return new DataView(this.#chunk.buffer, at, count);
  }

  #fill(count: number): void {
    if (count > this.#chunk.length) this.#chunk = new Uint8Array(count * 2);
    this.#base = this.#position;
    this.#filled = 0;
    while (this.#filled < this.#chunk.length) {
      const into = this.#chunk.subarray(this.#filled);
      const position = this.#base + this.#filled;
      const read = withPath(this.path, () =>
        readSync(this.#descriptor, into, 0, into.length, position),
      );
      if (read === 0) return;
      this.#filled += read;
    }
  }
}
