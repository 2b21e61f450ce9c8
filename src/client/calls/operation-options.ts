/** The options that operations share. */
import type { Acl } from '../acl.ts';
import type { WatchListener } from '../machine/watch-event.ts';
import type { RetryPolicy } from '../retry-policy.ts';

export interface WaitOptions {
  /** Rejects with the signal's reason when it is aborted, as `fetch` does. */
  readonly signal?: AbortSignal | undefined;
  /** In milliseconds; rejects with RequestTimeout. For all attempts together. */
  readonly timeoutMs?: number | undefined;
}

/**
 * A request that was sent when it is aborted or times out may have happened all the same; its reply
 * is taken and dropped.
 */
export interface OperationOptions extends WaitOptions {
  /**
   * How often and when to repeat what failed with ConnectionLoss, RequestTimeout, OperationTimeout or
   * ThrottledOp. A write whose outcome is unknown is repeated only where twice does no harm: setData,
   * setAcl and delete of any version, protected creations.
   */
  readonly retry?: RetryPolicy | undefined;
  /** Retries also a write whose outcome is unknown: it may then happen twice. */
  readonly retryUnknown?: boolean | undefined;
}

export interface ReadOptions extends OperationOptions {
  /**
   * Called once, with the next event for this path. It is set when the read succeeds, and for
   * `exists` also when there is no such node; survives reconnects.
   */
  readonly watch?: WatchListener | undefined;
}

export type CreateModeName =
  | 'persistent'
  | 'persistentSequential'
  | 'ephemeral'
  | 'ephemeralSequential'
  | 'container'
  | 'persistentWithTtl'
  | 'persistentSequentialWithTtl';

export interface CreateOptions extends OperationOptions {
  /** `persistent` by default. */
  readonly mode?: CreateModeName | undefined;
  /** OPEN_ACL_UNSAFE by default. */
  readonly acl?: readonly Acl[] | undefined;
  /** For the TTL modes: milliseconds without a change after which a childless node goes. */
  readonly ttlMs?: number | undefined;
  /** Makes the missing nodes above, as persistent or container nodes, with the same ACL. */
  readonly createParents?: boolean | 'container' | undefined;
  /**
   * Puts a unique id into the name, by which the node is found again when the connection is lost
   * before the answer: the creation may then be repeated safely (Curator's protection).
   */
  readonly protect?: boolean | undefined;
}

export interface SetDataOptions extends OperationOptions {
  /** The version that the data must have; -1 (default) for any. */
  readonly version?: number | undefined;
}

export interface DeleteOptions extends OperationOptions {
  /** The version that the data must have; -1 (default) for any. */
  readonly version?: number | undefined;
  /** With everything below it, which is not done at once but from the leaves up. */
  readonly recursive?: boolean | undefined;
  /** A node that is missing is fine. */
  readonly quiet?: boolean | undefined;
}

export interface SetAclOptions extends OperationOptions {
  /** The `aversion` that the node must have; -1 (default) for any. */
  readonly aclVersion?: number | undefined;
}

export interface EnsurePathOptions extends OperationOptions {
  /** Of the nodes that are made. OPEN_ACL_UNSAFE by default. */
  readonly acl?: readonly Acl[] | undefined;
}
