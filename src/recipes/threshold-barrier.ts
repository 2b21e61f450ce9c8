/**
 * ThresholdBarrier: opens for everybody once `threshold` participants are there at the same time, and
 * stays open until it is reset: "begin when five workers are up".
 *
 *   /barriers/a                            persistent
 *     open                                 persistent: made by the one that completes the number
 *     arrivals/                            container
 *       _c_<guid>-arrival-0000000000       ephemeral: one that is there; data: its identifier
 *
 * Guarantees: it opens only when `threshold` arrivals were there together; one whose session ends
 * before that counts no more. Once open it is open, whoever leaves. Whoever only waits need not
 * arrive. All who wait go on together, each watching the one node `open`.
 * On connection loss: waiting goes on after the reconnect; the arrival counts while the session
 * lives.
 * On expiry: the arrival is gone. `wait` rejects with SessionExpired, unless the client renews its
 * session; then it waits on, and `arrive` may be called again.
 */
import { type Acl, isZooKeeperError, type WaitOptions, type ZooKeeper } from '../client/index.ts';
import { checkInteger, checkPath } from './arguments.ts';
import { type Contender, readContenders } from './contenders.ts';
import { HeldNode } from './held-node.ts';
import { contendOptionsOf } from './sequence-lock.ts';
import { childrenOf, createSequenceNode } from './sequence-nodes.ts';
import { RIDE_OUT, waitUntil, withDeadline } from './waiting.ts';

const ARRIVAL = 'arrival-';
const THRESHOLD_MAX = 100_000;

export interface ThresholdBarrierOptions {
  readonly threshold: number;
  readonly identifier?: string | undefined;
  readonly acl?: readonly Acl[] | undefined;
}

export class ThresholdBarrier {
  readonly path: string;
  readonly threshold: number;
  readonly #zk: ZooKeeper;
  readonly #options: ReturnType<typeof contendOptionsOf>;
  #arrival: HeldNode | undefined;

  constructor(zk: ZooKeeper, path: string, { threshold, ...options }: ThresholdBarrierOptions) {
    this.path = checkPath(path);
    this.threshold = checkInteger('threshold', threshold, { min: 1, max: THRESHOLD_MAX });
    this.#zk = zk;
    this.#options = contendOptionsOf(options);
  }

  /**
   * Counts this participant, once for each object. Does not wait for the others. Release what it
   * returns to count no more. When it rejects, this call has left nothing that counts.
   */
  async arrive(options: WaitOptions = {}): Promise<HeldNode> {
    const what = `an arrival at the barrier ${this.path}`;
    return withDeadline({ what, ...options }, async (signal) => {
      const former = this.#arrival?.isHeld === true ? this.#arrival : undefined;
      const arrival = former ?? (await this.#make(signal));
      this.#arrival = arrival;
      try {
        const arrivals = await childrenOf(this.#zk, `${this.path}/arrivals`, signal);
        if (arrivals.length >= this.threshold) await this.open({ signal });
        return arrival;
      } catch (error) {
        if (former === undefined) arrival.release().catch(() => {});
        throw error;
      }
    });
  }

  /** Resolves when it is open. */
  async wait(options: WaitOptions = {}): Promise<void> {
    const path = `${this.path}/open`;
    const what = `the barrier ${this.path} to open`;
    await withDeadline({ what, ...options }, (signal) =>
      waitUntil<boolean>(
        this.#zk,
        {
          path,
          kind: 'data',
          read: async (read) => (await this.#zk.exists(path, read)) !== null,
          isMet: (isOpen) => isOpen,
        },
        signal,
      ),
    );
  }

  /** `arrive` and `wait`. */
  async arriveAndWait(options: WaitOptions = {}): Promise<HeldNode> {
    const what = `the barrier ${this.path} to open`;
    return withDeadline({ what, ...options }, async (signal) => {
      const arrival = await this.arrive({ signal });
      try {
        await this.wait({ signal });
        return arrival;
      } catch (error) {
        // Who waits no more is not there any more.
        arrival.release().catch(() => {});
        throw error;
      }
    });
  }

  async isOpen(options: WaitOptions = {}): Promise<boolean> {
    const what = `an answer about the barrier ${this.path}`;
    return withDeadline({ what, ...options }, async (signal) => {
      const path = `${this.path}/open`;
      return (await this.#zk.exists(path, { signal, retry: RIDE_OUT })) !== null;
    });
  }

  /** Those that have arrived and are still there. */
  async arrivals(options: WaitOptions = {}): Promise<Contender[]> {
    const directory = `${this.path}/arrivals`;
    return readContenders(this.#zk, { directory, prefixes: [ARRIVAL], ...options });
  }

  /** Opens it, however many are there. */
  async open(options: WaitOptions = {}): Promise<void> {
    const { acl } = this.#options;
    const what = `the barrier ${this.path} to open`;
    await withDeadline({ what, ...options }, async (signal) => {
      for (;;) {
        try {
          await this.#zk.create(`${this.path}/open`, '', {
            createParents: true,
            signal,
            acl,
            retry: RIDE_OUT,
          });
          return;
        } catch (error) {
          if (isZooKeeperError(error, 'NodeExists')) return;
          // To open it twice does no harm.
          if (!isZooKeeperError(error, 'ConnectionLoss')) throw error;
          await this.#zk.sync(this.path, { signal, retry: RIDE_OUT });
        }
      }
    });
  }

  /** Closes it. Those who are still there count; the next arrival may open it again. */
  async reset(options: WaitOptions = {}): Promise<void> {
    const what = `the barrier ${this.path} to close`;
    await withDeadline({ what, ...options }, (signal) =>
      this.#zk.delete(`${this.path}/open`, { quiet: true, signal, retry: RIDE_OUT }),
    );
  }

  async #make(signal: AbortSignal): Promise<HeldNode> {
    const { abortOn: _, ...options } = this.#options;
    const create = { ...options, directory: `${this.path}/arrivals`, prefix: ARRIVAL };
    return new HeldNode({ zk: this.#zk, node: await createSequenceNode(this.#zk, create, signal) });
  }
}
