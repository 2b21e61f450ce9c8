/**
 * What the server of a client refuses by itself, before a write goes on to whoever judges it. Only
 * in ensembles; each of the rules is an option.
 */
import { ErrorCode } from '../../../protocol/error-code.ts';
import type { Session } from '../../sessions/session-tracker.ts';
import type { WriteOperation } from '../operation.ts';
import type { ProcessorParts } from '../request-processor.ts';

export interface AskedWrite {
  readonly session: Session;
  readonly operation: WriteOperation;
  readonly request: unknown;
}

/** Ok for what may go on. */
export function earlyRefusal({ options }: ProcessorParts, asked: AskedWrite): ErrorCode {
  if (!needsUpgrade(asked) || options.localSessionsUpgradingEnabled) return ErrorCode.Ok;
  return ErrorCode.EphemeralOnLocalSession;
}

/** An ephemeral goes with its session, so all servers have to know of that. */
export function needsUpgrade({ session, operation, request }: AskedWrite): boolean {
  return session.isLocal && (operation.createsEphemeral?.(request) ?? false);
}
