/**
 * ForwardedWrites: the way of a write through a learner, which asks its leader
 * (ZooKeeper's FollowerRequestProcessor and CommitProcessor).
 *
 *   accept ─▶ forward ··(the leader judges, a quorum commits)··▶ commit: apply, events, reply
 *
 * What was asked waits in a queue for each session, in the order in which it was forwarded; a
 * committed txn with the session and the xid of the queue's head is its answer. A sync waits there
 * too, and so do, by the count of their connection's writes, the reads behind both.
 */

import { assert } from '../../base/assert.ts';
import type { Now } from '../../base/now.ts';
import type { SessionId } from '../../base/session-id.ts';
import { SteadyMap } from '../../base/steady-map.ts';
import { ErrorCode } from '../../protocol/error-code.ts';
import { BinaryWriter } from '../../protocol/jute/binary-writer.ts';
import { JuteError } from '../../protocol/jute/jute-error.ts';
import { OpCode } from '../../protocol/op-code.ts';
import type { Id } from '../../protocol/records/acl.ts';
import type { LearnerSessionTracker } from '../sessions/learner-session-tracker.ts';
import type { Session } from '../sessions/session-tracker.ts';
import type { ClientConnection } from './client-connection.ts';
import type { ReadOperation, WriteOperation } from './operation.ts';
import { closeSession, createSession, isOfSession } from './ops/session-ops.ts';
import { type ProcessorParts, RequestProcessor } from './request-processor.ts';
import type { TxnResult } from './server-database.ts';
import { recordSince } from './stats/ensemble-stats.ts';
import type { Txn, TxnOrigin } from './txn.ts';
import type { WritePath } from './write-path.ts';
import { earlyRefusal, needsUpgrade } from './writes/early-refusal.ts';

/** What goes to the leader as a REQUEST. */
export interface RequestToLeader {
  readonly sessionId: SessionId;
  readonly cxid: number;
  readonly type: number;
  /** The request's record, and good only during the call. */
  readonly body: Uint8Array;
  readonly authIds: readonly Id[] | null;
}

/** The link to the leader: what is handed over arrives there in this order, or the role ends. */
export interface Forwarder {
  forward(request: RequestToLeader): void;
  /** Answered with `onRevalidated`. */
  revalidate(sessionId: SessionId, timeoutMs: number): void;
}

export interface ForwardingParts extends ProcessorParts {
  readonly sessions: LearnerSessionTracker;
  readonly forwarder: Forwarder;
}

interface AskedWrite {
  readonly kind: 'write';
  readonly connection: ClientConnection;
  readonly operation: WriteOperation;
  readonly cxid: number;
  readonly answerTypes: readonly (number | undefined)[] | undefined;
  /** Null unless a record is kept of what is done. */
  readonly request: unknown;
  readonly receivedMs: number;
}

interface AskedSync {
  readonly kind: 'sync';
  readonly connection: ClientConnection;
  readonly sessionId: SessionId;
  isAnswered: boolean;
}

interface Revalidation {
  readonly connection: ClientConnection;
  readonly sessionId: SessionId;
  readonly timeoutMs: number;
}

/** A processor whose writes are judged by the leader. */
export type ForwardingProcessor = RequestProcessor<ForwardedWrites>;

export function createForwardingProcessor(parts: ForwardingParts, now: Now): ForwardingProcessor {
  return new RequestProcessor(parts, now, (processor) => new ForwardedWrites(processor, parts));
}

export class ForwardedWrites implements WritePath {
  readonly #processor: RequestProcessor;
  readonly #parts: ForwardingParts;
  readonly #queues = new SteadyMap<SessionId, (AskedWrite | AskedSync)[]>();
  #writeCount = 0;
  /** Those that are not answered, oldest first: the leader does not say which it answers. */
  readonly #syncs: AskedSync[] = [];
  readonly #revalidations: Revalidation[] = [];
  /** Valid, and behind what the session's former connection has asked. */
  readonly #takeUps = new SteadyMap<SessionId, Revalidation>();

  constructor(processor: RequestProcessor, parts: ForwardingParts) {
    this.#processor = processor;
    this.#parts = parts;
  }

  /** A sync counts among the reads that wait. */
  get outstanding(): number {
    return this.#writeCount;
  }

  // --- To the leader ------------------------------------------------------------------------------

