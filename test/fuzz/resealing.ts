/**
 * Checksums made right again after damage, so that what is damaged gets past them: into the
 * decoders of txns and nodes.
 */
import { ADLER32_EMPTY, adler32 } from '../../src/base/adler32.ts';
import {
  LOG_HEADER_BYTES,
  RECORD_FRAME_BYTES,
  RECORD_HEAD_BYTES,
} from '../../src/core/storage/txn-log-format.ts';

/** From the end of the file: the seals after the nodes, the digest and the last zxid. */
const SEALS_FROM_END = [[67, 34, 13], [46, 13], [13]] as const;

/** Where the records of a log begin, and at last where they end. */
export function recordStarts(bytes: Uint8Array): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const starts: number[] = [];
  let at = LOG_HEADER_BYTES;
  while (at + RECORD_HEAD_BYTES <= bytes.length) {
    starts.push(at);
    const length = view.getInt32(at + 8);
    if (length <= 0 || at + RECORD_FRAME_BYTES + length > bytes.length) break;
    at += RECORD_FRAME_BYTES + length;
  }
  return starts;
}

export function resealLog(file: Uint8Array): Uint8Array {
  const bytes = file.slice();
  const view = new DataView(bytes.buffer);
  const starts = recordStarts(bytes);
  for (const at of starts.slice(0, -1)) {
    const start = at + RECORD_HEAD_BYTES;
    const end = start + view.getInt32(at + 8);
    view.setUint32(at + 4, adler32(bytes, start, end, ADLER32_EMPTY));
  }
  return bytes;
}

/** Only for a file whose size is what it was. */
export function resealSnapshot(file: Uint8Array): Uint8Array {
  const bytes = file.slice();
  const view = new DataView(bytes.buffer);
  const isSeal = (at: number) => at > 16 && view.getInt32(at + 8) === 1 && bytes[at + 12] === 0x2f;
  const layout = SEALS_FROM_END.find((seals) => seals.every((each) => isSeal(bytes.length - each)));
  for (const fromEnd of layout ?? []) {
    const at = bytes.length - fromEnd;
    view.setUint32(at + 4, adler32(bytes, 0, at, ADLER32_EMPTY));
  }
  return bytes;
}
