/**
 * SessionConnector: binds connections to sessions. A new session is created by a txn, if it is not
 * a local one; a known one is taken up by whoever has its password, and its former connection ends.
 */

import { assert } from '../../base/assert.ts';
import type { SessionId } from '../../base/session-id.ts';
import { SteadyMap } from '../../base/steady-map.ts';
import type { BinaryReader } from '../../protocol/jute/binary-reader.ts';
import { ConnectRequest, ConnectResponse } from '../../protocol/records/connect.ts';
import {
  isSessionPassword,
  SESSION_PASSWORD_BYTES,
  sessionPassword,
} from '../sessions/session-password.ts';
import type { Session } from '../sessions/session-tracker.ts';
import type { ClientConnection } from './client-connection.ts';
import type { ProcessorParts, RequestProcessor, SessionKind } from './request-processor.ts';
import type { EndingFacts, SessionEndCause } from './stats/session-endings.ts';

const NO_PASSWORD = new Uint8Array(SESSION_PASSWORD_BYTES);

export class SessionConnector {
  readonly #processor: RequestProcessor;
  readonly #parts: ProcessorParts;
  readonly #connections = new SteadyMap<SessionId, ClientConnection>();

  constructor(processor: RequestProcessor, parts: ProcessorParts) {
    this.#processor = processor;
    this.#parts = parts;
  }

  connectionOf(sessionId: SessionId): ClientConnection | undefined {
    return this.#connections.get(sessionId);
  }

  onConnectRequest(connection: ClientConnection, reader: BinaryReader): void {
    const request = ConnectRequest.read(reader);
    this.#processor.stats.connectRequests++;
    connection.sentReadOnly = request.readOnly !== undefined;
    if (this.#parts.admitSession?.(this.#kindOf(request)) === false) {
      this.#processor.stats.connectionsDropped++;
      return this.#processor.close(connection, 'connection throttle');
    }
    if (this.#parts.isReadOnly && request.readOnly !== true) {
      return this.#processor.close(connection, 'not a read-only client');
    }
    if (request.lastZxidSeen > this.#processor.lastZxid) {
      // What the client has seen this server has lost or not yet got; another may serve it.
      return this.#processor.close(connection, 'client has seen a newer zxid');
    }
    const { minSessionTimeoutMs, maxSessionTimeoutMs } = this.#parts.options;
    const timeoutMs = Math.min(Math.max(request.timeOut, minSessionTimeoutMs), maxSessionTimeoutMs);
    if (request.sessionId === 0n) return this.#create(connection, timeoutMs);
    this.#takeUp(connection, request, timeoutMs);
  }

