/**
 * LeasedLock: an exclusive lock that is held for a time and not for a session. It outlives its
 * client's session, connection and process, and ends by itself when it is not renewed.
 *
 *   /leases/nightly                        container
 *     holder                               persistent; data: {"id","identifier","leaseMs"} as JSON,
 *                                          nothing once it was given back; its mtime is when it was
 *                                          taken or renewed. It stays, so that no version comes twice
 *     lock/                                a Lock: who stands in front and looks at `holder`
 *       _c_<guid>-lock-0000000002
 *
 * Guarantees: nobody else takes it before `leaseMs` and `clockToleranceMs` have passed since it was
 * taken or renewed, by the clock of the servers; the clocks of clients do not matter. The holder
 * counts on its own steady clock from the moment before it asked, so `held.signal` aborts before
 * that. `clockToleranceMs` is how far the clocks of the servers may be apart when the leader
 * changes. The fencing token is the zxid of the write that took the lock.
 * Whoever comes with the same `identifier` as the holder takes it over at once: a restarted process
 * gets back what it held, if it is given a name of its own.
 * On connection loss: it is held on; a renewal waits for the reconnect, the time does not.
 * On expiry of the session: it is held on as well. Waiting rejects, as with Lock.
 *
 * kazoo's NonBlockingLease is the same idea with the clocks of the clients, and another layout.
 */
import { randomUUID } from 'node:crypto';
import {
  type Acl,
  isZooKeeperError,
  type Stat,
  type WaitOptions,
  type ZooKeeper,
} from '../client/index.ts';
import { checkMs, checkPath, checkString } from './arguments.ts';
import { HeldLease } from './held-lease.ts';
import type { HeldNode } from './held-node.ts';
import { decodeHolder, encodeHolder, type LeaseHolder } from './lease-holder.ts';
import { Lock } from './lock.ts';
import { isRecipeError } from './recipe-error.ts';
import { compareAndSetData, NO_VERSION } from './versioned-data.ts';
import {
  abortable,
  RIDE_OUT,
  releaseOnTheWay,
  runHolding,
  waitUntil,
  withDeadline,
} from './waiting.ts';

const CLOCK_TOLERANCE_MS = 1000;

export interface LeasedLockOptions {
  readonly leaseMs: number;
  /** A name that no other process uses; chosen by chance when absent. */
  readonly identifier?: string | undefined;
  /** 1000 when absent. */
  readonly clockToleranceMs?: number | undefined;
  /** Renew it by itself, three times in `leaseMs`, until it is released. */
  readonly autoRenew?: boolean | undefined;
  readonly acl?: readonly Acl[] | undefined;
}

/** What the node holds. */
interface Current {
  /** Undefined when nobody has it, or there is no node. */
  readonly holder: LeaseHolder | undefined;
  readonly stat: Stat | undefined;
}

export class LeasedLock {
  readonly path: string;
  readonly identifier: string;
  readonly #zk: ZooKeeper;
  readonly #options: LeasedLockOptions;
  readonly #toleranceMs: number;
  readonly #lock: Lock;

