/**
 * BinaryReader: Jute's primitive types out of one bounded range of bytes (ZooKeeper's
 * BinaryInputArchive). Big-endian throughout. A length that does not fit what is left of the range
 * is refused before anything is allocated; nothing is ever read past `end`.
 *
 * One reader is made once and pointed at range after range (`reset`), because a DataView for each
 * frame would cost more than the frame. It looks at the memory behind the bytes as a whole, so that
 * another view of the same memory, as each chunk of a socket is, costs nothing new.
 */
import { assert } from '../../base/assert.ts';
import type { BytePool } from '../../base/byte-pool.ts';
import { JuteError } from './jute-error.ts';

const TWO_32 = 4294967296;

export class BinaryReader {
  bytes: Uint8Array;
  at = 0;
  end = 0;
  /** Where `buffer` copies to, while what is read is to outlive the bytes. */
  pool: BytePool | null = null;
  /** All of the memory that the bytes are in, and where they begin there. */
  #memory: ArrayBufferLike;
  #view: DataView;
  #buffer: Buffer;
  #base: number;

  constructor(bytes: Uint8Array = new Uint8Array(0), start = 0, end = bytes.length) {
    this.bytes = bytes;
    this.#memory = bytes.buffer;
    this.#view = new DataView(bytes.buffer);
    this.#buffer = Buffer.from(bytes.buffer);
    this.#base = bytes.byteOffset;
    this.at = start;
    this.end = end;
  }

  /** Points the reader at `bytes[start, end)`. */
  reset(bytes: Uint8Array, start: number, end: number): this {
    assert(end <= bytes.length, 'a range beyond its bytes');
    if (bytes !== this.bytes) this.#turnTo(bytes);
    this.at = start;
    this.end = end;
    return this;
  }

  #turnTo(bytes: Uint8Array): void {
    const { buffer } = bytes;
    this.bytes = bytes;
    this.#base = bytes.byteOffset;
    if (buffer === this.#memory) return;
    this.#memory = buffer;
    this.#view = new DataView(buffer);
    this.#buffer = Buffer.from(buffer);
  }

  get remaining(): number {
    return this.end - this.at;
  }

  /** Claims `count` bytes and returns where they begin. */
  #take(count: number): number {
    const at = this.at;
    if (count > this.end - at) {
      throw new JuteError(`${count} bytes wanted at ${at}, ${this.end - at} left`);
    }
    this.at = at + count;
    return at;
  }

  byte(): number {
    return this.bytes[this.#take(1)] as number;
  }

  /** Any byte but 0 is true. */
  bool(): boolean {
    return this.bytes[this.#take(1)] !== 0;
  }

  int(): number {
    return this.#view.getInt32(this.#base + this.#take(4));
  }

  long(): bigint {
    return this.#view.getBigInt64(this.#base + this.#take(8));
  }

  /** A long as a number: exact within ±2^53, ordered beyond. For zxids, times and counts. */
  longAsNumber(): number {
    const at = this.#base + this.#take(8);
    return this.#view.getInt32(at) * TWO_32 + this.#view.getUint32(at + 4);
  }

  /**
   * The length of a ustring or buffer, -1 for null. Afterwards `at` is where its bytes begin, and
   * they are all within the range.
   */
  length(): number {
    const length = this.int();
    if (length < -1) throw new JuteError(`unreasonable length = ${length}`);
    if (length > this.end - this.at) {
      throw new JuteError(`length ${length} at ${this.at - 4}, ${this.end - this.at} bytes left`);
    }
    return length;
  }

  ustring(): string | null {
    const length = this.length();
    if (length < 0) return null;
    const at = this.at;
    this.at = at + length;
    return this.#buffer.toString('utf8', this.#base + at, this.#base + at + length);
  }

  /**
   * With a pool a copy; else a view, good only for as long as the bytes that are read from. Who
   * keeps what is in a view longer, as the tree does, copies it.
   */
  buffer(): Uint8Array | null {
    const length = this.length();
    if (length < 0) return null;
    const at = this.at;
    this.at = at + length;
    if (this.pool !== null) return this.pool.copy(this.bytes, at, at + length);
    return this.bytes.subarray(at, at + length);
  }

  /** The count of a vector: null for -1, and 0 for the other negative counts, as Java reads them. */
  vectorCount(): number | null {
    const count = this.int();
    if (count === -1) return null;
    if (count > this.end - this.at) {
      throw new JuteError(`vector of ${count} elements, ${this.end - this.at} bytes left`);
    }
    return Math.max(0, count);
  }
}
