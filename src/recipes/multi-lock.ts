/**
 * MultiLock: several locks as one, all of them or none. It has no nodes of its own.
 *
 *   /locks/a/…  /locks/b/…                 the nodes of the locks it is made of
 *
 * Guarantees: the locks are taken in the order of their paths, whatever order they are given in, so
 * that two MultiLocks over the same locks cannot wait for each other (a deadlock). When one cannot
 * be had in time, those already held are released. They are released in the opposite order.
 * `held.signal` aborts when one of them is lost.
 * On connection loss and on expiry: as each of the locks.
 */
import type { WaitOptions } from '../client/index.ts';
import { fail } from './arguments.ts';
import type { HeldNode } from './held-node.ts';
import { runHolding, withDeadline } from './waiting.ts';

/** A Lock, one side of a ReadWriteLock, a Semaphore, another MultiLock. */
export interface Acquirable {
  readonly path: string;
  acquire(options?: WaitOptions): Promise<HeldNode>;
}

export class HeldLocks implements AsyncDisposable {
  /** In the order of their paths. */
  readonly locks: readonly HeldNode[];
  readonly signal: AbortSignal;
  #released: Promise<void> | undefined;

  constructor(locks: readonly HeldNode[]) {
    this.locks = locks;
    const lost = new AbortController();
    for (const { signal } of locks) {
      const onLost = () => lost.abort(signal.reason);
      if (signal.aborted) onLost();
      signal.addEventListener('abort', onLost, { once: true });
    }
    this.signal = lost.signal;
  }

  get isHeld(): boolean {
    return this.#released === undefined && this.locks.every(({ isHeld }) => isHeld);
  }

  /** Of each lock, in the order of their paths. */
  get fencingTokens(): readonly bigint[] {
    return this.locks.map(({ fencingToken }) => fencingToken);
  }

  async release(options: WaitOptions = {}): Promise<void> {
    this.#released ??= releaseAll(this.locks, options);
    await this.#released;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.release();
  }
}

async function releaseAll(locks: readonly HeldNode[], options: WaitOptions): Promise<void> {
  const failures: unknown[] = [];
  for (const lock of locks.toReversed()) {
    await lock.release(options).catch((error: unknown) => failures.push(error));
  }
  if (failures.length > 0) throw failures[0];
}

export class MultiLock {
  /** The paths of the locks, sorted. */
  readonly paths: readonly string[];
  readonly #locks: readonly Acquirable[];

  constructor(locks: readonly Acquirable[]) {
    if (!Array.isArray(locks) || locks.length === 0) fail('A MultiLock needs at least one lock.');
    this.#locks = [...locks].sort((a, b) => (a.path < b.path ? -1 : 1));
    this.paths = this.#locks.map(({ path }) => path);
    const twice = this.paths.find((path, at) => path === this.paths[at + 1]);
    if (twice !== undefined) fail(`The lock ${twice} is given twice; it would wait for itself.`);
  }

  async acquire(options: WaitOptions = {}): Promise<HeldLocks> {
    const what = `the locks ${this.paths.join(', ')}`;
    return withDeadline({ what, ...options }, async (signal) => {
      const held: HeldNode[] = [];
      try {
        for (const lock of this.#locks) held.push(await lock.acquire({ signal }));
        return new HeldLocks(held);
      } catch (error) {
        // Not awaited: without a connection it would outlast the time limit.
        releaseAll(held, {}).catch(() => {});
        throw error;
      }
    });
  }

  /** As with Lock. */
  async run<T>(work: (held: HeldLocks) => T | Promise<T>, options: WaitOptions = {}): Promise<T> {
    return runHolding(await this.acquire(options), work);
  }
}
