/**
 * What follows the last whole record of a log file (invariants D4 and D5): nothing, a torn tail
 * that may be cut, or damage that must stop the server.
 *
 * A write that no sync covered may be on the disk in any part: sectors of it are new, others still
 * hold what was there before, which in a log is zeros, because a log is only ever appended to and
 * is zeros beyond. So a torn record has lost whole sectors or its end, and a record that is
 * complete but wrong has rotted. Three kinds of evidence, the strongest first:
 *
 * 1. Below the watermark all was synced: whatever is wrong there is damage.
 * 2. Valid records after the fault: it lies in the last, unsynced batch if the file has a watermark
 *    (it then ends close by) and the fault looks like lost sectors; otherwise it is damage.
 * 3. Nothing valid after it: a torn tail if the file has a watermark. In a file without one, which
 *    Java wrote, a torn tail only if it looks like one; Java refuses the rest as well.
 */
import { ADLER32_EMPTY, adler32 } from '../../base/adler32.ts';
import type { DirectoryReader } from './disk.ts';
import {
  LOG_HEADER_BYTES,
  PAYLOAD_BYTES_MIN,
  RECORD_END,
  RECORD_FRAME_BYTES,
  RECORD_HEAD_BYTES,
} from './txn-log-format.ts';
import type { LogStop } from './txn-log-reader.ts';

export interface LogEnd {
  /** `padding` and `eof`: nothing follows. `tornTail`: cut at the offset. */
  readonly kind: 'padding' | 'eof' | 'tornTail' | 'damage';
  readonly offset: number;
  readonly reason: string;
}

export interface LogTail {
  readonly reader: DirectoryReader;
  readonly name: string;
  readonly size: number;
  readonly stop: LogStop;
  /** How far the watermark vouches for this file; null when it names another file. */
  readonly syncedTo: number | null;
}

const SECTOR_BYTES = 512;
const CHUNK_BYTES = 1 << 20;

/** May throw the system's error. */
export function classifyTail(tail: LogTail): LogEnd {
  const { stop, size, syncedTo } = tail;
  const end = (kind: LogEnd['kind'], reason: string): LogEnd => ({
    kind,
    offset: stop.offset,
    reason,
  });
  if (syncedTo !== null && stop.offset < syncedTo) {
    return end('damage', `${stop.reason || 'the records end'}, within synced data`);
  }
  const lastByte = lastNonZero(tail);
  if (lastByte < stop.offset) return end(stop.offset === size ? 'eof' : 'padding', '');
  const reason = stop.reason || 'a zero length, with data after it';
  const bytes = readRange(tail, stop.offset, lastByte + 1);
  const next = findRecord(bytes, 1);
  if (next !== null) {
    if (syncedTo !== null && hasLostSector(bytes, stop.offset, next))
      return end('tornTail', reason);
    return end('damage', `${reason}, but a valid record follows at ${stop.offset + next}`);
  }
  if (stop.offset === 0) return end(isTornHeader(bytes) ? 'tornTail' : 'damage', reason);
  if (isWholeButForItsLength(bytes)) return end('damage', "a record's length is wrong");
  if (syncedTo !== null || looksTorn(bytes, tail)) return end('tornTail', reason);
  return end('damage', reason);
}

/** The offset of the last byte from `stop` on that is not zero; -1 when there is none. */
function lastNonZero({ reader, name, size, stop }: LogTail): number {
  const words = new Int32Array(Math.ceil(Math.min(CHUNK_BYTES, size - stop.offset) / 4));
  const into = new Uint8Array(words.buffer);
  let last = -1;
  for (let position = stop.offset; position < size; ) {
    const count = reader.read('log', name, { position, into });
    if (count === 0) break;
    into.fill(0, count);
    let word = Math.ceil(count / 4) - 1;
    while (word >= 0 && words[word] === 0) word--;
    if (word >= 0) {
      let byte = word * 4 + 3;
      while (into[byte] === 0) byte--;
      last = position + byte;
    }
    position += count;
  }
  return last;
}

function readRange(tail: LogTail, from: number, to: number): Uint8Array {
  const bytes = new Uint8Array(to - from);
  let filled = 0;
  while (filled < bytes.length) {
    const into = bytes.subarray(filled);
    const count = tail.reader.read('log', tail.name, { position: from + filled, into });
    if (count === 0) break;
    filled += count;
  }
  return bytes;
}

/** Where in `bytes`, from `from` on, a valid record begins; null when nowhere. */
function findRecord(bytes: Uint8Array, from: number): number | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const last = bytes.length - RECORD_FRAME_BYTES - PAYLOAD_BYTES_MIN;
  for (let at = from; at <= last; at++) {
    if (view.getInt32(at) !== 0) continue;
    const length = view.getInt32(at + 8);
    if (length < PAYLOAD_BYTES_MIN || length > bytes.length - at - RECORD_FRAME_BYTES) continue;
    const start = at + RECORD_HEAD_BYTES;
    if (bytes[start + length] !== RECORD_END) continue;
    if (adler32(bytes, start, start + length, ADLER32_EMPTY) === view.getUint32(at + 4)) return at;
  }
  return null;
}

/**
 * True when in `bytes[0, to)`, which begin at `offset` of the file, a sector is still as it was
 * before the write: zeros, from the sector's beginning or from where the last valid record ends.
 */
function hasLostSector(bytes: Uint8Array, offset: number, to: number): boolean {
  for (let at = 0; at < to; ) {
    const sectorEnd = at + SECTOR_BYTES - ((offset + at) % SECTOR_BYTES);
    // A record's first four bytes are zeros in any case: alone they prove nothing, and those of the
    // next valid record may lie in a sector that was lost.
    if (sectorEnd <= to + 4 && sectorEnd - at > 4 && isZero(bytes, at, sectorEnd)) return true;
    at = sectorEnd;
  }
  return false;
}

function isZero(bytes: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (bytes[at] !== 0) return false;
  return true;
}

/** The file's first sector was never written, or ends early. */
function isTornHeader(bytes: Uint8Array): boolean {
  if (bytes.length < LOG_HEADER_BYTES) return true;
  return isZero(bytes, 0, Math.min(SECTOR_BYTES, bytes.length));
}

/** The bytes up to the last one are a record whose checksum fits, if only its length were right. */
function isWholeButForItsLength(bytes: Uint8Array): boolean {
  const end = bytes.length - 1;
  if (end < RECORD_HEAD_BYTES + PAYLOAD_BYTES_MIN || bytes[end] !== RECORD_END) return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getInt32(8) === end - RECORD_HEAD_BYTES) return false;
  return adler32(bytes, RECORD_HEAD_BYTES, end, ADLER32_EMPTY) === view.getUint32(4);
}

/** True when the one record in `bytes` has lost its end or a sector, and not merely changed. */
function looksTorn(bytes: Uint8Array, tail: LogTail): boolean {
  if (bytes.length < RECORD_HEAD_BYTES) return true;
  const length = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getInt32(8);
  const end = RECORD_FRAME_BYTES + length;
  // The file ends inside the record, or is zeros before the record's end.
  if (length >= PAYLOAD_BYTES_MIN && bytes.length < end) return true;
  return hasLostSector(bytes, tail.stop.offset, bytes.length);
}
