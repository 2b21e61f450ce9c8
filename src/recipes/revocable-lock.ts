/**
 * RevocableLock: a Lock whose holder can be asked to give it back. It is a request: the holder
 * finishes what it must and releases; nobody takes the lock away.
 *
 *   /locks/a                               container
 *     _c_<guid>-lock-0000000007            data: the identifier, or __REVOKE__ once asked
 *     _c_<guid>-lock-0000000008
 *
 * Guarantees: as with Lock. `held.revocation` aborts when somebody has asked, also when that was
 * before the lock was held. `run` gives its work both: `revocation` to end soon, `signal` to stop.
 * On connection loss: a request made meanwhile is seen after the reconnect.
 * On expiry: the request is gone with the node, as is the lock.
 *
 * Compat: Curator's Revoker and Revocable do the same by the same data in the same nodes.
 */
import { isZooKeeperError, type WaitOptions, type ZooKeeper } from '../client/index.ts';
import { checkPath } from './arguments.ts';
import { contend } from './contend.ts';
import { type Contender, readContenders } from './contenders.ts';
import type { HeldNode } from './held-node.ts';
import { contendOptionsOf, type LockOptions } from './sequence-lock.ts';
import { listSequenceNodes } from './sequence-nodes.ts';
import { RIDE_OUT, runHolding, withDeadline } from './waiting.ts';

const REVOKE = '__REVOKE__';
const LAYOUT = { prefix: 'lock-', prefixes: ['lock-', '__lock__'] } as const;

export class HeldRevocableLock implements AsyncDisposable {
  readonly #held: HeldNode;
  /** Aborts when the holder is asked to give the lock back. */
  readonly revocation: AbortSignal;

  constructor(held: HeldNode, revocation: AbortSignal) {
    this.#held = held;
    this.revocation = revocation;
  }

  get path(): string {
    return this.#held.path;
  }

  get fencingToken(): bigint {
    return this.#held.fencingToken;
  }

  get signal(): AbortSignal {
    return this.#held.signal;
  }

  get isHeld(): boolean {
    return this.#held.isHeld;
  }

  async release(options: WaitOptions = {}): Promise<void> {
    await this.#held.release(options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.release();
  }
}

export class RevocableLock {
  readonly path: string;
  readonly #zk: ZooKeeper;
  readonly #options: ReturnType<typeof contendOptionsOf>;

  constructor(zk: ZooKeeper, path: string, options: LockOptions = {}) {
    this.path = checkPath(path);
    this.#zk = zk;
    this.#options = contendOptionsOf(options);
  }

  async acquire(options: WaitOptions = {}): Promise<HeldRevocableLock> {
    const revocation = new AbortController();
    const contendOptions = {
      ...LAYOUT,
      ...this.#options,
      directory: this.path,
      onData(data: Uint8Array) {
        if (new TextDecoder().decode(data) === REVOKE) revocation.abort();
      },
    };
    const what = `the lock ${this.path}`;
    const held = await withDeadline({ what, ...options }, (signal) =>
      contend(this.#zk, contendOptions, signal),
    );
    return new HeldRevocableLock(held, revocation.signal);
  }

  async run<T>(
    work: (held: HeldRevocableLock) => T | Promise<T>,
    options: WaitOptions = {},
  ): Promise<T> {
    return runHolding(await this.acquire(options), work);
  }

  /** Asks the one who holds it now, if anybody does, to give it back. True if one was asked. */
  async revoke(options: WaitOptions = {}): Promise<boolean> {
    const what = `the request to give back ${this.path}`;
    return withDeadline({ what, ...options }, async (signal) => {
      for (;;) {
        const [holder] = await listSequenceNodes(this.#zk, this.path, { ...LAYOUT, signal });
        if (holder === undefined) return false;
        if (await this.#ask(holder.name, signal)) return true;
      }
    });
  }

  async contenders(options: WaitOptions = {}): Promise<Contender[]> {
    return readContenders(this.#zk, { ...LAYOUT, directory: this.path, ...options });
  }

  async #ask(name: string, signal: AbortSignal): Promise<boolean> {
    try {
      await this.#zk.setData(`${this.path}/${name}`, REVOKE, { signal, retry: RIDE_OUT });
      return true;
    } catch (error) {
      if (isZooKeeperError(error, 'NoNode')) return false;
      throw error;
    }
  }
}
