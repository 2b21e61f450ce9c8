/**
 * WritePath: what becomes of a write, which is the one thing that differs between the roles of a
 * server. A standalone server and a leader judge it; a learner asks its leader.
 */

import type { SessionId } from '../../base/session-id.ts';
import type { Session } from '../sessions/session-tracker.ts';
import type { ClientConnection } from './client-connection.ts';
import type { ReadOperation, WriteOperation } from './operation.ts';

export interface WritePath {
  /** Writes that are under way. */
  readonly outstanding: number;
  /** A client's write; its body comes next in the processor's reader. */
  accept(connection: ClientConnection, operation: WriteOperation, xid: number): void;
  /** A client's sync, as it stands in the processor's reader. */
  sync(connection: ClientConnection, operation: ReadOperation, xid: number): void;
  /** A client's new session is to be created; the connection has it already. */
  createSession(connection: ClientConnection, session: Session): void;
  /** The connection wants the session and has its password: the connector is told what to answer. */
  takeUpSession(connection: ClientConnection, sessionId: SessionId, timeoutMs: number): void;
}
