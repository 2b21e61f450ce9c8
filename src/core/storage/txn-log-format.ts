/**
 * The transaction log file (ZooKeeper's FileTxnLog, `version-2`):
 *
 *   header   magic int "ZKLG", version int 2, dbid long 0
 *   record   checksum long (Adler-32 of the payload), length int, payload, byte 'B'
 *   payload  TxnHeader, txn, TxnDigest or nothing
 *
 * and zeros to the end, because the file is grown ahead of the writing.
 */
export const LOG_MAGIC = 0x5a4b4c47;
export const LOG_VERSION = 2;
export const LOG_HEADER_BYTES = 16;

export function encodeLogHeader(): Uint8Array {
  const header = new Uint8Array(LOG_HEADER_BYTES);
  const view = new DataView(header.buffer);
  view.setInt32(0, LOG_MAGIC);
  view.setInt32(4, LOG_VERSION);
  return header;
}

/** Before the payload: checksum and length. */
export const RECORD_HEAD_BYTES = 12;
/** 'B', after the payload. */
export const RECORD_END = 0x42;
export const RECORD_FRAME_BYTES = RECORD_HEAD_BYTES + 1;
/** A TxnHeader, without which a payload is none. */
export const PAYLOAD_BYTES_MIN = 32;
/** Where in a payload the zxid is. */
export const PAYLOAD_ZXID_AT = 12;

/** How near to the end of a file the writing may come before the file is grown. */
const PREALLOCATE_MARGIN_BYTES = 4096;

/** The size to grow a file to before writing at `position`: exactly Java's FilePadding. */
export function preallocatedSize(position: number, size: number, preAllocBytes: number): number {
  if (preAllocBytes <= 0 || position + PREALLOCATE_MARGIN_BYTES < size) return size;
  if (position <= size) return size + preAllocBytes;
  const grown = position + preAllocBytes;
  return grown - (grown % preAllocBytes);
}
