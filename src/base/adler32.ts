/**
 * Adler-32 (RFC 1950), the checksum of ZooKeeper's transaction log and snapshots. Running: pass
 * the last result to go on. The empty checksum is 1.
 */
import { FAST_BYTES_MIN, fastChecksums } from './checksum/fast-checksums.ts';

const BASE = 65521;
/** The most bytes that may be summed before `b` could pass 2^31 and leave small integers. */
const RUN_MAX = 2048;

export const ADLER32_EMPTY = 1;

export function adler32(bytes: Uint8Array, start: number, end: number, adler = 1): number {
  const fast = end - start >= FAST_BYTES_MIN ? fastChecksums() : null;
  if (fast === null) return plainAdler32(bytes, start, end, adler);
  const { inputAt, inputBytesMax } = fast;
  let sum = adler;
  for (let at = start; at < end; at += inputBytesMax) {
    const inputEnd = fast.load(bytes, at, Math.min(end, at + inputBytesMax));
    sum = fast.adler32(inputAt, inputEnd, sum);
  }
  return sum >>> 0;
}

/** For short inputs, and for a runtime without WebAssembly. */
export function plainAdler32(bytes: Uint8Array, start: number, end: number, adler = 1): number {
  let a = adler & 0xffff;
  let b = adler >>> 16;
  let at = start;
  while (at < end) {
    const stop = Math.min(end, at + RUN_MAX);
    const unrolled = stop - 7;
    while (at < unrolled) {
      b += a += bytes[at] as number;
      b += a += bytes[at + 1] as number;
      b += a += bytes[at + 2] as number;
      b += a += bytes[at + 3] as number;
      b += a += bytes[at + 4] as number;
      b += a += bytes[at + 5] as number;
      b += a += bytes[at + 6] as number;
      b += a += bytes[at + 7] as number;
      at += 8;
    }
    while (at < stop) {
      b += a += bytes[at] as number;
      at++;
    }
    a %= BASE;
    b %= BASE;
  }
  return ((b << 16) | a) >>> 0;
}