  #kindOf({ sessionId }: ConnectRequest): SessionKind {
    if (sessionId !== 0n) return 'renew';
    return this.#parts.options.localSessionsEnabled ? 'local' : 'global';
  }

  #create(connection: ClientConnection, timeoutMs: number): void {
    const { monotonicMs } = this.#processor.now;
    const session = this.#parts.sessions.create(monotonicMs, timeoutMs);
    this.#parts.database.lastMadeSessionId = session.id;
    this.#bind(connection, session);
    if (!session.isLocal) return this.#processor.writes.createSession(connection, session);
    this.sendConnectResponse(connection);
  }

  #takeUp(connection: ClientConnection, request: ConnectRequest, timeoutMs: number): void {
    const { sessionId } = request;
    this.#processor.stats.sessionsTakenUp++;
    // Compat: before the password is looked at, as in Java.
    const former = this.#connections.get(sessionId);
    if (former !== undefined) {
      this.#processor.close(former, 'client reconnected');
      this.detach(former);
    }
    if (!isSessionPassword(sessionId, request.passwd)) {
      return this.refuse(connection, 'wrong password');
    }
    this.#processor.writes.takeUpSession(connection, sessionId, timeoutMs);
  }

  #bind(connection: ClientConnection, session: Session): void {
    connection.session = session;
    session.departure = null;
    this.#connections.set(session.id, connection);
  }

  /** Until `release`, nothing that the connection asks is looked at. */
  hold(connection: ClientConnection, sessionId: SessionId): void {
    connection.heldForSession = sessionId;
    connection.isThrottled = true;
    this.#connections.set(sessionId, connection);
  }

  release(connection: ClientConnection): void {
    this.detach(connection);
    connection.heldForSession = null;
  }

  /** The session is the connection's from now on. */
  admit(connection: ClientConnection, session: Session): void {
    this.#bind(connection, session);
    this.sendConnectResponse(connection);
  }

  /** A local session is taken up where it is. */
  admitLocal(connection: ClientConnection, session: Session, timeoutMs: number): void {
    session.timeoutMs = timeoutMs;
    this.#parts.sessions.touch(session, this.#processor.now.monotonicMs);
    this.admit(connection, session);
  }

  refuse(connection: ClientConnection, reason: string): void {
    this.sendConnectResponse(connection);
    this.#processor.close(connection, reason);
  }

  /** Good when the connection has a session, else the refusal: zeros throughout. */
  sendConnectResponse(connection: ClientConnection): void {
    const { session } = connection;
    const writer = this.#processor.outputOf(connection);
    const mark = writer.beginFrame();
    ConnectResponse.write(writer, {
      protocolVersion: 0,
      timeOut: session?.timeoutMs ?? 0,
      sessionId: session?.id ?? 0n,
      passwd: session === null ? NO_PASSWORD : sessionPassword(session.id),
      readOnly: connection.sentReadOnly ? (this.#parts.isReadOnly ?? false) : undefined,
    });
    writer.endFrame(mark);
    connection.stats.lastOperation = 'SESS';
    connection.stats.lastResponseMs = this.#processor.now.monotonicMs;
    connection.stats.sent++;
    this.#processor.stats.countResponse(writer.at - mark - 4);
  }

  /** The connection is gone, and its session may live on without one. */
  depart(connection: ClientConnection): void {
    const { session, remote, stats } = connection;
    if (session !== null && this.#connections.get(session.id) === connection) {
      session.departure = {
        atMs: this.#processor.now.monotonicMs,
        heardMs: stats.lastResponseMs,
        reason: connection.closeReason ?? connection.lossReason,
        remote,
      };
    }
    this.detach(connection);
  }

  detach(connection: ClientConnection): void {
    const sessionId = connection.session?.id ?? connection.heldForSession;
    if (sessionId !== null && this.#connections.get(sessionId) === connection) {
      this.#connections.delete(sessionId);
    }
  }

  /** Its client asks for the end of a local session, of which nobody else has to hear. */
  closeLocal(connection: ClientConnection, session: Session, xid: number): void {
    this.onEnded(session, 'clientClosed');
    this.#removeLocal(session);
    this.#processor.reads.answerLast(connection, xid, 'session closed');
  }

  /** The time of a local session is over. */
  expireLocal(session: Session, isOrdered = false): void {
    this.onExpired(session, isOrdered);
    this.#removeLocal(session);
    this.onSessionClosed(session.id, 'session expired');
  }

  /** Its time is over, or is said to be. */
  onExpired(session: Session, isOrdered = false): void {
    const { stats } = this.#processor;
    stats.sessionsExpired++;
    if (isOrdered) this.onEnded(session, 'ordered');
    else stats.sessionEndings.onExpired(session, this.#factsOf(session));
  }

  /** For the records alone. */
  onEnded(session: Session, cause: SessionEndCause): void {
    this.#processor.stats.sessionEndings.onEnded(session, cause, this.#factsOf(session));
  }

  #factsOf({ id }: Session): EndingFacts {
    return { now: this.#processor.now, connection: this.#connections.get(id) };
  }

  /** The leader says that the session is another server's. */
  onMoved(connection: ClientConnection): void {
    if (connection.session !== null) this.onEnded(connection.session, 'moved');
    // What becomes of the session does not concern this connection any more.
    this.detach(connection);
    this.#processor.close(connection, 'session moved');
  }

  #removeLocal(session: Session): void {
    assert(session.isLocal, 'the session is known to others');
    this.#parts.sessions.setClosing(session);
    this.#parts.sessions.remove(session.id);
  }

  /** The session is gone: so is the connection that carries it, whoever asked for its end. */
  onSessionClosed(sessionId: SessionId, reason: string): void {
    const connection = this.#connections.get(sessionId);
    // Who wants it is told so by the answer that it waits for.
    if (connection !== undefined && connection.heldForSession !== null) return;
    this.#connections.delete(sessionId);
    if (connection !== undefined) this.#processor.close(connection, reason);
  }
}
