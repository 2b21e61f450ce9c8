/**
 * SequenceQueue: what Queue, PriorityQueue and DelayedQueue have in common. An item is a persistent
 * sequential node; whoever manages to delete it has it. The kinds differ in the names of the nodes,
 * in their order, and in when an item is due.
 *
 * Guarantees: an item is taken at most once. It is deleted before it is worked on, so that it is lost
 * when its taker dies meanwhile; LockingQueue is for items that must not be lost.
 * On connection loss: waiting goes on after the reconnect. An item is put once, even when the reply
 * got lost, as its name carries a GUID (`names: 'protected'`). When the reply to a deletion got lost,
 * `take` rejects with ConnectionLoss: the item is then gone, or still there.
 * On expiry: items stay. Waiting rejects with SessionExpired, unless the client renews its session.
 */
import {
  type Acl,
  type Data,
  isZooKeeperError,
  retryNever,
  type WaitOptions,
  type ZooKeeper,
} from '../client/index.ts';
import { checkOneOf, checkPath, fail, shown } from './arguments.ts';
import { isRecipeError } from './recipe-error.ts';
import { childrenOf } from './sequence-nodes.ts';
import { abortable, RIDE_OUT, type WatchedRead, waitUntil, withDeadline } from './waiting.ts';

export type QueueNames = 'protected' | 'plain';

export interface QueueOptions {
  /**
   * 'protected' (when absent) puts a GUID in front of the names, so that no item is put twice. With
   * 'plain', clients that sort whole names see the right order, but a put whose reply was lost
   * rejects with ConnectionLoss and may have happened.
   */
  readonly names?: QueueNames | undefined;
  readonly acl?: readonly Acl[] | undefined;
}

export interface SequenceQueueOptions extends QueueOptions {
  /** Nothing is ever put in front of what is there: a listing serves many takes. */
  readonly isOrderKept: boolean;
}

export interface QueueItem {
  readonly name: string;
  readonly data: Uint8Array;
  /** When it was put, by the clock of the server, in milliseconds since 1970. */
  readonly putAtMs: number;
}

/** An item as its name tells it. */
export interface QueueEntry {
  readonly name: string;
  /** Milliseconds since 1970, by this machine's clock; 0 if it is due at once. */
  readonly dueAtMs: number;
}

interface Wait {
  /** What is known to be there and cannot be had. */
  readonly known: ReadonlySet<string>;
  /** Until the next one is due; undefined if none will be. */
  readonly timeoutMs: number | undefined;
  readonly signal: AbortSignal;
}

export abstract class SequenceQueue {
  readonly path: string;
  protected readonly zk: ZooKeeper;
  readonly #options: QueueOptions;
  readonly #isOrderKept: boolean;
  /** Of the last listing, if the order is kept: those that this object has not tried yet. */
  #listed: QueueEntry[] = [];

  protected constructor(zk: ZooKeeper, path: string, options: SequenceQueueOptions) {
    const { names = 'protected' } = options;
    this.path = checkPath(path);
    checkOneOf('names', names, ['protected', 'plain'] as const);
    this.zk = zk;
    this.#options = options;
    this.#isOrderKept = options.isOrderKept;
  }

  /** Those of the children that are items, the one to be taken first in front. */
  protected abstract sort(children: readonly string[]): QueueEntry[];

  /** Takes the first item; waits for one if there is none. */
  async take(options: WaitOptions = {}): Promise<QueueItem> {
    const what = `an item of the queue ${this.path}`;
    return withDeadline({ what, ...options }, async (signal) => {
      for (;;) {
        const known = await this.#takeListed(signal);
        if (known !== null) return known;
        const children = await childrenOf(this.zk, this.path, signal);
        const entries = this.sort(children);
        const item = await this.#takeFirst(entries, signal);
        if (item !== null) return item;
        await this.#waitForChange(this.#waitAfter(children, entries, signal));
      }
    });
  }

  /** Takes the first item; null if there is none, or none is due. */
  async poll(options: WaitOptions = {}): Promise<QueueItem | null> {
    const what = `an item of the queue ${this.path}`;
    return withDeadline({ what, ...options }, async (signal) => {
      const known = await this.#takeListed(signal);
      if (known !== null) return known;
      const entries = this.sort(await childrenOf(this.zk, this.path, signal));
      return this.#takeFirst(entries, signal);
    });
  }

  /** The item that would be taken, which stays; null if there is none. */
  async peek(options: WaitOptions = {}): Promise<QueueItem | null> {
    const what = `an item of the queue ${this.path}`;
    return withDeadline({ what, ...options }, async (signal) => {
      for (const { name } of this.sort(await childrenOf(this.zk, this.path, signal))) {
        const item = await this.#read(name, signal);
        if (item !== null) return item;
      }
      return null;
    });
  }

  /** How many items there are, due or not. */
  async size(options: WaitOptions = {}): Promise<number> {
    const what = `the queue ${this.path}`;
    return withDeadline({ what, ...options }, async (signal) => {
      return this.sort(await childrenOf(this.zk, this.path, signal)).length;
    });
  }

