/**
 * What the server of a client refuses by itself, before a write goes on to whoever judges it. Only
 * in ensembles; each of the rules is an option.
 */
import { ErrorCode } from '../../../protocol/error-code.ts';
import type { Session } from '../../sessions/session-tracker.ts';
import { NO_NODE } from '../../tree/node-store.ts';
import type { ClientConnection } from '../client-connection.ts';
import type { WriteOperation } from '../operation.ts';
import type { ProcessorParts } from '../request-processor.ts';

export interface AskedWrite {
  readonly session: Session;
  readonly operation: WriteOperation;
  readonly request: unknown;
}

/** Ok for what may go on. */
export function earlyRefusal(
  parts: ProcessorParts,
  connection: ClientConnection,
  asked: AskedWrite,
): ErrorCode {
  const { enableEagerAclCheck, localSessionsUpgradingEnabled } = parts.options;
  if (enableEagerAclCheck) {
    const err = aclRefusal(parts, connection, asked);
    if (err !== ErrorCode.Ok) return err;
  }
  if (!needsUpgrade(asked) || localSessionsUpgradingEnabled) return ErrorCode.Ok;
  return ErrorCode.EphemeralOnLocalSession;
}

/**
 * By what is applied here. With earlier writes of the client under way nothing is said: they may
 * make the node or change its ACL.
 */
function aclRefusal(
  { database: { tree }, access, options }: ProcessorParts,
  { authIds, hasPendingWrites }: ClientConnection,
  { operation, request }: AskedWrite,
): ErrorCode {
  const demand = hasPendingWrites ? null : operation.aclDemand?.(request);
  if (options.skipAcl || !demand) return ErrorCode.Ok;
  const { path, permission, acl } = demand;
  if (acl !== undefined && access.fixup(acl, authIds) === ErrorCode.InvalidAcl) {
    return ErrorCode.InvalidAcl;
  }
  const node = tree.findPath(path);
  if (node === NO_NODE) return ErrorCode.Ok;
  const isAllowed = access.isAllowed(tree.aclOf(node), permission, authIds);
  return isAllowed ? ErrorCode.Ok : ErrorCode.NoAuth;
}

/** An ephemeral goes with its session, so all servers have to know of that. */
export function needsUpgrade({ session, operation, request }: AskedWrite): boolean {
  return session.isLocal && (operation.createsEphemeral?.(request) ?? false);
}
