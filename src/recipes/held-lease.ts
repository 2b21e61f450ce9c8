/**
 * HeldLease: what a LeasedLock gives to its holder. `signal` aborts when the time is over or
 * somebody else has taken the lock; leased-lock.ts has the layout and what is guaranteed.
 */
import {
  isZooKeeperError,
  retryNever,
  type Stat,
  type WaitOptions,
  type ZooKeeper,
} from '../client/index.ts';
import { decodeHolder, encodeHolder, type LeaseHolder } from './lease-holder.ts';
import { RecipeError } from './recipe-error.ts';
import { abortable, RIDE_OUT, withDeadline } from './waiting.ts';

export interface HeldLeaseOptions {
  readonly zk: ZooKeeper;
  /** Of the `holder` node. */
  readonly path: string;
  readonly holder: LeaseHolder;
  readonly stat: Stat;
  /** On the steady clock, before the lock was asked for: its time began later, not earlier. */
  readonly askedAtMs: number;
  readonly autoRenew: boolean;
}

const TAKEN = 'somebody else took it';
const RENEWALS_PER_LEASE = 3;
/** What `setTimeout` can take. */
const TIMER_MS_MAX = 2 ** 31 - 1;

export class HeldLease implements AsyncDisposable {
  readonly path: string;
  /** The zxid of the write that took it: who holds later has a greater one. */
  readonly fencingToken: bigint;
  readonly #zk: ZooKeeper;
  readonly #holder: LeaseHolder;
  readonly #lost = new AbortController();
  #version: number;
  #endsAtMs: number;
  #endTimer: NodeJS.Timeout | undefined;
  readonly #renewTimer: NodeJS.Timeout | undefined;
  #renewing: Promise<void> | undefined;
  #released: Promise<void> | undefined;

  constructor({ zk, path, holder, stat, askedAtMs, autoRenew }: HeldLeaseOptions) {
    this.#zk = zk;
    this.path = path;
    this.fencingToken = stat.mzxid;
    this.#holder = holder;
    this.#version = stat.version;
    this.#endsAtMs = askedAtMs + holder.leaseMs;
    this.#startEndTimer();
    if (autoRenew) {
      // One that fails is followed by others; the end of the time tells when it is too late.
      const renew = () => void this.renew().catch(() => {});
      const everyMs = Math.min(holder.leaseMs / RENEWALS_PER_LEASE, TIMER_MS_MAX);
      this.#renewTimer = setInterval(renew, everyMs).unref();
    }
  }

  get signal(): AbortSignal {
    return this.#lost.signal;
  }

  get isHeld(): boolean {
    return this.#released === undefined && !this.#lost.signal.aborted && this.remainingMs > 0;
  }

  /** How long it is still held, on this machine's steady clock. */
  get remainingMs(): number {
    return Math.max(0, this.#endsAtMs - performance.now());
  }

  /** Holds it for another `leaseMs` from now. Rejects with Lost if it is held no more. */
  async renew(options: WaitOptions = {}): Promise<void> {
    this.#throwIfLost();
    this.#renewing ??= this.#renew().finally(() => {
      this.#renewing = undefined;
    });
    const renewing = this.#renewing;
    const what = `the renewal of ${this.path}`;
    await withDeadline({ what, ...options }, (signal) => abortable(renewing, signal));
  }

  /** Gives it back before its time is over. Does nothing if somebody else has it by now. */
  async release(options: WaitOptions = {}): Promise<void> {
    this.#released ??= this.#remove();
    const released = this.#released;
    const what = `the release of ${this.path}`;
    await withDeadline({ what, ...options }, (signal) => abortable(released, signal));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.release();
  }

  async #renew(): Promise<void> {
    const askedAtMs = performance.now();
    const version = this.#version;
    try {
      const options = { version, retry: retryNever };
      const stat = await this.#zk.setData(this.path, encodeHolder(this.#holder), options);
      this.#version = stat.version;
    } catch (error) {
      if (isZooKeeperError(error, 'NoNode', 'BadVersion')) throw this.#lose(TAKEN);
      if (!isZooKeeperError(error, 'ConnectionLoss', 'RequestTimeout')) throw error;
      await this.#readVersion();
      if (this.#version === version) throw error;
    }
    this.#throwIfLost();
    this.#endsAtMs = askedAtMs + this.#holder.leaseMs;
    this.#startEndTimer();
  }

  /** After a lost reply: what stands there now. */
  async #readVersion(): Promise<boolean> {
    try {
      await this.#zk.sync(this.path, { retry: RIDE_OUT });
      const { data, stat } = await this.#zk.getData(this.path, { retry: RIDE_OUT });
      if (decodeHolder(this.path, data)?.id === this.#holder.id) {
        this.#version = stat.version;
        return true;
      }
    } catch (error) {
      if (!isZooKeeperError(error, 'NoNode')) throw error;
    }
    this.#lose(TAKEN);
    return false;
  }

  async #remove(): Promise<void> {
    this.#stop();
    await this.#renewing?.catch(() => {});
    // The node is everybody's: only the id tells whether what is in it is ours to take out.
    while (await this.#readVersion()) {
      try {
        await this.#zk.setData(this.path, '', { version: this.#version, retry: retryNever });
        return;
      } catch (error) {
        const isOpen = isZooKeeperError(error, 'BadVersion', 'ConnectionLoss', 'RequestTimeout');
        if (!isOpen && !isZooKeeperError(error, 'NoNode')) throw error;
      }
    }
  }

  #startEndTimer(): void {
    clearTimeout(this.#endTimer);
    const onEnd = () => {
      if (this.remainingMs === 0) this.#lose('its time is over');
      else this.#startEndTimer();
    };
    // A timer may fire a little early, and cannot be longer than some weeks.
    const ms = Math.min(Math.ceil(this.remainingMs), TIMER_MS_MAX);
    this.#endTimer = setTimeout(onEnd, ms).unref();
  }

  #stop(): void {
    clearTimeout(this.#endTimer);
    clearInterval(this.#renewTimer);
  }

  /** Returns the reason. */
  #lose(why: string): unknown {
    if (!this.#lost.signal.aborted && this.#released === undefined) {
      this.#stop();
      this.#lost.abort(new RecipeError('Lost', `${this.path} is held no more: ${why}.`));
    }
    return this.#lost.signal.reason;
  }

  #throwIfLost(): void {
    if (this.remainingMs === 0) this.#lose('its time is over');
    this.#lost.signal.throwIfAborted();
    if (this.#released === undefined) return;
    throw new RecipeError('InvalidState', `${this.path} has been released.`);
  }
}
