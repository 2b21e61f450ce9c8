/**
 * gzip without compression (RFC 1952 around stored blocks of RFC 1951): what the simulated disk
 * writes for a compressed snapshot, since zlib is not to be had in a pure folder. It reads only its
 * own files back, and finds every change to them.
 */
import { crc32 } from '../../base/crc32.ts';

const HEADER = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff] as const;
const BLOCK_BYTES_MAX = 65535;
const BLOCK_HEAD_BYTES = 5;
const TRAILER_BYTES = 8;

export function storedGzip(bytes: Uint8Array): Uint8Array {
  const blocks = Math.max(1, Math.ceil(bytes.length / BLOCK_BYTES_MAX));
  const size = HEADER.length + blocks * BLOCK_HEAD_BYTES + bytes.length + TRAILER_BYTES;
  const out = new Uint8Array(size);
  const view = new DataView(out.buffer);
  out.set(HEADER);
  let at: number = HEADER.length;
  for (let block = 0; block < blocks; block++) {
    const start = block * BLOCK_BYTES_MAX;
    const part = bytes.subarray(start, start + BLOCK_BYTES_MAX);
    out[at] = block === blocks - 1 ? 1 : 0;
    view.setUint16(at + 1, part.length, true);
    view.setUint16(at + 3, ~part.length & 0xffff, true);
    out.set(part, at + BLOCK_HEAD_BYTES);
    at += BLOCK_HEAD_BYTES + part.length;
  }
  view.setUint32(at, crc32(bytes, 0, bytes.length) >>> 0, true);
  view.setUint32(at + 4, bytes.length, true);
  return out;
}

/** Null when the file is not whole. */
export function readStoredGzip(file: Uint8Array): Uint8Array | null {
  if (file.length < HEADER.length + BLOCK_HEAD_BYTES + TRAILER_BYTES) return null;
  if (HEADER.some((byte, i) => file[i] !== byte)) return null;
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const out = new Uint8Array(file.length);
  let size = 0;
  let at: number = HEADER.length;
  for (let isLast = false; !isLast; ) {
    if (at + BLOCK_HEAD_BYTES > file.length) return null;
    const first = file[at];
    if (first !== 0 && first !== 1) return null;
    isLast = first === 1;
    const length = view.getUint16(at + 1, true);
    if (view.getUint16(at + 3, true) !== (~length & 0xffff)) return null;
    at += BLOCK_HEAD_BYTES;
    if (at + length > file.length) return null;
    out.set(file.subarray(at, at + length), size);
    size += length;
    at += length;
  }
  if (at + TRAILER_BYTES !== file.length) return null;
  const bytes = out.subarray(0, size);
  if (view.getUint32(at, true) !== crc32(bytes, 0, size) >>> 0) return null;
  return view.getUint32(at + 4, true) === size ? bytes : null;
}
