/**
 * JudgedWrites: the way of a write through the server that decides it.
 *
 *   accept ─▶ prep ─▶ journal ··(committed)··▶ final: apply, events, reply
 *
 * Prep judges a request by the state in which it will be applied and makes the txn. A failed write
 * is a txn too. What cannot be decoded never gets a zxid.
 */
import { assert } from '../../base/assert.ts';
import { BytePool } from '../../base/byte-pool.ts';
import type { Now } from '../../base/now.ts';
import type { SessionId } from '../../base/session-id.ts';
import { epochOf, makeZxid, type Zxid } from '../../base/zxid.ts';
import { ErrorCode } from '../../protocol/error-code.ts';
import { BinaryReader } from '../../protocol/jute/binary-reader.ts';
import { JuteError } from '../../protocol/jute/jute-error.ts';
import { OpCode } from '../../protocol/op-code.ts';
import type { Id } from '../../protocol/records/acl.ts';
import { serverIdOf } from '../sessions/session-ids.ts';
import type { Session, SessionTracker } from '../sessions/session-tracker.ts';
import type { TreeDigest } from '../tree/tree-digest.ts';
import type { ClientConnection } from './client-connection.ts';
import { forwardedOperationOf } from './op-table.ts';
import type {
  Leadership,
  Membership,
  PrepContext,
  ReadOperation,
  WriteOperation,
} from './operation.ts';
import { refusedWrite } from './ops/refused-write.ts';
import { closeSession, createSession, isOfSession } from './ops/session-ops.ts';
import { OutstandingChanges } from './outstanding-changes.ts';
import { type ProcessorParts, RequestProcessor } from './request-processor.ts';
import { recordSince } from './stats/ensemble-stats.ts';
import { errorTxn, type Txn, type TxnOrigin } from './txn.ts';
import type { WritePath } from './write-path.ts';
import { earlyRefusal, needsUpgrade } from './writes/early-refusal.ts';

/**
 * Compat: Java gives out no zxid that ends in 32 ones, it elects a leader instead; so the counter
 * never passes into the epoch.
 */
const ZXID_COUNTER_END = 0xffffffff;

const UNREADABLE = Symbol('a request that cannot be read');

export interface LoggedTxn {
  readonly origin: TxnOrigin;
  readonly txn: Txn;
}

/** Where txns are made durable; its owner answers with `onCommitted`. */
export interface Journal {
  /** The digest is good only until this returns. */
  append(origin: TxnOrigin, txn: Txn, digest: TreeDigest | null): void;
}

export interface WriteRequest {
  readonly operation: WriteOperation;
  readonly request: unknown;
  readonly sessionId: SessionId;
  readonly authIds: readonly Id[];
  /** The xid; 0 for what the server itself asks. */
  readonly cxid: number;
  /** Who gets the reply; null when nobody waits. */
  readonly connection: ClientConnection | null;
}

interface PendingWrite {
  readonly write: WriteRequest;
  readonly origin: TxnOrigin;
  readonly txn: Txn;
  readonly receivedMs: number;
  readonly isForwarded: boolean;
}

/** A connection that waits for the earlier writes of its session. */
interface TakeUp {
  readonly connection: ClientConnection;
  readonly session: Session;
  readonly timeoutMs: number;
  readonly afterZxid: Zxid;
}

export interface JudgedParts extends ProcessorParts {
  readonly sessions: SessionTracker;
  readonly journal: Journal;
  /** Of a leader: the first zxid to be given out, all being of its epoch. Absent: they count on. */
  readonly firstZxid?: Zxid | undefined;
  /** Of a leader. */
  readonly membership?: Membership | undefined;
  /** Of a leader that answers no sync before that. Absent: nobody is ahead of who decides. */
  readonly leadership?: Leadership | undefined;
}

/** A learner's REQUEST. */
export interface ForwardedRequest {
  /** Who sent it: the learner, as one object as long as it is connected. */
  readonly owner: object;
  readonly sessionId: SessionId;
  readonly cxid: number;
  readonly type: number;
  /** The request's record, and good only during the call. */
  readonly body: Uint8Array;
  readonly authIds: readonly Id[] | null;
}

/** A processor whose writes are judged here. */
export type JudgedProcessor = RequestProcessor<JudgedWrites>;