  accept(connection: ClientConnection, operation: WriteOperation, xid: number): void {
    const { session } = connection;
    const { reader } = this.#processor;
    assert(session !== null);
    const body = bodyOf(connection, reader.at);
    let request: unknown;
    try {
      request = operation.request.read(reader);
    } catch (error) {
      if (!(error instanceof JuteError)) throw error;
      return this.#processor.reads.refuse(connection, xid, ErrorCode.MarshallingError);
    }
    if (session.isLocal && operation === closeSession) {
      return this.#processor.connector.closeLocal(connection, session, xid);
    }
    const asked = { session, operation, request };
    const err = earlyRefusal(this.#parts, connection, asked);
    if (err !== ErrorCode.Ok) return this.#processor.reads.refuse(connection, xid, err);
    if (needsUpgrade(asked)) this.#upgrade(session);
    this.#ask(connection, operation, { sessionId: session.id, cxid: xid, request, body });
    // What comes behind it would be refused: the end of the connection is on its way.
    if (operation === closeSession) this.#parts.sessions.setClosing(session);
    this.#processor.maybeThrottle(connection);
  }

  #ask(
    connection: ClientConnection,
    operation: WriteOperation,
    asked: { sessionId: SessionId; cxid: number; request: unknown; body: Uint8Array },
  ): void {
    const { sessionId, cxid, body } = asked;
    connection.writesSubmitted++;
    this.#writeCount++;
    this.#enqueue(sessionId, {
      kind: 'write',
      connection,
      operation,
      cxid,
      answerTypes: operation.answerTypes?.(asked.request),
      request: this.#parts.database.audit === null ? null : asked.request,
      receivedMs: this.#processor.now.monotonicMs,
    });
    const type = OpCode[operation.name];
    const { authIds } = connection;
    this.#parts.forwarder.forward({ sessionId, cxid, type, body, authIds });
  }

  /** It waits as a read does, for the writes before it and for itself. */
  sync(connection: ClientConnection, _operation: ReadOperation, xid: number): void {
    const { session } = connection;
    assert(session !== null);
    const sync: AskedSync = { kind: 'sync', connection, sessionId: session.id, isAnswered: false };
    this.#enqueue(session.id, sync);
    this.#syncs.push(sync);
    connection.writesSubmitted++;
    const body = bodyOf(connection, this.#processor.reader.at);
    this.#processor.reads.wait(connection, xid, ErrorCode.Ok);
    const { authIds } = connection;
    const request = { sessionId: session.id, cxid: xid, type: OpCode.sync, body, authIds };
    this.#parts.forwarder.forward(request);
  }

  createSession(connection: ClientConnection, session: Session): void {
    const request = { timeOut: session.timeoutMs };
    const body = encodeCreateSession(session.timeoutMs);
    this.#ask(connection, createSession, { sessionId: session.id, cxid: 0, request, body });
  }

  /** The leader hears of the session before it hears of what it needs that for. Nobody waits. */
  #upgrade(session: Session): void {
    this.#parts.sessions.upgrade(session);
    this.#parts.forwarder.forward({
      sessionId: session.id,
      cxid: 0,
      type: OpCode.createSession,
      body: encodeCreateSession(session.timeoutMs),
      authIds: null,
    });
  }

  #enqueue(sessionId: SessionId, asked: AskedWrite | AskedSync): void {
    const queue = this.#queues.get(sessionId);
    if (queue === undefined) this.#queues.set(sessionId, [asked]);
    else queue.push(asked);
  }

  // --- From the leader ----------------------------------------------------------------------------

  /** The next txn is committed: it is applied, and answers who asked for it, if that was here. */
  commit(origin: TxnOrigin, txn: Txn): void {
    const asked = this.#takeAsked(origin, txn);
    const result = this.#parts.database.apply(origin, answeredAs(txn, asked));
    const { now, stats } = this.#processor;
    recordSince(stats.ensemble.propagationLatency, now.wallMs - origin.time);
    const isClosed = txn.type === OpCode.closeSession;
    if (isClosed) this.#onClosed(origin.clientId, asked !== null);
    if (txn.type === OpCode.createSession) this.#onSessionCreated(origin.clientId);
    if (asked !== null) {
      const { access, database } = this.#parts;
      const sessionId = origin.clientId;
      database.audit?.onWrite({ ...asked, sessionId, access }, result);
      this.#answer(asked, origin, result);
    }
    if (isClosed) {
      const reason = asked === null ? 'session expired' : 'session closed';
      this.#processor.connector.onSessionClosed(origin.clientId, reason);
    }
    if (asked !== null) {
      this.#finishSyncs(origin.clientId);
      this.#maybeAdmit(origin.clientId);
      this.#processor.resumeThrottled();
    }
  }

  #onClosed(sessionId: SessionId, isAsked: boolean): void {
    const session = this.#parts.sessions.get(sessionId);
    if (session === undefined) return;
    const { connector } = this.#processor;
    const isHere = connector.connectionOf(sessionId) !== undefined || session.departure !== null;
    if (isHere) connector.onEnded(session, isAsked ? 'clientClosed' : 'leader');
    this.#parts.sessions.remove(sessionId);
  }

  /** A local session may have moved on and been upgraded where it was before. */
  #onSessionCreated(sessionId: SessionId): void {
    const session = this.#parts.sessions.get(sessionId);
    if (session?.isLocal) this.#parts.sessions.upgrade(session);
  }

  /** The oldest sync is answered. False when none is under way: the leader is confused. */
  onSyncAnswered(): boolean {
    const sync = this.#syncs.shift();
    if (sync === undefined) return false;
    sync.isAnswered = true;
    this.#finishSyncs(sync.sessionId);
    this.#maybeAdmit(sync.sessionId);
    this.#processor.resumeThrottled();
    return true;
  }

  /**
   * The head of the session's queue, when the txn is its answer. The leader closes sessions by
   * itself too, under an xid that a client may have used.
   */
  #takeAsked({ clientId, cxid }: TxnOrigin, txn: Txn): AskedWrite | null {
    const queue = this.#queues.get(clientId);
    const head = queue?.[0];
    if (queue === undefined || head === undefined) return null;
    if (head.kind === 'sync' || head.cxid !== cxid) return null;
    if (txn.type !== OpCode.error && !isAnswerOf(txn.type, head.operation)) return null;
    this.#drop(clientId, queue);
    this.#writeCount--;
    return head;
  }

  #drop(sessionId: SessionId, queue: unknown[]): void {
    queue.shift();
    if (queue.length === 0) this.#queues.delete(sessionId);
  }

  #answer(asked: AskedWrite, { zxid }: TxnOrigin, result: TxnResult): void {
    const { connection, operation, receivedMs } = asked;
    if (connection.isClosing) return;
    if (operation === createSession && result.err !== ErrorCode.Ok) {
      this.#processor.connector.detach(connection);
      connection.session = null;
      return this.#processor.connector.refuse(connection, 'session refused');
    }
    if (result.results?.some(({ err }) => err === ErrorCode.SessionMoved)) {
      // Java's leader says it of each part of a multi, not of the whole.
      return this.#processor.connector.onMoved(connection);
    }
    this.#processor.finishWrite(connection, asked, { result, zxid, receivedMs });
    // Also when the leader knows no such session: nobody will close the connection otherwise.
    if (operation === closeSession) this.#processor.close(connection, 'session closed');
  }

  /** Syncs are done in their turn, behind the writes that were forwarded before them. */
  #finishSyncs(sessionId: SessionId): void {
    const queue = this.#queues.get(sessionId);
    if (queue === undefined) return;
    for (let head = queue[0]; head?.kind === 'sync' && head.isAnswered; head = queue[0]) {
      this.#drop(sessionId, queue);
      const { connection } = head;
      connection.writesDone++;
      if (!connection.isClosing) this.#processor.reads.serveWaiting(connection);
    }
  }

  // --- Sessions that are taken up -----------------------------------------------------------------

  /**
   * But for local sessions, only the leader knows whether there is such a session; until it answers
   * nothing is served.
   */
  takeUpSession(connection: ClientConnection, sessionId: SessionId, timeoutMs: number): void {
    const session = this.#parts.sessions.get(sessionId);
    if (session?.isLocal)
      return this.#processor.connector.admitLocal(connection, session, timeoutMs);
    this.#processor.connector.hold(connection, sessionId);
    this.#revalidations.push({ connection, sessionId, timeoutMs });
    this.#parts.forwarder.revalidate(sessionId, timeoutMs);
  }

  /** The leader's answer. False when nobody had asked. */
  onRevalidated(sessionId: SessionId, isValid: boolean): boolean {
    const at = this.#revalidations.findIndex((each) => each.sessionId === sessionId);
    const [revalidation] = at < 0 ? [] : this.#revalidations.splice(at, 1);
    if (revalidation === undefined) return false;
    if (isValid && this.#queues.has(sessionId)) this.#takeUps.set(sessionId, revalidation);
    else this.#settle(revalidation, isValid);
    return true;
  }

  /**
   * A client that comes back must not read the state before what it asked on its former connection,
   * and see that happen later.
   */
  #maybeAdmit(sessionId: SessionId): void {
    const takeUp = this.#takeUps.get(sessionId);
    if (takeUp === undefined || this.#queues.has(sessionId)) return;
    this.#takeUps.delete(sessionId);
    this.#settle(takeUp, this.#parts.database.sessionsWithTimeouts.has(sessionId));
  }

  #settle({ connection, sessionId, timeoutMs }: Revalidation, isValid: boolean): void {
    // Who has gone leaves the session to expire, or to be taken up once more.
    if (connection.isClosing) return;
    const { connector } = this.#processor;
    connector.release(connection);
    if (!isValid) connector.refuse(connection, 'session expired');
    else connector.admit(connection, this.#parts.sessions.admit(sessionId, timeoutMs));
    this.#processor.resume(connection);
  }
}

function encodeCreateSession(timeOut: number): Uint8Array {
  const writer = new BinaryWriter(8);
  createSession.request.write(writer, { timeOut });
  return writer.take();
}

/** What is left of the connection's frame. */
function bodyOf({ frames }: ClientConnection, at: number): Uint8Array {
  return frames.bytes.subarray(at, frames.end);
}

/** Only a session's own txns have the types of these two; others may be logged by another name. */
function isAnswerOf(type: number, operation: WriteOperation): boolean {
  const isTxnOfSession = type === OpCode.createSession || type === OpCode.closeSession;
  if (!isTxnOfSession && !isOfSession(operation)) return true;
  return type === OpCode[operation.name];
}

/** A multi that comes from the leader has lost what its parts are called in the answer. */
function answeredAs(txn: Txn, asked: AskedWrite | null): Txn {
  if (asked?.answerTypes === undefined || txn.type !== OpCode.multi) return txn;
  return { ...txn, answerTypes: asked.answerTypes };
}
