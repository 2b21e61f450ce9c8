/**
 * Lock: an exclusive lock. One client at a time holds it, in the order in which they asked.
 *
 *   /locks/a                               container: goes when nobody is left
 *     _c_<guid>-lock-0000000007            ephemeral sequential: lowest number, holds the lock
 *     _c_<guid>-lock-0000000008            waits for the deletion of 7 only (no herd)
 *     data: the identifier, for people
 *
 * Guarantees: at most one session's node is the lowest, so at most one client holds the lock as the
 * servers see it. A client that was paused may not know yet that it has lost it: `held.signal` tells
 * it, and `held.fencingToken` (the czxid of the node; it only grows) lets others refuse it.
 * On connection loss: waiting and releasing go on after the reconnect; what is held stays held if
 * the session lives, see HeldNode for when `held.signal` aborts.
 * On expiry: what is held is lost and the next one holds. Who waits gets SessionExpired, or queues
 * up again at the end when the client renews its session (`onExpired: 'renew'`).
 *
 * Compat: nodes are named and ordered as by Curator's InterProcessMutex, both may share a path.
 * kazoo's Lock (`__lock__`) is respected; for it to respect ours, it takes
 * `extra_lock_patterns=['lock-']`.
 * Not re-entrant: who holds it and asks again waits for itself; see ReentrantLock.
 */
import type { ZooKeeper } from '../client/index.ts';
import { type LockOptions, SequenceLock } from './sequence-lock.ts';

const LAYOUT = { prefix: 'lock-', prefixes: ['lock-', '__lock__'] } as const;

export class Lock extends SequenceLock {
  constructor(zk: ZooKeeper, path: string, options: LockOptions = {}) {
    super(zk, path, { ...options, layout: LAYOUT });
  }
}
