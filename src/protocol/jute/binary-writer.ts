/**
 * BinaryWriter: Jute's primitive types into one growing buffer (ZooKeeper's BinaryOutputArchive).
 *
 * A writer is reused: `clear` keeps the memory. Frames are written in place, their length prefix
 * patched when they end.
 */
import { viewOf } from '../../base/view-of.ts';

const TWO_32 = 4294967296;
const CAPACITY_MIN = 256;

export class BinaryWriter {
  bytes: Uint8Array;
  at = 0;
  #view: DataView;

  constructor(capacity = CAPACITY_MIN) {
    this.bytes = new Uint8Array(Math.max(capacity, CAPACITY_MIN));
    this.#view = new DataView(this.bytes.buffer);
  }

  clear(): void {
    this.at = 0;
  }

  /** What has been written, as a view: valid until the next write. */
  written(): Uint8Array {
    return this.bytes.subarray(0, this.at);
  }

  /** What has been written, as a copy, with the writer emptied. */
  take(): Uint8Array {
    const copy = this.bytes.slice(0, this.at);
    this.at = 0;
    return copy;
  }

  /** Makes room for `count` bytes and returns where they begin. */
  reserve(count: number): number {
    const at = this.at;
    const end = at + count;
    if (end > this.bytes.length) this.#grow(end);
    this.at = end;
    return at;
  }

  #grow(needed: number): void {
    const grown = new Uint8Array(Math.max(needed, this.bytes.length * 2));
    grown.set(this.bytes.subarray(0, this.at));
    this.bytes = grown;
    this.#view = new DataView(grown.buffer);
  }

  byte(value: number): void {
    const at = this.reserve(1);
    this.bytes[at] = value;
  }

  bool(value: boolean): void {
    const at = this.reserve(1);
    this.bytes[at] = value ? 1 : 0;
  }

  int(value: number): void {
    const at = this.reserve(4);
    this.#view.setInt32(at, value);
  }

  intAt(at: number, value: number): void {
    this.#view.setInt32(at, value);
  }

  long(value: bigint): void {
    const at = this.reserve(8);
    this.#view.setBigInt64(at, value);
  }

  /** A long from a number within ±2^53. */
  longFromNumber(value: number): void {
    const at = this.reserve(8);
    this.#view.setInt32(at, Math.floor(value / TWO_32));
    this.#view.setInt32(at + 4, value | 0);
  }

  ustring(value: string | null): void {
    if (value === null) {
      this.int(-1);
      return;
    }
    const length = value.length;
    const start = this.reserve(4 + length);
    const bytes = this.bytes;
    let at = start + 4;
    for (let i = 0; i < length; i++) {
      const unit = value.charCodeAt(i);
      if (unit > 0x7f) {
        this.#ustringBeyondAscii(start, value);
        return;
      }
      bytes[at++] = unit;
    }
    this.#view.setInt32(start, length);
  }

  /**
   * Each UTF-16 unit on its own, so that a surrogate pair takes six bytes: Java's Jute writes it
   * so, and a string must have the same bytes (checksums, digests) whoever writes it.
   */
  #ustringBeyondAscii(start: number, value: string): void {
    this.at = start;
    this.reserve(4 + value.length * 3);
    const bytes = this.bytes;
    let at = start + 4;
    for (let i = 0; i < value.length; i++) {
      const unit = value.charCodeAt(i);
      if (unit < 0x80) {
        bytes[at++] = unit;
      } else if (unit < 0x800) {
        bytes[at++] = 0xc0 | (unit >> 6);
        bytes[at++] = 0x80 | (unit & 0x3f);
      } else {
        bytes[at++] = 0xe0 | (unit >> 12);
        bytes[at++] = 0x80 | ((unit >> 6) & 0x3f);
        bytes[at++] = 0x80 | (unit & 0x3f);
      }
    }
    this.at = at;
    this.#view.setInt32(start, at - start - 4);
  }

  buffer(value: Uint8Array | null): void {
    this.int(value === null ? -1 : value.length);
    if (value !== null) this.raw(value, 0, value.length);
  }

  /** `source[start, end)` as it is, without a length. */
  raw(source: Uint8Array, start: number, end: number): void {
    const count = end - start;
    const at = this.reserve(count);
    if (count < 48) {
      const bytes = this.bytes;
      for (let i = 0; i < count; i++) bytes[at + i] = source[start + i] as number;
    } else {
      this.bytes.set(viewOf(source, start, end), at);
    }
  }

  /** Starts a length-prefixed frame and returns its mark. */
  beginFrame(): number {
    return this.reserve(4);
  }

  /** Ends the frame that began at `mark`: everything written since is its body. */
  endFrame(mark: number): void {
    this.#view.setInt32(mark, this.at - mark - 4);
  }
}
