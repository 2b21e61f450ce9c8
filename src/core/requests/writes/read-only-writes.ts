/**
 * ReadOnlyWrites: what becomes of a write while there is no leader: nothing (ZooKeeper's
 * ReadOnlyRequestProcessor). Sessions can be had only where they are local ones.
 */
import { assert } from '../../../base/assert.ts';
import type { Now } from '../../../base/now.ts';
import type { SessionId } from '../../../base/session-id.ts';
import { ErrorCode } from '../../../protocol/error-code.ts';
import type { LearnerSessionTracker } from '../../sessions/learner-session-tracker.ts';
import type { Session } from '../../sessions/session-tracker.ts';
import type { ClientConnection } from '../client-connection.ts';
import type { ReadOperation, WriteOperation } from '../operation.ts';
import { closeSession } from '../ops/session-ops.ts';
import { type ProcessorParts, RequestProcessor } from '../request-processor.ts';
import type { WritePath } from '../write-path.ts';

export interface ReadOnlyParts extends Omit<ProcessorParts, 'isReadOnly'> {
  readonly sessions: LearnerSessionTracker;
}

export type ReadOnlyProcessor = RequestProcessor<ReadOnlyWrites>;

export function createReadOnlyProcessor(parts: ReadOnlyParts, now: Now): ReadOnlyProcessor {
  const createWrites = (processor: RequestProcessor) => new ReadOnlyWrites(processor, parts);
  return new RequestProcessor({ ...parts, isReadOnly: true }, now, createWrites);
}

export class ReadOnlyWrites implements WritePath {
  readonly outstanding = 0;
  readonly #processor: RequestProcessor;
  readonly #parts: ReadOnlyParts;

  constructor(processor: RequestProcessor, parts: ReadOnlyParts) {
    this.#processor = processor;
    this.#parts = parts;
  }

  /** Compat: whatever it is, it is not looked at. */
  accept(connection: ClientConnection, operation: WriteOperation, xid: number): void {
    const { session } = connection;
    assert(session !== null);
    if (operation === closeSession && session.isLocal) {
      return this.#processor.connector.closeLocal(connection, session, xid);
    }
    this.#processor.reads.refuse(connection, xid, ErrorCode.NotReadOnly);
  }

  sync(connection: ClientConnection, _operation: ReadOperation, xid: number): void {
    this.#processor.reads.refuse(connection, xid, ErrorCode.NotReadOnly);
  }

  /**
   * Not a local one. Compat: the client gets an error where it waits for a ConnectResponse. Java
   * leaves the connection open, and its client gives it up when it cannot read that.
   */
  createSession(connection: ClientConnection, session: Session): void {
    const { replies, connector, lastZxid } = this.#processor;
    connector.detach(connection);
    connection.session = null;
    this.#parts.sessions.remove(session.id);
    replies.error(connection, 0, { err: ErrorCode.NotReadOnly, zxid: lastZxid });
    this.#processor.close(connection, 'no session without a leader');
  }

  /**
   * A session of the ensemble may be over without this server's knowing it. Compat: one that it
   * does not know is taken for good without local sessions, and for expired with them.
   */
  takeUpSession(connection: ClientConnection, sessionId: SessionId, timeoutMs: number): void {
    const { database, sessions, options } = this.#parts;
    const { connector } = this.#processor;
    if (database.sessionsWithTimeouts.has(sessionId)) {
      return this.#processor.close(connection, 'no global session in read-only mode');
    }
    const session = sessions.get(sessionId);
    if (session?.isLocal) return connector.admitLocal(connection, session, timeoutMs);
    if (options.localSessionsEnabled) return connector.refuse(connection, 'session expired');
    connector.admit(connection, sessions.admit(sessionId, timeoutMs));
  }
}
