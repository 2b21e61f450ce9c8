/**
 * ReentrantLock: a Lock that its holder may ask for again. What is "the holder" in a program of
 * promises: the code that `run` called, and whatever that calls or awaits, but not what runs beside
 * it. (Node's AsyncLocalStorage carries it, as a thread carries it in Java.)
 *
 *   /locks/a                               as with Lock: one node, however often it is re-entered
 *     _c_<guid>-lock-0000000007
 *
 * Guarantees: as with Lock. The node is deleted when the outermost `run` ends. Branches that run
 * side by side inside of one `run` all hold it and do not exclude each other. What outlives its
 * `run` holds nothing any more; if it asks again, it waits like everybody.
 * On connection loss and on expiry: as with Lock. When it was lost, an inner `run` is refused with
 * the reason, as its outer one is about to end.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { WaitOptions, ZooKeeper } from '../client/index.ts';
import type { Contender } from './contenders.ts';
import { Lock } from './lock.ts';
import type { HeldLock, LockOptions } from './sequence-lock.ts';

export class ReentrantLock {
  readonly #lock: Lock;
  readonly #current = new AsyncLocalStorage<{ readonly held: HeldLock; isOver: boolean }>();

  constructor(zk: ZooKeeper, path: string, options: LockOptions = {}) {
    this.#lock = new Lock(zk, path, options);
  }

  get path(): string {
    return this.#lock.path;
  }

  /** Whether the code that asks runs inside of `run`. */
  get isHeldHere(): boolean {
    const current = this.#current.getStore();
    return current !== undefined && !current.isOver && current.held.isHeld;
  }

  /** Runs `work` while the lock is held: at once if the caller runs inside of `run` already. */
  async run<T>(work: (held: HeldLock) => T | Promise<T>, options: WaitOptions = {}): Promise<T> {
    const current = this.#current.getStore();
    if (current === undefined || current.isOver) return this.#runOutermost(work, options);
    current.held.throwIfLost();
    return work(current.held);
  }

  async contenders(options: WaitOptions = {}): Promise<Contender[]> {
    return this.#lock.contenders(options);
  }

  #runOutermost<T>(work: (held: HeldLock) => T | Promise<T>, options: WaitOptions): Promise<T> {
    return this.#lock.run(async (held) => {
      const entry = { held, isOver: false };
      try {
        return await this.#current.run(entry, () => work(held));
      } finally {
        entry.isOver = true;
      }
    }, options);
  }
}
