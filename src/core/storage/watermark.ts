/**
 * The watermark: "all of log file F up to this offset, and every txn up to this zxid, has been
 * synced". It has no counterpart in ZooKeeper, whose file formats leave no room for it; it lies in
 * a file of its own beside the logs (`zooid.watermark`), which Java does not look at.
 *
 * Recovery needs it to tell a torn tail (writes that no sync had covered, which may be cut) from
 * rot in acknowledged data (which must never be). It follows the log at a distance, about a second
 * or some mebibytes, and is itself synced only with a new file and at a clean stop: it costs nothing
 * on a write's way, and only what lies between it and the end of the log is judged by its looks
 * (txn-log-tail.ts). It may reach the disk late, never early.
 *
 * Two slots in different sectors are written in turn, so that a torn write leaves the older one.
 */
import { ADLER32_EMPTY, adler32 } from '../../base/adler32.ts';
import type { Zxid } from '../../base/zxid.ts';
import { BinaryReader } from '../../protocol/jute/binary-reader.ts';
import { BinaryWriter } from '../../protocol/jute/binary-writer.ts';

export interface Watermark {
  readonly sequence: number;
  /** The zxid in the log file's name, and how far into that file all is synced. */
  readonly fileZxid: Zxid;
  readonly offset: number;
  /** The last synced txn. */
  readonly zxid: Zxid;
}

const MAGIC = 0x5a574d4b; // "ZWMK"
const VERSION = 1;
const SLOT_BYTES = 48;
const SLOT_POSITIONS = [0, 512] as const;
export const WATERMARK_FILE_BYTES_MAX = 512 + SLOT_BYTES;

/** Where this watermark goes in the file: beside the one before it. */
export function watermarkPosition(watermark: Watermark): number {
  return watermark.sequence % 2 === 0 ? SLOT_POSITIONS[0] : SLOT_POSITIONS[1];
}

export function encodeWatermark(watermark: Watermark): Uint8Array {
  const writer = new BinaryWriter();
  writer.int(MAGIC);
  writer.int(VERSION);
  writer.longFromNumber(watermark.sequence);
  writer.longFromNumber(watermark.fileZxid);
  writer.longFromNumber(watermark.offset);
  writer.longFromNumber(watermark.zxid);
  writer.longFromNumber(adler32(writer.bytes, 0, writer.at, ADLER32_EMPTY));
  return writer.take();
}

/** The newest whole slot; null when there is none. */
export function decodeWatermark(file: Uint8Array): Watermark | null {
  let newest: Watermark | null = null;
  for (const position of SLOT_POSITIONS) {
    const slot = decodeSlot(file, position);
    if (slot !== null && (newest === null || slot.sequence > newest.sequence)) newest = slot;
  }
  return newest;
}

function decodeSlot(file: Uint8Array, position: number): Watermark | null {
  const end = position + SLOT_BYTES;
  if (file.length < end) return null;
  const reader = new BinaryReader(file, position, end);
  if (reader.int() !== MAGIC || reader.int() !== VERSION) return null;
  const sequence = reader.longAsNumber();
  const fileZxid = reader.longAsNumber();
  const offset = reader.longAsNumber();
  const zxid = reader.longAsNumber();
  const checksum = reader.longAsNumber();
  if (checksum !== adler32(file, position, end - 8, ADLER32_EMPTY)) return null;
  return { sequence, fileZxid, offset, zxid };
}