  constructor(zk: ZooKeeper, path: string, options: LeasedLockOptions) {
    const { identifier = randomUUID(), clockToleranceMs = CLOCK_TOLERANCE_MS, acl } = options;
    this.path = checkPath(path);
    checkMs('leaseMs', options.leaseMs);
    checkString('identifier', identifier);
    if (clockToleranceMs !== 0) checkMs('clockToleranceMs', clockToleranceMs);
    this.#zk = zk;
    this.identifier = identifier;
    this.#options = options;
    this.#toleranceMs = clockToleranceMs;
    this.#lock = new Lock(zk, `${path}/lock`, {
      identifier,
      acl,
    });
  }

  /** Waits until it is given back or its time is over, and takes it. */
  async acquire(options: WaitOptions = {}): Promise<HeldLease> {
    const what = `the leased lock ${this.path}`;
    return withDeadline({ what, ...options }, async (signal) => {
      for (;;) {
        const front = await this.#lock.acquire({ signal });
        try {
          const held = await this.#takeWhenFree(front, signal);
          if (held !== null) return held;
        } finally {
          await releaseOnTheWay(front, signal);
        }
      }
    });
  }

  /** Takes it if it is free and nobody stands in front; null if not. */
  async tryAcquire(options: WaitOptions = {}): Promise<HeldLease | null> {
    const what = `an answer about the leased lock ${this.path}`;
    return withDeadline({ what, ...options }, async (signal) => {
      const front = await this.#lock.tryAcquire({ signal });
      if (front === null) return null;
      try {
        const current = await this.#read(signal);
        const remainingMs = await this.#remainingMs(current, front);
        return remainingMs === 0 ? await this.#take(current, signal) : null;
      } finally {
        await releaseOnTheWay(front, signal);
      }
    });
  }

  /** As with Lock. */
  async run<T>(work: (held: HeldLease) => T | Promise<T>, options: WaitOptions = {}): Promise<T> {
    return runHolding(await this.acquire(options), work);
  }

  /** Who took it last, and when by the clock of the server; its time may be over. */
  async holder(
    options: WaitOptions = {},
  ): Promise<{ identifier: string; takenAtMs: number; leaseMs: number } | null> {
    const what = `the holder of ${this.path}`;
    const current = await withDeadline({ what, ...options }, (signal) => this.#read(signal));
    if (current.holder === undefined || current.stat === undefined) return null;
    const { identifier, leaseMs } = current.holder;
    return { identifier, leaseMs, takenAtMs: current.stat.mtime };
  }

  /** Null when the place in front was lost meanwhile, or somebody took it without standing there. */
  async #takeWhenFree(front: HeldNode, signal: AbortSignal): Promise<HeldLease | null> {
    for (;;) {
      const current = await this.#read(signal);
      const timeoutMs = await this.#remainingMs(current, front);
      if (timeoutMs === undefined) return null;
      if (timeoutMs === 0) return this.#take(current, signal);
      await this.#waitForChange(current, { timeoutMs, signal });
    }
  }

  async #read(signal?: AbortSignal): Promise<Current> {
    const path = `${this.path}/holder`;
    try {
      const { data, stat } = await this.#zk.getData(path, { signal, retry: RIDE_OUT });
      return { holder: decodeHolder(path, data), stat };
    } catch (error) {
      if (isZooKeeperError(error, 'NoNode')) return { holder: undefined, stat: undefined };
      throw error;
    }
  }

  /**
   * By the clock of the servers: a write to the own node in front tells what time it is there.
   * Undefined when that node is gone.
   */
  async #remainingMs({ holder, stat }: Current, front: HeldNode): Promise<number | undefined> {
    if (holder === undefined || stat === undefined) return 0;
    if (holder.identifier === this.identifier) return 0;
    try {
      const { mtime } = await this.#zk.setData(front.path, this.identifier, { retry: RIDE_OUT });
      const endMs = stat.mtime + holder.leaseMs + this.#toleranceMs;
      return Math.max(0, endMs - mtime);
    } catch (error) {
      if (isZooKeeperError(error, 'NoNode')) return undefined;
      throw error;
    }
  }

  async #waitForChange({ stat: before }: Current, wait: WaitOptions): Promise<void> {
    const path = `${this.path}/holder`;
    const condition = {
      path,
      kind: 'data' as const,
      read: (options: Parameters<ZooKeeper['exists']>[1]) => this.#zk.exists(path, options),
      isMet: (stat: Stat | null) => stat?.mzxid !== before?.mzxid,
    };
    try {
      await withDeadline({ what: path, ...wait }, (signal) =>
        waitUntil(this.#zk, condition, signal),
      );
    } catch (error) {
      if (!isRecipeError(error, 'Timeout') || wait.signal?.aborted === true) throw error;
    }
  }

  /** Null when somebody else changed it meanwhile. One that is given up half way is given back. */
  #take(current: Current, signal: AbortSignal): Promise<HeldLease | null> {
    return abortable(this.#takeNow(current), signal, (late) => {
      late?.release().catch(() => {});
    });
  }

  async #takeNow({ stat }: Current): Promise<HeldLease | null> {
    const { leaseMs, acl, autoRenew = false } = this.#options;
    const holder = { id: randomUUID(), identifier: this.identifier, leaseMs };
    const path = `${this.path}/holder`;
    const askedAtMs = performance.now();
    const expected = { version: stat?.version ?? NO_VERSION };
    try {
      const change = { expected, data: encodeHolder(holder), acl };
      if ((await compareAndSetData(this.#zk, path, change)) === undefined) return null;
    } catch (error) {
      // With the reply lost, the id in the node tells whose it is.
      if (!isZooKeeperError(error, 'ConnectionLoss', 'RequestTimeout')) throw error;
    }
    const taken = await this.#read();
    if (taken.holder?.id !== holder.id || taken.stat === undefined) return null;
    return new HeldLease({ zk: this.#zk, path, holder, askedAtMs, autoRenew, stat: taken.stat });
  }
}