  /** Items as they come, until the signal aborts, which ends it without an error. */
  async *items({ signal }: { signal?: AbortSignal } = {}): AsyncGenerator<QueueItem> {
    const ended = signal ?? new AbortController().signal;
    while (!ended.aborted) {
      let item: QueueItem;
      try {
        item = await this.take({ signal: ended });
      } catch (error) {
        if (ended.aborted) return;
        throw error;
      }
      yield item;
    }
  }

  /** Puts an item under a name that begins with this; resolves with its whole name. */
  protected async putNamed(prefix: string, data: Data, options: WaitOptions): Promise<string> {
    if (typeof data !== 'string' && !(data instanceof Uint8Array)) {
      fail(`data is ${shown(data)}, neither bytes nor a string.`);
    }
    const { names, acl } = this.#options;
    const protect = names !== 'plain';
    const what = `an item to be put into the queue ${this.path}`;
    return withDeadline({ what, ...options }, async (signal) => {
      const put = this.zk.create(`${this.path}/${prefix}`, data, {
        mode: 'persistentSequential',
        protect,
        createParents: true,
        acl,
        retry: RIDE_OUT,
      });
      const path = await abortable(put, signal);
      return path.slice(this.path.length + 1);
    });
  }

  #waitAfter(
    children: readonly string[],
    entries: readonly QueueEntry[],
    signal: AbortSignal,
  ): Wait {
    // What was due and is still in the list was taken by others meanwhile.
    const nowMs = Date.now();
    const next = entries.find(({ dueAtMs }) => dueAtMs > nowMs);
    const timeoutMs = next === undefined ? undefined : next.dueAtMs - nowMs;
    return { known: new Set(children), timeoutMs, signal };
  }

  /** From a new listing. */
  async #takeFirst(entries: readonly QueueEntry[], signal: AbortSignal): Promise<QueueItem | null> {
    if (!this.#isOrderKept) return this.#takeDue(entries, signal);
    this.#listed = [...entries];
    return this.#takeListed(signal);
  }

  /** From the last listing. Takes that run side by side try different items. */
  async #takeListed(signal: AbortSignal): Promise<QueueItem | null> {
    try {
      for (let next = this.#listed.shift(); next !== undefined; next = this.#listed.shift()) {
        const item = await this.#take(next.name, signal);
        if (item !== null) return item;
      }
      return null;
    } catch (error) {
      // What was being taken may still be there, in front of all others.
      this.#listed = [];
      throw error;
    }
  }

  async #takeDue(entries: readonly QueueEntry[], signal: AbortSignal): Promise<QueueItem | null> {
    for (const { name, dueAtMs } of entries) {
      if (dueAtMs > Date.now()) break;
      const item = await this.#take(name, signal);
      if (item !== null) return item;
    }
    return null;
  }

  async #read(name: string, signal: AbortSignal): Promise<QueueItem | null> {
    try {
      const { data, stat } = await this.zk.getData(`${this.path}/${name}`, {
        signal,
        retry: RIDE_OUT,
      });
      return { name, data, putAtMs: stat.ctime };
    } catch (error) {
      if (isZooKeeperError(error, 'NoNode')) return null;
      throw error;
    }
  }

  /** Null if somebody else has taken it. */
  async #take(name: string, signal: AbortSignal): Promise<QueueItem | null> {
    const item = await this.#read(name, signal);
    if (item === null) return null;
    for (;;) {
      try {
        // Without a retry: one that finds no node would not know who deleted it. And without the
        // signal: an item that was deleted is handed out.
        await this.zk.delete(`${this.path}/${name}`, { retry: retryNever });
        return item;
      } catch (error) {
        if (isZooKeeperError(error, 'NoNode')) return null;
        const isUndone = isZooKeeperError(error, 'ConnectionLoss') && error.outcome === 'notSent';
        if (!isUndone) throw error;
        signal.throwIfAborted();
      }
    }
  }

  async #waitForChange({ known, timeoutMs, signal }: Wait): Promise<void> {
    const condition = {
      path: this.path,
      kind: 'children' as const,
      read: (options: WatchedRead) => this.#watchChildren(options),
      isMet: (children: readonly string[]) => children.some((name) => !known.has(name)),
    };
    try {
      await withDeadline({ what: this.path, signal, timeoutMs }, (either) =>
        waitUntil(this.zk, condition, either),
      );
    } catch (error) {
      if (!isRecipeError(error, 'Timeout') || signal.aborted) throw error;
    }
  }

  /** A queue that nobody has put anything into yet is made, as there is nothing to watch. */
  async #watchChildren(options: WatchedRead): Promise<string[]> {
    for (;;) {
      try {
        return await this.zk.getChildren(this.path, options);
      } catch (error) {
        if (!isZooKeeperError(error, 'NoNode')) throw error;
        const { acl } = this.#options;
        const { signal, retry } = options;
        await this.zk.ensurePath(this.path, { acl, signal, retry });
      }
    }
  }
}
