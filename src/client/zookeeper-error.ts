/**
 * ZooKeeperError: the one error class of the client (ZooKeeper's KeeperException). What went wrong
 * is `code`, ZooKeeper's own name; what became of the operation is `outcome`, which the name alone
 * does not say.
 */
import { type ErrorCodeName, errorCodes } from '../protocol/error-code.ts';
import type { Failure, OperationName, Outcome } from './machine/operation.ts';

/** What became of one operation of a failed multi. */
export interface MultiFailure {
  /** `Ok` for those before the one that failed, `RuntimeInconsistency` for those behind it. */
  readonly code: ErrorCodeName;
  readonly errorCode: number;
  readonly operation: OperationName;
  readonly path: string | undefined;
}

export interface ZooKeeperErrorFacts {
  readonly code: ErrorCodeName;
  readonly operation: OperationName;
  readonly path?: string | undefined;
  readonly outcome: Outcome;
  readonly reason?: string | undefined;
  readonly errorCode?: number | undefined;
  readonly results?: readonly MultiFailure[] | undefined;
  readonly cause?: unknown;
}

export class ZooKeeperError extends Error {
  override readonly name = 'ZooKeeperError';
  /** ZooKeeper's name of the error: `NoNode`, `ConnectionLoss` … */
  readonly code: ErrorCodeName;
  /** Its number on the wire: -101, -4 … */
  readonly errorCode: number;
  readonly operation: OperationName;
  /** As the caller gave it, without the chroot. */
  readonly path: string | undefined;
  /**
   * `notSent`: it surely did not happen. `unknown`: it was sent and no answer came, so that a write
   * may have happened. `failed`: the server said so, and it did not happen.
   */
  readonly outcome: Outcome;
  /** What went wrong, for people: the message without code, operation and path. */
  readonly reason: string;
  /** Of a failed multi, one for each of its operations. */
  readonly results: readonly MultiFailure[] | undefined;

  constructor(facts: ZooKeeperErrorFacts) {
    const { code, operation, path, outcome, reason, results, cause } = facts;
    const subject = path === undefined ? operation : `${operation} ${JSON.stringify(path)}`;
    const what = reason ?? errorCodes[code].meaning;
    super(`${code}: ${subject}: ${what}`, cause === undefined ? undefined : { cause });
    this.code = code;
    this.errorCode = facts.errorCode ?? errorCodes[code].code;
    this.operation = operation;
    this.path = path;
    this.outcome = outcome;
    this.reason = what;
    this.results = results;
  }
}

/** True for a ZooKeeperError with one of these codes, or with any when none is named. */
export function isZooKeeperError(
  error: unknown,
  ...codes: readonly ErrorCodeName[]
): error is ZooKeeperError {
  if (!(error instanceof ZooKeeperError)) return false;
  return codes.length === 0 || codes.includes(error.code);
}

/** The caller's mistake, found before anything was sent. The reason names the value. */
export function badArguments(
  operation: OperationName,
  reason: string,
  path?: string,
): ZooKeeperError {
  return new ZooKeeperError({ code: 'BadArguments', operation, path, outcome: 'notSent', reason });
}

export function errorOf(
  failure: Failure,
  { operation, path }: { readonly operation: OperationName; readonly path: string | undefined },
): ZooKeeperError {
  return new ZooKeeperError({ ...failure, operation, path });
}
