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
import type { Zxid } from '../../base/zxid.ts';
import { ErrorCode } from '../../protocol/error-code.ts';
import { JuteError } from '../../protocol/jute/jute-error.ts';
import { OpCode } from '../../protocol/op-code.ts';
import type { Id } from '../../protocol/records/acl.ts';
import type { Session, SessionTracker } from '../sessions/session-tracker.ts';
import type { ClientConnection } from './client-connection.ts';
import type { PrepContext, ReadOperation, WriteOperation } from './operation.ts';
import { closeSession, createSession } from './ops/session-ops.ts';
import { OutstandingChanges } from './outstanding-changes.ts';
import { type ProcessorParts, RequestProcessor } from './request-processor.ts';
import { errorTxn, type Txn, type TxnOrigin } from './txn.ts';
import type { WritePath } from './write-path.ts';

/** Where txns are made durable; its owner answers with `onCommitted`. */
export interface Journal {
  append(origin: TxnOrigin, txn: Txn, digest: bigint | null): void;
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
}

export interface JudgedParts extends ProcessorParts {
  readonly sessions: SessionTracker;
  readonly journal: Journal;
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
  readonly #pool = new BytePool();
  #pending: PendingWrite[] = [];
  #pendingDone = 0;
  #lastPreparedZxid: Zxid;

  constructor(processor: RequestProcessor, parts: JudgedParts) {
    this.#processor = processor;
    this.#parts = parts;
    this.#changes = new OutstandingChanges(parts.database.tree, parts.options.digestEnabled);
    this.#lastPreparedZxid = parts.database.tree.lastProcessedZxid;
  }

  get outstanding(): number {
    return this.#pending.length - this.#pendingDone;
  }

  accept(connection: ClientConnection, operation: WriteOperation, xid: number): void {
    const { session } = connection;
    const { reader } = this.#processor;
    assert(session !== null);
    let request: unknown;
    // The request outlives the chunk: its txn is applied when the log says so.
    this.#pool.setTag(this.#lastPreparedZxid + 1);
    reader.pool = this.#pool;
    try {
      request = operation.request.read(reader);
    } catch (error) {
      if (!(error instanceof JuteError)) throw error;
      return this.#processor.reads.refuse(connection, xid, ErrorCode.MarshallingError);
    } finally {
      reader.pool = null;
    }
    this.submit({
      operation,
      request,
      sessionId: session.id,
      authIds: connection.authIds,
      cxid: xid,
      connection,
    });
    this.#processor.maybeThrottle(connection);
  }

  /** Prep: judges the request, makes its txn and logs it. */
  submit(write: WriteRequest): void {
    const { database, sessions, access, options, journal } = this.#parts;
    const zxid = ++this.#lastPreparedZxid;
    const time = this.#processor.now.wallMs;
    const context: PrepContext = {
      changes: this.#changes,
      tree: database.tree,
      access,
      sessions,
      options,
      sessionId: write.sessionId,
      authIds: write.authIds,
      zxid,
      time,
    };
    const judged = write.operation.prep(context, write.request);
    const txn = typeof judged === 'number' ? errorTxn(judged) : judged;
    const hasDigest = options.digestEnabled && txn.type !== OpCode.error;
    const origin = { clientId: write.sessionId, cxid: write.cxid, zxid, time };
    if (write.connection !== null) write.connection.writesSubmitted++;
    this.#pending.push({ write, origin, txn, receivedMs: this.#processor.now.monotonicMs });
    journal.append(origin, txn, hasDigest ? this.#changes.digestValue() : null);
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
    this.#processor.resumeThrottled();
  }

  /** Final: applies a durable txn, which fires its watches, and then answers. */
  #finish({ write, origin, txn, receivedMs }: PendingWrite): void {
    const result = this.#parts.database.apply(origin, txn);
    this.#changes.trim(origin.zxid);
    if (txn.type === OpCode.closeSession) this.#parts.sessions.remove(origin.clientId);
    const { connection } = write;
    if (connection !== null && !connection.isClosing) {
      this.#processor.finishWrite(connection, write, { result, zxid: origin.zxid, receivedMs });
    }
    if (txn.type === OpCode.closeSession) {
      const reason = connection === null ? 'session expired' : 'session closed';
      this.#processor.connector.onSessionClosed(origin.clientId, reason);
    }
  }

  /** The session's time is over: nobody asked, so nobody is answered. */
  expire(session: Session): void {
    this.#processor.stats.sessionsExpired++;
    this.submit({
      operation: closeSession,
      request: {},
      sessionId: session.id,
      authIds: [],
      cxid: 0,
      connection: null,
    });
  }

  /** Answered when its turn comes: nobody is ahead of who decides. */
  sync(connection: ClientConnection, operation: ReadOperation, xid: number): void {
    this.#processor.reads.take(connection, operation, xid);
  }

  createSession(connection: ClientConnection, session: Session): void {
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
    const { connector, now } = this.#processor;
    const session = this.#parts.sessions.get(sessionId);
    if (session === undefined || session.isClosing) {
      return connector.refuse(connection, 'session expired');
    }
    session.timeoutMs = timeoutMs;
    this.#parts.sessions.touch(session, now.monotonicMs);
    connector.admit(connection, session);
  }
}
