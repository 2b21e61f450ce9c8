/**
 * Barrier: while it is set, everybody waits; when it is removed, all go on.
 *
 *   /barriers/a                            persistent: it is there while the barrier is set
 *
 * Guarantees: `wait` returns only when the node has been seen to be missing after the call. All who
 * wait go on together. The barrier stays set when its maker dies; with `isEphemeral` it goes with
 * the maker's session.
 * On connection loss: waiting goes on, and is checked again after the reconnect.
 * On expiry: waiting rejects with SessionExpired, unless the client renews its session.
 *
 * Compat: as Curator's DistributedBarrier and kazoo's Barrier.
 */
import { type Acl, isZooKeeperError, type WaitOptions, type ZooKeeper } from '../client/index.ts';
import { checkPath } from './arguments.ts';
import { waitForDeletion } from './sequence-nodes.ts';
import { RIDE_OUT, withDeadline } from './waiting.ts';

export interface BarrierOptions {
  /** The barrier goes with the session that set it. */
  readonly isEphemeral?: boolean | undefined;
  readonly acl?: readonly Acl[] | undefined;
}

export class Barrier {
  readonly path: string;
  readonly #zk: ZooKeeper;
  readonly #options: BarrierOptions;

  constructor(zk: ZooKeeper, path: string, options: BarrierOptions = {}) {
    this.path = checkPath(path);
    this.#zk = zk;
    this.#options = options;
  }

  /** Sets it. False if it was set already. */
  async set(options: WaitOptions = {}): Promise<boolean> {
    const { isEphemeral = false, acl } = this.#options;
    const mode = isEphemeral ? 'ephemeral' : 'persistent';
    const what = `the barrier ${this.path} to be set`;
    return withDeadline({ what, ...options }, async (signal) => {
      for (;;) {
        try {
          await this.#zk.create(this.path, '', {
            mode,
            createParents: true,
            signal,
            acl,
            retry: RIDE_OUT,
          });
          return true;
        } catch (error) {
          if (isZooKeeperError(error, 'NodeExists')) return false;
          // To set it twice does no harm; then it is not known who has set it.
          if (!isZooKeeperError(error, 'ConnectionLoss')) throw error;
          await this.#zk.sync(this.path, { signal, retry: RIDE_OUT });
        }
      }
    });
  }

  /** Removes it, and all go on. False if it was not set. */
  async remove(options: WaitOptions = {}): Promise<boolean> {
    const what = `the barrier ${this.path} to be removed`;
    return withDeadline({ what, ...options }, async (signal) => {
      try {
        await this.#zk.delete(this.path, { signal, retry: RIDE_OUT });
        return true;
      } catch (error) {
        if (isZooKeeperError(error, 'NoNode')) return false;
        throw error;
      }
    });
  }

  async isSet(options: WaitOptions = {}): Promise<boolean> {
    const what = `an answer about the barrier ${this.path}`;
    return withDeadline({ what, ...options }, async (signal) => {
      return (await this.#zk.exists(this.path, { signal, retry: RIDE_OUT })) !== null;
    });
  }

  /** Resolves when it is not set. */
  async wait(options: WaitOptions = {}): Promise<void> {
    const what = `the barrier ${this.path} to be removed`;
    await withDeadline({ what, ...options }, (signal) =>
      waitForDeletion(this.#zk, this.path, { signal }),
    );
  }
}
