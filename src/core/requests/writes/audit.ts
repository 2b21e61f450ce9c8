/**
 * Audit: who is told what was done (ZooKeeper's AuditHelper): of every write of a client of this
 * server when it is applied, refused ones too, and of every ephemeral that goes with its session.
 */
import type { SessionId } from '../../../base/session-id.ts';
import type { AccessRules } from '../auth-provider.ts';
import type { ClientConnection } from '../client-connection.ts';
import type { WriteOperation } from '../operation.ts';
import type { TxnResult } from '../server-database.ts';

export interface AuditedWrite {
  readonly sessionId: SessionId;
  /** It may be closing: that nobody waits for the answer does not undo the write. */
  readonly connection: ClientConnection;
  readonly access: AccessRules;
  readonly operation: WriteOperation;
  readonly request: unknown;
}

export interface Audit {
  onWrite(write: AuditedWrite, result: TxnResult): void;
  onEphemeralDeleted(sessionId: SessionId, path: string, isDeleted: boolean): void;
}
