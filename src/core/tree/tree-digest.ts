/**
 * TreeDigest: one 64-bit number for the whole tree (ZooKeeper's DigestCalculator and AdHash,
 * version 2): the wrapping sum of a CRC-32 for each node over path, data and stat. Adding and
 * removing are cheap and in any order, so it is kept up with every change.
 */
import { crc32 } from '../../base/crc32.ts';
import type { BinaryWriter } from '../../protocol/jute/binary-writer.ts';

const TWO_32 = 4294967296;
const STAT_BYTES = 60;
const scratch = new Uint8Array(STAT_BYTES);
const scratchView = new DataView(scratch.buffer);

export interface DigestedStat {
  readonly czxid: number;
  readonly mzxid: number;
  readonly pzxid: number;
  readonly ctime: number;
  readonly mtime: number;
  readonly version: number;
  readonly cversion: number;
  readonly aversion: number;
  readonly ownerHigh: number;
  readonly ownerLow: number;
}

export type DigestedFields = { -readonly [Field in keyof DigestedStat]: DigestedStat[Field] };

function setLong(at: number, value: number): void {
  scratchView.setInt32(at, Math.floor(value / TWO_32));
  scratchView.setInt32(at + 4, value | 0);
}

/** A node's digest; `contentCrc` is the CRC-32 of its path ("" for the root) and its data. */
export function nodeDigest(contentCrc: number, stat: DigestedStat): number {
  setLong(0, stat.czxid);
  setLong(8, stat.mzxid);
  setLong(16, stat.pzxid);
  setLong(24, stat.ctime);
  setLong(32, stat.mtime);
  scratchView.setInt32(40, stat.version);
  scratchView.setInt32(44, stat.cversion);
  scratchView.setInt32(48, stat.aversion);
  scratchView.setInt32(52, stat.ownerHigh);
  scratchView.setInt32(56, stat.ownerLow);
  return crc32(scratch, 0, STAT_BYTES, contentCrc);
}

/** A wrapping 64-bit sum in two 32-bit halves: a bigint for each write would be garbage. */
export class TreeDigest {
  #high = 0;
  #low = 0;

  add(digest: number): void {
    const low = this.#low + digest;
    if (low >= TWO_32) {
      this.#low = low - TWO_32;
      this.#high = (this.#high + 1) >>> 0;
    } else {
      this.#low = low;
    }
  }

  remove(digest: number): void {
    const low = this.#low - digest;
    if (low < 0) {
      this.#low = low + TWO_32;
      this.#high = (this.#high - 1) >>> 0;
    } else {
      this.#low = low;
    }
  }

  set(other: TreeDigest): void {
    this.#high = other.#high;
    this.#low = other.#low;
  }

  clear(): void {
    this.#high = 0;
    this.#low = 0;
  }

  equals(other: TreeDigest): boolean {
    return this.#high === other.#high && this.#low === other.#low;
  }

  /** Is it the one that a log or snapshot holds, given as its two signed halves? */
  isHalves(high: number, low: number): boolean {
    return (this.#high | 0) === high && (this.#low | 0) === low;
  }

  /** As a Jute long. */
  write(writer: BinaryWriter): void {
    writer.int(this.#high);
    writer.int(this.#low);
  }

  /** Signed, as a Jute long. */
  toBigInt(): bigint {
    return BigInt.asIntN(64, (BigInt(this.#high) << 32n) | BigInt(this.#low));
  }
}
