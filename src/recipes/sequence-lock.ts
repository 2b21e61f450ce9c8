/**
 * SequenceLock: what the locks have in common that are queues of sequence nodes. Lock, ReadWriteLock
 * and RevocableLock differ in the names of their nodes and in which node stands in the way.
 */
import type { Acl, WaitOptions, ZooKeeper } from '../client/index.ts';
import { checkOneOf, checkPath, checkString } from './arguments.ts';
import { type ContendOptions, contend, tryContend } from './contend.ts';
import { type Contender, readContenders } from './contenders.ts';
import { ABORT_ON, type AbortOn, type HeldNode } from './held-node.ts';
import type { TurnOptions } from './sequence-nodes.ts';
import { runHolding, withDeadline } from './waiting.ts';

export type HeldLock = HeldNode;

export interface LockOptions {
  /** Written into the node of each contender, to be seen by `contenders()`. */
  readonly identifier?: string | undefined;
  readonly acl?: readonly Acl[] | undefined;
  /** When `signal` of what is held aborts; see HeldNode. 'sessionLost' when absent. */
  readonly abortOn?: AbortOn | undefined;
}

/** How the nodes of a kind of lock are named, and which one must go first. */
export interface LockLayout {
  readonly prefix: string;
  readonly prefixes: readonly string[];
  readonly blocker?: TurnOptions['blocker'] | undefined;
}

/** The options of a lock as those of its contention; wrong ones are refused here. */
export function contendOptionsOf({ identifier = '', acl, abortOn }: LockOptions): {
  readonly data: string;
  readonly acl?: readonly Acl[] | undefined;
  readonly abortOn?: AbortOn | undefined;
} {
  checkString('identifier', identifier);
  return {
    data: identifier,
    acl,
    abortOn: abortOn === undefined ? undefined : checkOneOf('abortOn', abortOn, ABORT_ON),
  };
}

export class SequenceLock {
  readonly path: string;
  protected readonly zk: ZooKeeper;
  readonly #contendOptions: ContendOptions;

  constructor(zk: ZooKeeper, path: string, options: LockOptions & { layout: LockLayout }) {
    const { layout, ...lockOptions } = options;
    this.zk = zk;
    this.path = checkPath(path);
    this.#contendOptions = {
      ...layout,
      ...contendOptionsOf(lockOptions),
      directory: this.path,
    };
  }

  /** Waits until it is held. Rejects when the wait ends otherwise; nothing is left behind then. */
  async acquire(options: WaitOptions = {}): Promise<HeldLock> {
    const what = `the lock ${this.path}`;
    return withDeadline({ what, ...options }, (signal) =>
      contend(this.zk, this.#contendOptions, signal),
    );
  }

  /** Holds it if it is free at this moment; null if not. */
  async tryAcquire(options: WaitOptions = {}): Promise<HeldLock | null> {
    const what = `an answer about the lock ${this.path}`;
    const held = await withDeadline({ what, ...options }, (signal) =>
      tryContend(this.zk, this.#contendOptions, signal),
    );
    return held ?? null;
  }

  /**
   * Runs `work` while it is held. `work` must stop when `held.signal` aborts; if that happens, the
   * outcome is a RecipeError Lost whatever `work` returns.
   */
  async run<T>(work: (held: HeldLock) => T | Promise<T>, options: WaitOptions = {}): Promise<T> {
    return runHolding(await this.acquire(options), work);
  }

  /** All who hold it or wait for it, in the order of the queue. */
  async contenders(options: WaitOptions = {}): Promise<Contender[]> {
    const { prefixes } = this.#contendOptions;
    return readContenders(this.zk, { directory: this.path, prefixes, ...options });
  }
}
