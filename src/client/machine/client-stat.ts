/**
 * Stat as clients of this library see it: zxids are bigints, because an application may get them
 * from any server, and times are milliseconds since 1970 by the leader's clock.
 */
import type { BinaryReader } from '../../protocol/jute/binary-reader.ts';

export interface Stat {
  /** The zxid that created the node. */
  readonly czxid: bigint;
  /** The zxid that last changed the data. */
  readonly mzxid: bigint;
  /** Milliseconds since 1970, by the clock of the server that led then. */
  readonly ctime: number;
  readonly mtime: number;
  /** Number of changes to the data. */
  readonly version: number;
  /** Number of children created and deleted. */
  readonly cversion: number;
  /** Number of changes to the ACL. */
  readonly aversion: number;
  /** The owner's session id for an ephemeral node, else 0. */
  readonly ephemeralOwner: bigint;
  /** In bytes. */
  readonly dataLength: number;
  readonly numChildren: number;
  /** The zxid that last created or deleted a child. */
  readonly pzxid: bigint;
}

export function readStat(reader: BinaryReader): Stat {
  return {
    czxid: reader.long(),
    mzxid: reader.long(),
    ctime: reader.longAsNumber(),
    mtime: reader.longAsNumber(),
    version: reader.int(),
    cversion: reader.int(),
    aversion: reader.int(),
    ephemeralOwner: reader.long(),
    dataLength: reader.int(),
    numChildren: reader.int(),
    pzxid: reader.long(),
  };
}
