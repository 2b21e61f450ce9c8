/**
 * The snapshot file (ZooKeeper's FileSnap, `version-2`), all under one running Adler-32:
 *
 *   header    magic int "ZKSN", version int 2, dbid long -1
 *   sessions  count int, then id long, timeout int
 *   ACLs      count int, then id long, vector of ACL
 *   nodes     path ustring, data buffer, ACL id long, StatPersisted; ended by the path "/"
 *   seal
 *   digest    zxid long, version int, digest long, seal        since 3.6; may be absent
 *   last      lastProcessedZxid long, seal                     since 3.9; may be absent
 *
 * A seal is the checksum of everything before it, as a long, and the ustring "/". That a part is
 * absent is seen only from the end of the file.
 */
import { isGzipName, isSnappyName } from './file-names.ts';
import { SNAPPY_MAGIC } from './snappy.ts';

export const SNAPSHOT_MAGIC = 0x5a4b534e;
export const SNAPSHOT_VERSION = 2;
export const SNAPSHOT_DBID = -1n;
export const SNAPSHOT_HEADER_BYTES = 16;
export const END_PATH = '/';
export const SEAL_BYTES = 13;
/** Data length, ACL id and StatPersisted. */
export const NODE_TAIL_BYTES = 8 + 60;
export const LAST_ZXID_BYTES = 8;
/** What ends a snapshot that a leader sends, where a file has its seals. */
export const STREAM_SIGNATURE = 'BenWasHere';

const SNAPSHOT_BYTES_MIN = 10;
const SEAL_END = [0, 0, 0, 1, 0x2f] as const;
const GZIP_MAGIC = [0x1f, 0x8b] as const;

/**
 * Java's cheap check that a snapshot was written to its end, for choosing files and for purging. Of
 * a compressed one only the beginning is looked at.
 */
export function isPlausibleSnapshot(file: {
  readonly name: string;
  readonly size: number;
  readonly head: Uint8Array;
  readonly tail: Uint8Array;
}): boolean {
  if (isSnappyName(file.name)) return SNAPPY_MAGIC.every((byte, i) => file.head[i] === byte);
  if (isGzipName(file.name)) return GZIP_MAGIC.every((byte, i) => file.head[i] === byte);
  const from = file.tail.length - SEAL_END.length;
  return (
    file.size >= SNAPSHOT_BYTES_MIN && SEAL_END.every((byte, i) => file.tail[from + i] === byte)
  );
}