export function createJudgedProcessor(parts: JudgedParts, now: Now): JudgedProcessor {
  return new RequestProcessor(parts, now, (processor) => new JudgedWrites(processor, parts));
}

export class JudgedWrites implements WritePath {
  readonly #processor: RequestProcessor;
  readonly #parts: JudgedParts;
  readonly #changes: OutstandingChanges;
  readonly #prep: PrepContext;
  readonly #pool = new BytePool();
  readonly #forwardedReader = new BinaryReader();
  #pending: PendingWrite[] = [];
  #pendingDone = 0;
  #forwardedCount = 0;
  #takeUps: TakeUp[] = [];
  /** Of whom a sync is not answered yet, oldest first. */
  readonly #syncing: ClientConnection[] = [];
  #lastPreparedZxid: Zxid;
  readonly #zxidEnd: Zxid;
  readonly #isLeader: boolean;
  #isZxidExhausted = false;

  constructor(processor: RequestProcessor, parts: JudgedParts) {
    this.#processor = processor;
    this.#parts = parts;
    this.#changes = new OutstandingChanges(parts.database.tree, parts.options.digestEnabled);
    this.#prep = {
      changes: this.#changes,
      tree: parts.database.tree,
      access: parts.access,
      sessions: parts.sessions,
      options: parts.options,
      membership: parts.membership ?? null,
      sessionId: 0n,
      authIds: [],
      zxid: -1,
      time: 0,
    };
    const { firstZxid } = parts;
    this.#isLeader = firstZxid !== undefined;
    const { lastProcessedZxid } = parts.database.tree;
    assert(firstZxid === undefined || firstZxid > lastProcessedZxid, 'the epoch is no new one');
    this.#lastPreparedZxid = firstZxid === undefined ? lastProcessedZxid : firstZxid - 1;
    const counterEnd = parts.options.zxidCounterEnd ?? ZXID_COUNTER_END;
    this.#zxidEnd = firstZxid === undefined ? Infinity : makeZxid(epochOf(firstZxid), counterEnd);
  }

  /** Writes of learners do not count: they hold back their own clients themselves. */
  get outstanding(): number {
    return this.#pending.length - this.#pendingDone - this.#forwardedCount;
  }

  /** Nothing more is judged: the leader has to step down, and the next epoch begins at 0. */
  get isZxidExhausted(): boolean {
    return this.#isZxidExhausted;
  }

  accept(connection: ClientConnection, operation: WriteOperation, xid: number): void {
    const { session } = connection;
    const { reader } = this.#processor;
    assert(session !== null);
    const start = reader.at;
    let request = this.#read(reader, operation);
    if (request === UNREADABLE) {
      return this.#processor.reads.refuse(connection, xid, ErrorCode.MarshallingError);
    }
    if (session.isLocal && operation === closeSession) {
      return this.#processor.connector.closeLocal(connection, session, xid);
    }
    const asked = { session, operation, request };
    const refusal = earlyRefusal(this.#parts, connection, asked);
    if (refusal !== ErrorCode.Ok) return this.#processor.reads.refuse(connection, xid, refusal);
    if (needsUpgrade(asked)) {
      this.#upgrade(session);
      // The request's zxid is a later one now, by which its bytes are kept.
      reader.at = start;
      request = this.#read(reader, operation);
    }
    const err = isOfSession(operation) ? ErrorCode.Ok : this.#ownerProblem(session, this);
    this.submit({
      operation: err === ErrorCode.Ok ? operation : refusedWrite,
      request: err === ErrorCode.Ok ? request : err,
      sessionId: session.id,
      authIds: connection.authIds,
      cxid: xid,
      connection,
    });
    this.#processor.maybeThrottle(connection);
  }

  /** The request outlives the bytes that it came in: its txn is applied when the log says so. */
  #read(reader: BinaryReader, operation: WriteOperation): unknown {
    this.#pool.setTag(this.#lastPreparedZxid + 1);
    reader.pool = this.#pool;
    try {
      return operation.request.read(reader);
    } catch (error) {
      if (!(error instanceof JuteError)) throw error;
      return UNREADABLE;
    } finally {
      reader.pool = null;
    }
  }

  /** The session is created by a txn, before the one for which it has to be. Nobody waits. */
  #upgrade(session: Session): void {
    this.#parts.sessions.upgrade(session);
    this.submit({
      operation: createSession,
      request: { timeOut: session.timeoutMs },
      sessionId: session.id,
      authIds: [],
      cxid: 0,
      connection: null,
    });
  }

  /** Prep: judges the request, makes its txn and logs it. */
  submit(write: WriteRequest): void {
    this.#prepare(write, false);
  }

  #prepare(write: WriteRequest, isForwarded: boolean): void {
    const { options, journal } = this.#parts;
    if (write.connection !== null) write.connection.writesSubmitted++;
    if (this.#lastPreparedZxid + 1 >= this.#zxidEnd) {
      this.#isZxidExhausted = true;
      return;
    }
    const zxid = ++this.#lastPreparedZxid;
    const time = this.#processor.now.wallMs;
    const context = this.#prep;
    context.sessionId = write.sessionId;
    context.authIds = write.authIds;
    context.zxid = zxid;
    context.time = time;
    const judged = write.operation.prep(context, write.request);
    const txn = typeof judged === 'number' ? errorTxn(judged) : judged;
    const hasDigest = options.digestEnabled && txn.type !== OpCode.error;
    const origin = { clientId: write.sessionId, cxid: write.cxid, zxid, time };
    if (isForwarded) this.#forwardedCount++;
    const receivedMs = this.#processor.now.monotonicMs;
    this.#pending.push({ write, origin, txn, receivedMs, isForwarded });
    journal.append(origin, txn, hasDigest ? this.#changes.digest : null);
  }

  /** Everything up to this zxid is committed: apply it and answer. */
  onCommitted(through: Zxid): void {
    while (this.#pendingDone < this.#pending.length) {
      const pending = this.#pending[this.#pendingDone] as PendingWrite;
      if (pending.origin.zxid > through) break;
      this.#pendingDone++;
      this.#finish(pending);
    }
    this.#pool.release(through);
    if (this.#pendingDone === this.#pending.length) {
      this.#pending = [];
      this.#pendingDone = 0;
      this.#changes.assertAgreesWithTree();
    } else if (this.#pendingDone > 4096) {
      this.#pending = this.#pending.slice(this.#pendingDone);
      this.#pendingDone = 0;
    }
    if (this.#takeUps.length > 0) this.#admitTakeUps(through);
    this.#processor.resumeThrottled();
  }

  /** Final: applies a durable txn, which fires its watches, and then answers. */
  #finish({ write, origin, txn, receivedMs, isForwarded }: PendingWrite): void {
    if (isForwarded) this.#forwardedCount--;
    const result = this.#parts.database.apply(origin, txn);
    this.#changes.trim(origin.zxid);
    if (txn.type === OpCode.closeSession) {
      this.#onClosed(origin.clientId, write.connection !== null || isForwarded);
    }
    if (this.#isLeader) this.#countCommit(origin, receivedMs);
    const { connection } = write;
    if (connection !== null) {
      const { access, database } = this.#parts;
      database.audit?.onWrite({ ...write, connection, access }, result);
    }
    if (connection !== null && !connection.isClosing) {
      this.#processor.finishWrite(connection, write, { result, zxid: origin.zxid, receivedMs });
    }
    if (txn.type === OpCode.closeSession) {
      const reason = connection === null ? 'session expired' : 'session closed';
      this.#processor.connector.onSessionClosed(origin.clientId, reason);
    }
  }

  /** Of one that expired it was said when its time was over. */
  #onClosed(sessionId: SessionId, isAsked: boolean): void {
    const session = this.#parts.sessions.get(sessionId);
    if (isAsked && session !== undefined) {
      this.#processor.connector.onEnded(session, 'clientClosed');
    }
    this.#parts.sessions.remove(sessionId);
  }

  #countCommit({ time }: TxnOrigin, receivedMs: number): void {
    const { now, stats } = this.#processor;
    stats.ensemble.quorumAckLatency.record(now.monotonicMs - receivedMs);
    recordSince(stats.ensemble.propagationLatency, now.wallMs - time);
  }

  /** The session's time is over: nobody asked, so nobody is answered. */
  expire(session: Session, isOrdered = false): void {
    if (session.isLocal) return this.#processor.connector.expireLocal(session, isOrdered);
    this.#processor.connector.onExpired(session, isOrdered);
    this.submit({
      operation: closeSession,
      request: {},
      sessionId: session.id,
      authIds: [],
      cxid: 0,
      connection: null,
    });
  }

  /** Answered when its turn comes. */
  sync(connection: ClientConnection, operation: ReadOperation, xid: number): void {
    const { leadership } = this.#parts;
    const { session } = connection;
    if (leadership === undefined || session === null)
      return this.#processor.reads.take(connection, operation, xid);
    // As at a learner, it waits as a read does, for the writes before it and for itself.
    connection.writesSubmitted++;
    this.#processor.reads.wait(connection, xid, ErrorCode.Ok);
    // A write before it may not have been judged: who waits for that is answered by nobody.
    if (this.#isZxidExhausted) return;
    this.#syncing.push(connection);
    leadership.sync(this.#lastPendingOf(session.id));
  }

  /** The oldest sync is: what was asked before it is applied, and nothing that was asked after. */
  onSyncAnswered(): void {
    const connection = this.#syncing.shift();
    assert(connection !== undefined, 'no sync is under way');
    connection.writesDone++;
    if (!connection.isClosing) this.#processor.reads.serveWaiting(connection);
    this.#processor.resumeThrottled();
  }

  createSession(connection: ClientConnection, session: Session): void {
    session.owner = this;
    this.submit({
      operation: createSession,
      request: { timeOut: session.timeoutMs },
      sessionId: session.id,
      authIds: connection.authIds,
      cxid: 0,
      connection,
    });
  }

  takeUpSession(connection: ClientConnection, sessionId: SessionId, timeoutMs: number): void {
    const { connector } = this.#processor;
    const session = this.#parts.sessions.get(sessionId);
    if (session === undefined || session.isClosing) {
      return connector.refuse(connection, 'session expired');
    }
    // At once: what a learner still has of the session must not come in between.
    session.owner = this;
    const afterZxid = this.#lastPendingOf(sessionId);
    if (afterZxid < 0) return this.#admit({ connection, session, timeoutMs, afterZxid });
    connector.hold(connection, sessionId);
    this.#takeUps.push({ connection, session, timeoutMs, afterZxid });
  }

  /** The time-out is the new one from when the client is told of it. */
  #admit({ connection, session, timeoutMs }: TakeUp): void {
    session.timeoutMs = timeoutMs;
    this.#parts.sessions.touch(session, this.#processor.now.monotonicMs);
    this.#processor.connector.admit(connection, session);
  }

  /** The session's last write that is not applied, wherever it came from; -1 for none. */
  #lastPendingOf(sessionId: SessionId): Zxid {
    const last = this.#pending.findLast(({ origin }) => origin.clientId === sessionId);
    const { lastProcessedZxid } = this.#parts.database.tree;
    return last !== undefined && last.origin.zxid > lastProcessedZxid ? last.origin.zxid : -1;
  }

  /**
   * A client that comes back must not read the state before what it asked on its former connection,
   * here or at a learner, and see that happen later.
   */
  #admitTakeUps(through: Zxid): void {
    const ready = this.#takeUps.filter(({ afterZxid }) => afterZxid <= through);
    if (ready.length === 0) return;
    this.#takeUps = this.#takeUps.filter(({ afterZxid }) => afterZxid > through);
    const { connector } = this.#processor;
    for (const takeUp of ready) {
      const { connection, session } = takeUp;
      if (connection.isClosing) continue;
      connector.release(connection);
      if (session.isClosing) connector.refuse(connection, 'session expired');
      else this.#admit(takeUp);
      this.#processor.resume(connection);
    }
  }

  #revalidate(sessionId: SessionId, timeoutMs: number, owner: object): Session | null {
    const session = this.#parts.sessions.get(sessionId);
    if (session === undefined || session.isClosing) return null;
    session.timeoutMs = timeoutMs;
    session.owner = owner;
    session.departure = null;
    this.#parts.sessions.touch(session, this.#processor.now.monotonicMs);
    return session;
  }

  // --- What a leader does for its learners --------------------------------------------------------

  /** A client of a learner. Whatever comes of it is a txn: only by that it is answered. */
  submitForwarded(forwarded: ForwardedRequest): void {
    const { sessionId, cxid, authIds } = forwarded;
    const { operation, request } = this.#judgeable(forwarded);
    const write = { operation, request, sessionId, authIds: authIds ?? [], cxid, connection: null };
    this.#prepare(write, true);
  }

  #judgeable(forwarded: ForwardedRequest): { operation: WriteOperation; request: unknown } {
    const refused = (err: ErrorCode) => ({ operation: refusedWrite, request: err });
    const operation = forwardedOperationOf(forwarded.type);
    if (typeof operation === 'number') return refused(operation);
    const { body, authIds } = forwarded;
    const reader = this.#forwardedReader.reset(body, 0, body.length);
    const request = this.#read(reader, operation);
    if (request === UNREADABLE) return refused(ErrorCode.MarshallingError);
    const err = this.#sessionProblem(forwarded, operation, request);
    if (err !== ErrorCode.Ok) return refused(err);
    // Compat: as Java, for whom a null list is an error when it first looks into it.
    const isAnonymous = authIds === null && !isOfSession(operation);
    return isAnonymous ? refused(ErrorCode.MarshallingError) : { operation, request };
  }

  #sessionProblem(
    { sessionId, owner }: ForwardedRequest,
    operation: WriteOperation,
    request: unknown,
  ): ErrorCode {
    const { sessions } = this.#parts;
    const { monotonicMs } = this.#processor.now;
    const session = sessions.get(sessionId);
    if (operation === createSession && session === undefined) {
      const { timeOut } = request as { timeOut: number };
      sessions.add(sessionId, monotonicMs, timeOut).owner = owner;
      return ErrorCode.Ok;
    }
    if (operation === closeSession) return ErrorCode.Ok;
    if (session === undefined && this.#isOfLocalSession(sessionId, operation, request)) {
      return ErrorCode.Ok;
    }
    if (operation === createSession && session?.isLocal) sessions.upgrade(session);
    // A local session of this server is none that a learner can have.
    if (session === undefined || session.isLocal || !sessions.touch(session, monotonicMs)) {
      return ErrorCode.SessionExpired;
    }
    if (operation === createSession) session.owner = owner;
    return this.#ownerProblem(session, owner);
  }

  /**
   * Sessions that are unknown here may be local ones of the learner, which asks for no ephemerals
   * then. Compat: as Java, which tells its own by the id.
   */
  #isOfLocalSession(sessionId: SessionId, operation: WriteOperation, request: unknown): boolean {
    const { localSessionsEnabled, serverId } = this.#parts.options;
    if (!localSessionsEnabled || serverIdOf(sessionId) === (serverId & 0xff)) return false;
    return !operation.createsEphemeral?.(request);
  }

  /** The first who writes has it, when nobody has taken it up since this server leads. */
  #ownerProblem(session: Session, owner: object): ErrorCode {
    session.owner ??= owner;
    return session.owner === owner ? ErrorCode.Ok : ErrorCode.SessionMoved;
  }

  /** A client came to the owner with the session; false when there is no such session any more. */
  revalidate(sessionId: SessionId, timeoutMs: number, owner: object): boolean {
    if (this.#parts.sessions.get(sessionId)?.isLocal) return false;
    return this.#revalidate(sessionId, timeoutMs, owner) !== null;
  }

  /**
   * A learner heard from the session's client. Its time-out is the one of the last revalidation: a
   * learner that the session has left must not change it.
   */
  touchForwarded(sessionId: SessionId): boolean {
    const { sessions } = this.#parts;
    const session = sessions.get(sessionId);
    return session !== undefined && sessions.touch(session, this.#processor.now.monotonicMs);
  }

  /**
   * The role ends: what is prepared and not applied, in its order. Nobody is answered by it, and
   * nothing may be submitted or committed here any more.
   */
  takePending(): LoggedTxn[] {
    const pending = this.#pending.slice(this.#pendingDone);
    this.#pending = [];
    this.#pendingDone = 0;
    this.#forwardedCount = 0;
    return pending.map(({ origin, txn }) => ({ origin, txn }));
  }
}
