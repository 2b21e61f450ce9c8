/**
 * LockingQueue: a queue whose items survive a consumer that crashes. An item is claimed first, worked
 * on, and deleted by `consume`; if the claim ends otherwise, others get the item.
 *
 *   /queues/a                              persistent
 *     entries/
 *       _c_<guid>-entry-100-0000000000     persistent sequential: an item and its priority
 *     taken/
 *       _c_<guid>-entry-100-0000000000     ephemeral: the claim on it; data: the claim's own id
 *
 * Guarantees: an item that was put is handed out until somebody has consumed it: at least once. One
 * consumer at a time has the claim, as the servers see it; `claim.signal` tells it when the claim is
 * lost, `claim.fencingToken` lets others refuse it. `consume` deletes item and claim together or
 * rejects. The most urgent item comes first, among equals the oldest; one that was given back comes
 * in its old place.
 * On connection loss: waiting goes on after the reconnect, a claim is kept while the session lives.
 * If the reply to `consume` is lost, it looks what became of the item.
 * On expiry: the claims of the session are free. Waiting rejects with SessionExpired, unless the
 * client renews its session.
 *
 * Compat: with `names: 'plain'` it is kazoo's LockingQueue. Items of both kinds are taken.
 */
import { randomUUID } from 'node:crypto';
import {
  type Data,
  isZooKeeperError,
  type Stat,
  type WaitOptions,
  type ZooKeeper,
} from '../client/index.ts';
import { checkInteger, checkOneOf, checkPath, fail, shown } from './arguments.ts';
import { HeldNode } from './held-node.ts';
import { PRIORITY, priorityPrefix, sortPriorityNames } from './priority-names.ts';
import type { PriorityPutOptions } from './priority-queue.ts';
import { QueueClaim } from './queue-claim.ts';
import { abandonNode, childrenOf, deleteIfOwn, ownNodeOf } from './sequence-nodes.ts';
import type { QueueOptions } from './sequence-queue.ts';
import { abortable, RIDE_OUT, type WatchedRead, waitUntil, withDeadline } from './waiting.ts';

interface Listing {
  readonly entries: readonly string[];
  readonly taken: readonly string[];
}

export class LockingQueue {
  readonly path: string;
  readonly #zk: ZooKeeper;
  readonly #options: QueueOptions;
  readonly #entriesPath: string;
  readonly #takenPath: string;
  #isMade = false;

  constructor(zk: ZooKeeper, path: string, options: QueueOptions = {}) {
    this.path = checkPath(path);
    checkOneOf('names', options.names ?? 'protected', ['protected', 'plain'] as const);
    this.#zk = zk;
    this.#options = options;
    this.#entriesPath = `${path}/entries`;
    this.#takenPath = `${path}/taken`;
  }

