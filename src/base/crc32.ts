/**
 * CRC-32 (IEEE, reflected), the per-node part of ZooKeeper's tree digest. Slicing by eight:
 * eight table look-ups take eight bytes at once. Running: pass the last result to go on.
 */
import { crc32Tables } from './checksum/crc32-tables.ts';
import { FAST_BYTES_MIN, fastChecksums } from './checksum/fast-checksums.ts';

const TABLES = crc32Tables(8);

export function crc32(bytes: Uint8Array, start: number, end: number, crc = 0): number {
  const fast = end - start >= FAST_BYTES_MIN ? fastChecksums() : null;
  if (fast === null) return plainCrc32(bytes, start, end, crc);
  const { inputAt, inputBytesMax } = fast;
  let sum = crc;
  for (let at = start; at < end; at += inputBytesMax) {
    const inputEnd = fast.load(bytes, at, Math.min(end, at + inputBytesMax));
    sum = fast.crc32(inputAt, inputEnd, sum);
  }
  return sum >>> 0;
}

/** For short inputs, and for a runtime without WebAssembly. */
export function plainCrc32(bytes: Uint8Array, start: number, end: number, crc = 0): number {
  let c = ~crc;
  let at = start;
  const t = TABLES;
  const sliced = end - 7;
  while (at < sliced) {
    c ^=
      (bytes[at] as number) |
      ((bytes[at + 1] as number) << 8) |
      ((bytes[at + 2] as number) << 16) |
      ((bytes[at + 3] as number) << 24);
    c =
      (t[1792 + (c & 0xff)] as number) ^
      (t[1536 + ((c >>> 8) & 0xff)] as number) ^
      (t[1280 + ((c >>> 16) & 0xff)] as number) ^
      (t[1024 + (c >>> 24)] as number) ^
      (t[768 + (bytes[at + 4] as number)] as number) ^
      (t[512 + (bytes[at + 5] as number)] as number) ^
      (t[256 + (bytes[at + 6] as number)] as number) ^
      (t[bytes[at + 7] as number] as number);
    at += 8;
  }
  while (at < end) {
    c = (t[(c ^ (bytes[at] as number)) & 0xff] as number) ^ (c >>> 8);
    at++;
  }
  return ~c >>> 0;
}
