/**
 * Semaphore: at most `leasesMax` leases at a time, given out in the order in which they were asked
 * for.
 *
 *   /semaphores/a                          container; data: leasesMax, as text
 *     locks/                               a Lock: who stands in front of the queue
 *       _c_<guid>-lock-0000000012
 *     leases/
 *       _c_<guid>-lease-0000000004         ephemeral sequential: one for each lease
 *       data: the identifier, for people
 *
 * Guarantees: there are never more lease nodes than `leasesMax`. Only the first in the queue watches
 * the leases, so that a returned lease wakes one client. `acquireMany` gives all or none. Whoever
 * comes with another `leasesMax` than the first gets a Conflict.
 * On connection loss: waiting and returning go on after the reconnect; see HeldNode for when
 * `lease.signal` aborts.
 * On expiry: the leases of the session are given to others. Who waits gets SessionExpired, or queues
 * up again when the client renews its session.
 *
 * Compat: the layout is that of Curator's InterProcessSemaphoreV2, which keeps no data in the node.
 */
import { isZooKeeperError, type WaitOptions, type ZooKeeper } from '../client/index.ts';
import { checkInteger, checkPath } from './arguments.ts';
import { type Contender, readContenders } from './contenders.ts';
import { HeldNode } from './held-node.ts';
import { Lock } from './lock.ts';
import { RecipeError } from './recipe-error.ts';
import { contendOptionsOf, type LockOptions } from './sequence-lock.ts';
import { abandonNode, childrenOf, createSequenceNode, type OwnNode } from './sequence-nodes.ts';
import { RIDE_OUT, releaseOnTheWay, runHolding, waitUntil, withDeadline } from './waiting.ts';

const LEASE = 'lease-';
const LEASES_MAX = 1_000_000;

/** One lease; `release` returns it. */
export type Lease = HeldNode;

export interface SemaphoreOptions extends LockOptions {
  readonly leasesMax: number;
}

interface LeaseQuery {
  readonly count: number;
  readonly signal: AbortSignal;
}

export class Semaphore {
  readonly path: string;
  readonly leasesMax: number;
  readonly #zk: ZooKeeper;
  readonly #options: ReturnType<typeof contendOptionsOf>;
  readonly #lock: Lock;

  constructor(zk: ZooKeeper, path: string, { leasesMax, ...options }: SemaphoreOptions) {
    this.path = checkPath(path);
    this.leasesMax = checkInteger('leasesMax', leasesMax, { min: 1, max: LEASES_MAX });
    this.#zk = zk;
    this.#options = contendOptionsOf(options);
    // Whoever waits in front need not stop because a connection was lost for a moment.
    this.#lock = new Lock(zk, `${path}/locks`, { ...options, abortOn: 'sessionLost' });
  }

  /** Waits for one lease. */
  async acquire(options: WaitOptions = {}): Promise<Lease> {
    const [lease] = await this.acquireMany(1, options);
    return lease as Lease;
  }

  /** Waits until `count` leases are free, and takes them together. */
  async acquireMany(count: number, options: WaitOptions = {}): Promise<Lease[]> {
    checkInteger('count', count, { min: 1, max: this.leasesMax });
    const what = `${count} leases of the semaphore ${this.path}`;
    return withDeadline({ what, ...options }, async (signal) => {
      for (;;) {
        const front = await this.#lock.acquire({ signal });
        try {
          const leases = await this.#takeWhenFree(front, { count, signal });
          if (leases !== undefined) return leases;
        } finally {
          await releaseOnTheWay(front, signal);
        }
      }
    });
  }

  /** One lease if one is free and nobody stands in front; null if not. */
  async tryAcquire(options: WaitOptions = {}): Promise<Lease | null> {
    const what = `an answer about the semaphore ${this.path}`;
    return withDeadline({ what, ...options }, async (signal) => {
      const front = await this.#lock.tryAcquire({ signal });
      if (front === null) return null;
      try {
        await this.#agree(signal);
        if ((await this.#leases(signal)).length >= this.leasesMax) return null;
        const leases = await this.#take(front, { count: 1, signal });
        return leases?.[0] ?? null;
      } finally {
        await releaseOnTheWay(front, signal);
      }
    });
  }

  /** Runs `work` while a lease is held; as with Lock. */
  async run<T>(work: (lease: Lease) => T | Promise<T>, options: WaitOptions = {}): Promise<T> {
    return runHolding(await this.acquire(options), work);
  }

  /** Who holds the leases, the oldest first. */
  async holders(options: WaitOptions = {}): Promise<Contender[]> {
    const directory = `${this.path}/leases`;
    return readContenders(this.#zk, { directory, prefixes: [LEASE], ...options });
  }

  #leases(signal: AbortSignal): Promise<string[]> {
    return childrenOf(this.#zk, `${this.path}/leases`, signal);
  }

  /** Undefined when the place in front was lost meanwhile. */
  async #takeWhenFree(
    front: HeldNode,
    { count, signal }: LeaseQuery,
  ): Promise<Lease[] | undefined> {
    await this.#agree(signal);
    const path = `${this.path}/leases`;
    const othersMax = this.leasesMax - count;
    if ((await this.#leases(signal)).length > othersMax) {
      await waitUntil<readonly string[]>(
        this.#zk,
        {
          path,
          kind: 'children',
          // With the last lease the server may remove the container.
          read: (options) => this.#zk.getChildren(path, options).catch(noneWithoutNode),
          isMet: (leases) => leases.length <= othersMax || !front.isHeld,
        },
        signal,
      );
    }
    return this.#take(front, { count, signal });
  }

  async #take(front: HeldNode, { count, signal }: LeaseQuery): Promise<Lease[] | undefined> {
    const { abortOn, ...options } = this.#options;
    const leaseOptions = { ...options, directory: `${this.path}/leases`, prefix: LEASE };
    const nodes: OwnNode[] = [];
    try {
      while (nodes.length < count && front.isHeld) {
        nodes.push(await createSequenceNode(this.#zk, leaseOptions, signal));
      }
    } catch (error) {
      for (const { path } of nodes) abandonNode(this.#zk, path);
      throw error;
    }
    if (front.isHeld) {
      return nodes.map((node) => new HeldNode({ zk: this.#zk, node, abortOn }));
    }
    for (const { path } of nodes) abandonNode(this.#zk, path);
    return undefined;
  }

  /** The first one writes down how many leases there are. Only who is in front calls this. */
  async #agree(signal: AbortSignal): Promise<void> {
    const options = { signal, retry: RIDE_OUT };
    const { data } = await this.#zk.getData(this.path, options);
    const known = new TextDecoder().decode(data);
    const wanted = String(this.leasesMax);
    if (known === '') await this.#zk.setData(this.path, wanted, options);
    else if (known !== wanted) {
      const message = `${this.path} has ${known} leases, not ${wanted}: all must say the same.`;
      throw new RecipeError('Conflict', message);
    }
  }
}

function noneWithoutNode(error: unknown): string[] {
  if (isZooKeeperError(error, 'NoNode')) return [];
  throw error;
}
