/**
 * TxnLogReader: the records of one log file, one after the other, in chunks. It stops at the first
 * thing that is not a whole record; what that means, the end of the log, a torn tail or damage, is
 * decided by classifyTail, which sees the rest of the file.
 *
 * Replaying a million records is the start-up time of a server: no object is made per record, and
 * the payload is handed out in place.
 */
import { ADLER32_EMPTY, adler32 } from '../../base/adler32.ts';
import type { Zxid } from '../../base/zxid.ts';
import { BinaryReader } from '../../protocol/jute/binary-reader.ts';
import type { DirectoryReader } from './disk.ts';
import {
  LOG_HEADER_BYTES,
  LOG_MAGIC,
  PAYLOAD_BYTES_MIN,
  PAYLOAD_ZXID_AT,
  RECORD_END,
  RECORD_FRAME_BYTES,
  RECORD_HEAD_BYTES,
} from './txn-log-format.ts';

const CHUNK_BYTES = 1 << 20;
const TWO_32 = 4294967296;

/** Where and why the reading stopped. */
export interface LogStop {
  readonly offset: number;
  /** Empty at a zero length and at the end of the file, where a log ends in the ordinary way. */
  readonly reason: string;
}

export class TxnLogReader {
  readonly name: string;
  readonly size: number;
  /** The current payload: at the TxnHeader, ending with the payload. Valid until `next`. */
  readonly record = new BinaryReader();
  /** The current record's zxid and where it begins in the file. */
  zxid: Zxid = -1;
  offset = 0;
  /** Set when `next` has returned false. */
  stop: LogStop | null = null;

  readonly #reader: DirectoryReader;
  #bytes: Uint8Array;
  #view: DataView;
  /** The chunk holds the file's [#base, #base + #filled); the next record is at #at in it. */
  #base = 0;
  #filled = 0;
  #at = 0;

  /** Begins with the record at `from`. May throw the system's error. */
  constructor(reader: DirectoryReader, name: string, from = LOG_HEADER_BYTES) {
    this.#reader = reader;
    this.name = name;
    this.size = reader.size('log', name);
    this.#bytes = new Uint8Array(Math.min(CHUNK_BYTES, this.size));
    this.#view = new DataView(this.#bytes.buffer);
    this.#checkHeader();
    if (from === LOG_HEADER_BYTES) return;
    this.#base = from;
    this.#filled = 0;
    this.#at = 0;
  }

  #checkHeader(): void {
    if (!this.#has(LOG_HEADER_BYTES)) {
      this.stop = { offset: 0, reason: this.size === 0 ? '' : 'the file header is cut off' };
    } else if (this.#view.getInt32(0) !== LOG_MAGIC) {
      this.stop = { offset: 0, reason: 'no log: it does not begin with ZKLG' };
    } else {
      this.#at = LOG_HEADER_BYTES;
    }
  }

  /** Moves to the next record; false where the whole records end. May throw the system's error. */
  next(): boolean {
    if (this.stop !== null) return false;
    if (!this.#has(RECORD_HEAD_BYTES)) {
      return this.#stop(this.#left() === 0 ? '' : 'the file ends inside a record');
    }
    const length = this.#view.getInt32(this.#at + 8);
    if (length === 0) return this.#stop('');
    const whole = RECORD_FRAME_BYTES + length;
    if (length < PAYLOAD_BYTES_MIN) return this.#stop(`a record of ${length} bytes`);
    if (whole > this.#left()) return this.#stop(`a record of ${length} bytes, past the file's end`);
    if (!this.#has(whole)) return this.#stop('the file ends inside a record');
    return this.#open(length);
  }

  #open(length: number): boolean {
    const view = this.#view;
    const at = this.#at;
    const start = at + RECORD_HEAD_BYTES;
    const end = start + length;
    const checksum = adler32(this.#bytes, start, end, ADLER32_EMPTY);
    if (view.getUint32(at + 4) !== checksum || view.getUint32(at) !== 0) {
      return this.#stop('the checksum does not match');
    }
    if (this.#bytes[end] !== RECORD_END) return this.#stop("the record's end mark is missing");
    this.record.reset(this.#bytes, start, end);
    this.zxid =
      view.getInt32(start + PAYLOAD_ZXID_AT) * TWO_32 + view.getUint32(start + PAYLOAD_ZXID_AT + 4);
    this.offset = this.#base + at;
    this.#at = end + 1;
    return true;
  }

  /** Where the next record begins or, at the end, where the whole records end. */
  get position(): number {
    return this.#base + this.#at;
  }

  #left(): number {
    return this.size - this.position;
  }

  #stop(reason: string): boolean {
    this.stop = { offset: this.position, reason };
    return false;
  }

  /** Makes `count` bytes from #at on available; false when the file has not as many. */
  #has(count: number): boolean {
    if (this.#filled - this.#at >= count) return true;
    const carried = this.#filled - this.#at;
    this.#base += this.#at;
    let bytes = this.#bytes;
    if (count > bytes.length) bytes = new Uint8Array(Math.max(count, bytes.length * 2));
    bytes.set(this.#bytes.subarray(this.#at, this.#filled));
    if (bytes !== this.#bytes) {
      this.#bytes = bytes;
      this.#view = new DataView(bytes.buffer);
    }
    this.#at = 0;
    const position = this.#base + carried;
    const read = this.#reader.read('log', this.name, { position, into: bytes.subarray(carried) });
    this.#filled = carried + read;
    return this.#filled >= count;
  }
}