  async put(data: Data, options: PriorityPutOptions = {}): Promise<string> {
    const { priority = PRIORITY.usual, ...wait } = options;
    checkInteger('priority', priority, PRIORITY);
    if (typeof data !== 'string' && !(data instanceof Uint8Array)) {
      fail(`data is ${shown(data)}, neither bytes nor a string.`);
    }
    const { names, acl } = this.#options;
    const what = `an item to be put into the queue ${this.path}`;
    return withDeadline({ what, ...wait }, async (signal) => {
      const put = this.#zk.create(`${this.#entriesPath}/${priorityPrefix(priority)}`, data, {
        mode: 'persistentSequential',
        protect: names !== 'plain',
        createParents: true,
        acl,
        retry: RIDE_OUT,
      });
      const path = await abortable(put, signal);
      return path.slice(this.#entriesPath.length + 1);
    });
  }

  /** Claims the first item that nobody has; waits for one if there is none. */
  async take(options: WaitOptions = {}): Promise<QueueClaim> {
    const what = `an item of the queue ${this.path}`;
    return withDeadline({ what, ...options }, async (signal) => {
      await this.#make(signal);
      for (;;) {
        const listing = await this.#list(signal);
        const claim = await this.#claimFirst(listing, signal);
        if (claim !== null) return claim;
        await this.#waitForChange(listing, signal);
      }
    });
  }

  /** Claims the first item that nobody has; null if there is none. */
  async poll(options: WaitOptions = {}): Promise<QueueClaim | null> {
    const what = `an item of the queue ${this.path}`;
    return withDeadline({ what, ...options }, async (signal) => {
      await this.#make(signal);
      return this.#claimFirst(await this.#list(signal), signal);
    });
  }

  /** How many items there are, claimed or not. */
  async size(options: WaitOptions = {}): Promise<number> {
    const what = `the queue ${this.path}`;
    return withDeadline({ what, ...options }, async (signal) => {
      return sortPriorityNames(await childrenOf(this.#zk, this.#entriesPath, signal)).length;
    });
  }

  async #make(signal: AbortSignal): Promise<void> {
    if (this.#isMade) return;
    const options = { acl: this.#options.acl, signal, retry: RIDE_OUT };
    await this.#zk.ensurePath(this.#entriesPath, options);
    await this.#zk.ensurePath(this.#takenPath, options);
    this.#isMade = true;
  }

  async #list(signal: AbortSignal): Promise<Listing> {
    const [entries, taken] = await Promise.all([
      childrenOf(this.#zk, this.#entriesPath, signal),
      childrenOf(this.#zk, this.#takenPath, signal),
    ]);
    return { entries, taken };
  }

  async #claimFirst({ entries, taken }: Listing, signal: AbortSignal): Promise<QueueClaim | null> {
    const others = new Set(taken);
    for (const { name } of sortPriorityNames(entries)) {
      if (others.has(name)) continue;
      const claimed = this.#claim(name);
      const claim = await abortable(claimed, signal, (late) => {
        late?.release().catch(() => {});
      });
      if (claim !== null) return claim;
    }
    return null;
  }

  /** Null if somebody else has it, or it is gone. */
  async #claim(name: string): Promise<QueueClaim | null> {
    const path = `${this.#takenPath}/${name}`;
    const stat = await this.#takeNode(path);
    if (stat === null) return null;
    try {
      const options = { retry: RIDE_OUT };
      const entry = await this.#zk.getData(`${this.#entriesPath}/${name}`, options);
      const node = ownNodeOf(path, stat);
      // Another claim on the same item has the same name.
      const remove = () => deleteIfOwn(this.#zk, node);
      return new QueueClaim({
        zk: this.#zk,
        held: new HeldNode({ zk: this.#zk, node, remove }),
        entryPath: `${this.#entriesPath}/${name}`,
        data: entry.data,
      });
    } catch (error) {
      abandonNode(this.#zk, path);
      // It was consumed between the listing and the claim.
      if (isZooKeeperError(error, 'NoNode')) return null;
      throw error;
    }
  }

  /** The stat of the own claim; its id tells it from that of others, even of the same session. */
  async #takeNode(path: string): Promise<Stat | null> {
    const id = randomUUID();
    for (;;) {
      try {
        const { acl } = this.#options;
        await this.#zk.create(path, id, { mode: 'ephemeral', acl, retry: RIDE_OUT });
      } catch (error) {
        if (isZooKeeperError(error, 'NoNode')) return null;
        if (!isZooKeeperError(error, 'NodeExists', 'ConnectionLoss', 'RequestTimeout')) throw error;
      }
      try {
        const { data, stat } = await this.#zk.getData(path, { retry: RIDE_OUT });
        return new TextDecoder().decode(data) === id ? stat : null;
      } catch (error) {
        // Not there: the create was lost, or the claim of another has just ended.
        if (!isZooKeeperError(error, 'NoNode')) throw error;
      }
    }
  }

  /** An item comes, or a claim goes. */
  async #waitForChange({ entries, taken }: Listing, signal: AbortSignal): Promise<void> {
    const either = new AbortController();
    const onAbort = () => either.abort(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    const known = new Set(entries);
    const claims = new Set(taken);
    const waits = [
      this.#waitForChildren(this.#entriesPath, {
        isMet: (names) => names.some((name) => !known.has(name)),
        signal: either.signal,
      }),
      this.#waitForChildren(this.#takenPath, {
        isMet: (names) => {
          const present = new Set(names);
          return [...claims].some((name) => !present.has(name));
        },
        signal: either.signal,
      }),
    ];
    try {
      await Promise.race(waits);
    } finally {
      signal.removeEventListener('abort', onAbort);
      either.abort();
      await Promise.allSettled(waits);
    }
  }

  async #waitForChildren(
    path: string,
    { isMet, signal }: { isMet(names: readonly string[]): boolean; readonly signal: AbortSignal },
  ): Promise<void> {
    const read = (options: WatchedRead) => this.#zk.getChildren(path, options);
    await waitUntil<string[]>(this.#zk, { path, kind: 'children', read, isMet }, signal);
  }
}
