/**
 * Operation: everything that the server asks about an operation, said once, in that operation's
 * own file. A read answers straight from the tree into the reply; a write is judged (`prep`) and
 * becomes a txn, and its reply is written when the txn has been applied.
 */
import type { SessionId } from '../../base/session-id.ts';
import type { Zxid } from '../../base/zxid.ts';
import { ErrorCode } from '../../protocol/error-code.ts';
import type { BinaryReader } from '../../protocol/jute/binary-reader.ts';
import type { BinaryWriter } from '../../protocol/jute/binary-writer.ts';
import type { JuteType } from '../../protocol/jute/schema.ts';
import type { OpName } from '../../protocol/op-code.ts';
import type { AclList, Id } from '../../protocol/records/acl.ts';
import type { ReconfigRequest } from '../../protocol/records/node-ops.ts';
import { Stat } from '../../protocol/records/stat.ts';
import type { SessionTracker } from '../sessions/session-tracker.ts';
import type { DataTree } from '../tree/data-tree.ts';
import type { NodeId } from '../tree/node-store.ts';
import type { WatchManager } from '../tree/watch-manager.ts';
import type { AccessRules } from './auth-provider.ts';
import type { ClientConnection } from './client-connection.ts';
import type { OutstandingChanges } from './outstanding-changes.ts';
import type { RequestOptions } from './request-options.ts';
import type { TxnResult } from './server-database.ts';
import type { Txn } from './txn.ts';

/** One object for all reads: the connection and the two ends of the wire change under it. */
export interface ReadContext {
  readonly tree: DataTree;
  readonly watches: WatchManager;
  readonly access: AccessRules;
  connection: ClientConnection;
  /** At the body of the request. */
  reader: BinaryReader;
  /** Behind the header of the reply. */
  writer: BinaryWriter;
  /** May the connection do any of these on the node? */
  isAllowed(node: NodeId, perms: number): boolean;
}

interface OperationFacts {
  readonly name: OpName;
  /** As `cons` shows it. */
  readonly shortName: string;
}

export interface ReadOperation extends OperationFacts {
  /** A sync is a read that may have to be asked of somebody else first. */
  readonly kind: 'read' | 'sync';
  /** It notifies its own connection, whose events come before its reply, which has no body. */
  readonly emitsEvents?: true;
  /** The reply has this xid, whatever the request had. */
  readonly replyXid?: number;
  /** Writes the reply's body and returns Ok, or returns an error (what was written is dropped). */
  serve(context: ReadContext): ErrorCode;
}

/** What a leader says to a client that wants other members for the ensemble. */
export interface Membership {
  /** The text of the next configuration, which would have this zxid as its version. */
  judge(request: ReconfigRequest, zxid: Zxid): Uint8Array | ErrorCode;
}

/** What a leader knows of itself only when a quorum confirms it. */
export interface Leadership {
  /**
   * Answered by `onSyncAnswered`, in the order of asking: behind the commit of that zxid, and before
   * those of later writes.
   */
  sync(afterZxid: Zxid): void;
}

/** One object for all writes: what is not readonly changes from one to the next. */
export interface PrepContext {
  readonly changes: OutstandingChanges;
  readonly tree: DataTree;
  readonly access: AccessRules;
  readonly sessions: SessionTracker;
  readonly options: RequestOptions;
  /** Null unless this server leads an ensemble. */
  readonly membership: Membership | null;
  sessionId: SessionId;
  authIds: readonly Id[];
  zxid: Zxid;
  /** Wall-clock milliseconds: the txn's time. */
  time: number;
}

/** What a request needs of which ACL, as far as it tells without the tree. */
export interface AclDemand {
  /** The node whose ACL decides. */
  readonly path: string;
  readonly permission: number;
  /** What a node's ACL is to be, which may be no good one; absent where that is not asked for. */
  readonly acl?: AclList | null;
}

/** A request is decoded by its operation, and only handed back to it. */
export interface WriteOperation<Request = unknown> extends OperationFacts {
  readonly kind: 'write';
  readonly request: JuteType<Request>;
  /** The txn, or why there is none. Adds what the txn will change to the outstanding changes. */
  prep(context: PrepContext, request: Request): Txn | ErrorCode;
  /** Null when the request tells nothing of it. Absent: as ZooKeeper looks no further either. */
  aclDemand?(request: Request): AclDemand | null;
  /** Whether a session that is known to one server alone cannot ask it. Absent: it always can. */
  createsEphemeral?(request: Request): boolean;
  /**
   * Of a multi: what each part is called in the answer, where that is not what it is in the log.
   * Who judged the request knows it from the txn; a learner has nothing but the request.
   */
  answerTypes?(request: Request): readonly (number | undefined)[];
  /** The body of a good reply, written when the txn has just been applied to the tree. */
  reply(writer: BinaryWriter, result: TxnResult, tree: DataTree): void;
}

/** Handled at once, out of the order of requests: it is about the connection. */
export interface ConnectionOperation extends OperationFacts {
  readonly kind: 'connection';
}

/** Known, but not for clients of this server: answered with this error. */
export interface RefusedOperation extends OperationFacts {
  readonly kind: 'refused';
  readonly err: ErrorCode;
  readonly closes: boolean;
}

export type Operation = ReadOperation | WriteOperation | ConnectionOperation | RefusedOperation;

/** Gives the operation's own request type up to the table. */
export function writeOperation<Request>(operation: WriteOperation<Request>): WriteOperation {
  return operation;
}

/** The Stat of the result's node: as it was at this part of a multi, else as it is now. */
export function replyStat(writer: BinaryWriter, { node, stat }: TxnResult, tree: DataTree): void {
  if (stat !== null) Stat.write(writer, stat);
  else tree.writeStat(node, writer);
}

/** The next version of a node, or null when the expected one is not the current one. */
export function nextVersion(current: number, expected: number): number | null {
  if (expected !== -1 && expected !== current) return null;
  // -1 would match any expectation, so the count passes over it.
  const next = (current + 1) | 0;
  return next === -1 ? 0 : next;
}

/**
 * Looks up the node of the path that comes next in the request. NO_NODE where there is none; -1
 * for a null path, which no operation takes.
 */
export function readNode({ reader, tree }: ReadContext): NodeId | -1 {
  const length = reader.length();
  if (length < 0) return -1;
  const start = reader.at;
  reader.at = start + length;
  return tree.find(reader.bytes, start, start + length);
}

/** The error for what `readNode` found to be no node. */
export function missing(node: number): ErrorCode {
  return node === -1 ? ErrorCode.MarshallingError : ErrorCode.NoNode;
}
