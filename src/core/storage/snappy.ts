/**
 * decodeSnappyStream: what Java writes with `snapshot.compression.method=snappy` (the stream format
 * of snappy-java around the Snappy block format). Zooid reads it, so that a directory moves over as
 * it is; it writes gz or nothing.
 *
 *   stream   magic 8 bytes, version int, compatible version int, then chunks: length int, block
 *   block    uncompressed length (little-endian varint), then literals and copies
 */
import { JuteError } from '../../protocol/jute/jute-error.ts';

export const SNAPPY_MAGIC = [0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00] as const;
const STREAM_HEADER_BYTES = 16;
/** snappy-java's blocks are 32 KiB; more than this is no block but damage. */
const BLOCK_BYTES_MAX = 1 << 24;

/** Throws JuteError on anything that is not such a stream. */
export function decodeSnappyStream(stream: Uint8Array): Uint8Array {
  if (SNAPPY_MAGIC.some((byte, i) => stream[i] !== byte)) throw new JuteError('no snappy stream');
  const view = new DataView(stream.buffer, stream.byteOffset, stream.byteLength);
  const blocks: Uint8Array[] = [];
  let size = 0;
  let at = STREAM_HEADER_BYTES;
  while (at + 4 <= stream.length) {
    const length = view.getInt32(at);
    at += 4;
    if (length < 0 || length > stream.length - at) throw new JuteError('a snappy block is cut off');
    const block = decodeBlock(stream.subarray(at, at + length));
    blocks.push(block);
    size += block.length;
    at += length;
  }
  const whole = new Uint8Array(size);
  let filled = 0;
  for (const block of blocks) {
    whole.set(block, filled);
    filled += block.length;
  }
  return whole;
}

function decodeBlock(block: Uint8Array): Uint8Array {
  const { size, start } = readSize(block);
  if (size > BLOCK_BYTES_MAX) throw new JuteError(`a snappy block of ${size} bytes`);
  const into = new Uint8Array(size);
  let filled = 0;
  let at = start;
  while (at < block.length) {
    const tag = block[at] as number;
    const element = (tag & 3) === 0 ? literal(block, at) : copy(block, at);
    const { length, offset, next } = element;
    if (length > size - filled || next > block.length || offset > filled) {
      throw new JuteError('a snappy block is damaged');
    }
    if (offset === 0) into.set(block.subarray(next - length, next), filled);
    // A copy may reach into what it writes itself: byte by byte.
    else for (let i = filled; i < filled + length; i++) into[i] = into[i - offset] as number;
    filled += length;
    at = next;
  }
  if (filled !== size) throw new JuteError('a snappy block is cut off');
  return into;
}

function readSize(block: Uint8Array): { size: number; start: number } {
  let size = 0;
  for (let i = 0; i < 5; i++) {
    const byte = block[i] ?? 0;
    size += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) return { size, start: i + 1 };
  }
  throw new JuteError('a snappy block without a length');
}

/** `offset` is 0 for a literal, whose bytes end at `next`; otherwise how far back to copy from. */
interface Element {
  readonly length: number;
  readonly offset: number;
  readonly next: number;
}

function literal(block: Uint8Array, at: number): Element {
  const short = (block[at] as number) >>> 2;
  const lengthBytes = Math.max(0, short - 59);
  const length = 1 + (lengthBytes === 0 ? short : littleEndian(block, at + 1, lengthBytes));
  return { length, offset: 0, next: at + 1 + lengthBytes + length };
}

function copy(block: Uint8Array, at: number): Element {
  const tag = block[at] as number;
  if ((tag & 3) === 1) {
    const offset = ((tag >>> 5) << 8) | (block[at + 1] ?? 0);
    return { ...checked(offset), length: 4 + ((tag >>> 2) & 7), next: at + 2 };
  }
  const offsetBytes = (tag & 3) === 2 ? 2 : 4;
  const offset = littleEndian(block, at + 1, offsetBytes);
  return { ...checked(offset), length: 1 + (tag >>> 2), next: at + 1 + offsetBytes };
}

function checked(offset: number): { offset: number } {
  if (offset === 0) throw new JuteError('a snappy block is damaged');
  return { offset };
}

function littleEndian(bytes: Uint8Array, at: number, count: number): number {
  let value = 0;
  for (let i = 0; i < count; i++) value += (bytes[at + i] ?? 0) * 2 ** (8 * i);
  return value;
}
