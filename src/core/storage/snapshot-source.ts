/**
 * What a snapshot is made from and what it is loaded into: the two interfaces between storage and
 * the tree, which know each other only through them.
 */
import type { Zxid } from '../../base/zxid.ts';
import type { BinaryReader } from '../../protocol/jute/binary-reader.ts';
import type { BinaryWriter } from '../../protocol/jute/binary-writer.ts';
import type { AclList } from '../../protocol/records/acl.ts';

/**
 * A copy-on-write view of the tree and sessions, exactly as they were at `zxid`, while the server
 * goes on (unlike Java's fuzzy snapshots). It is read once, in file order, over many steps.
 */
export interface SnapshotSource {
  readonly zxid: Zxid;
  readonly sessions: ReadonlyArray<readonly [id: bigint, timeoutMs: number]>;
  /** The ACL table: id in the file, list. */
  readonly acls: ReadonlyArray<readonly [id: number, acl: AclList]>;
  /**
   * Appends one node: ustring path ("" for the root), buffer data, long ACL id, StatPersisted.
   * A parent comes before its children. False, and nothing appended, after the last.
   */
  nextNode(writer: BinaryWriter): boolean;
  /** Null when digests are off. */
  readonly digest: SnapshotDigest | null;
  /** `zookeeper.serializeLastProcessedZxid.enabled`; needs the digest to be read back by Java. */
  readonly serializeLastProcessedZxid: boolean;
  /** Called once when the snapshot is finished or given up: the view may let go. */
  release(): void;
}

export interface SnapshotDigest {
  readonly zxid: Zxid;
  /** The 64-bit sum, signed or unsigned. */
  readonly value: bigint;
}

/** Any method may throw a JuteError; the snapshot is then reported as damaged. */
export interface SnapshotSink {
  session(id: bigint, timeoutMs: number): void;
  /** The id is as in the file: positive in practice, exact within ±2^53. */
  acl(id: number, list: AclList): void;
  /**
   * One node. The reader is at the path; the whole record is there, and the sink reads exactly
   * it: path, data, acl id, StatPersisted.
   */
  node(reader: BinaryReader): void;
}

/** What follows the nodes. */
export interface SnapshotTrailer {
  /** Null when absent, or written by a version whose digest is not comparable (< 2). */
  readonly digest: SnapshotDigest | null;
  readonly lastProcessedZxid: Zxid | null;
}

/** What recovery fills: a snapshot (perhaps several tries), then the txns after it. */
export interface RecoverySink extends SnapshotSink {
  /** Forget everything: a snapshot of `zxid` follows, or nothing at all (zxid 0, empty tree). */
  reset(zxid: Zxid): void;
  /** The snapshot is whole. Not called when recovery starts from nothing. */
  snapshotLoaded(trailer: SnapshotTrailer): void;
  /**
   * One txn, in zxid order. The reader is at the TxnHeader and ends where the payload ends:
   * TxnHeader, txn, TxnDigest or nothing. Reading less than all of it is fine.
   */
  txn(reader: BinaryReader): void;
}
