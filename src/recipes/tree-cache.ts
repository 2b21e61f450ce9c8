/**
 * TreeCache: a whole subtree with its data, kept up to date by one persistent recursive watch
 * (servers 3.6 and newer).
 *
 * Guarantees: those of NodeCache for each node. Between nodes there is none: two changes of one
 * transaction may be seen one after the other.
 * On connection loss and on expiry: as NodeCache; the whole subtree is read anew, as a server does
 * not tell what such a watch has missed.
 * Layout: the root, which need not exist, and all below it.
 */
import {
  isZooKeeperError,
  type Serializer,
  type WatchEvent,
  type ZooKeeper,
} from '../client/index.ts';
import { CacheBase, type CacheOptions } from './cache-base.ts';
import type { CachedNode } from './node-cache.ts';
import { type OptionsToRead, type ReadingOptions, serializerOf } from './reading-options.ts';

export type TreeCacheEvent<T> =
  | { readonly type: 'added' | 'changed'; readonly path: string; readonly node: CachedNode<T> }
  | { readonly type: 'removed'; readonly path: string };

export interface TreeCacheOptions<T> extends CacheOptions, ReadingOptions<T> {
  /** Reads under way at a time while the whole subtree is read. Default 100. */
  readonly readsMax?: number;
}

export class TreeCache<T = Uint8Array> extends CacheBase<TreeCacheEvent<T>> {
  readonly #root: string;
  readonly #serializer: Serializer<T>;
  readonly #readsMax: number;
  readonly #nodes = new Map<string, CachedNode<T>>();
  /** Paths to read; null: all of them, and the watch is to be set. */
  #stale: Set<string> | null = null;
  #removeWatch: (() => Promise<void>) | null = null;

  constructor(
    zk: ZooKeeper,
    root: string,
    ...[options = {}]: OptionsToRead<T, TreeCacheOptions<T>>
  ) {
    super(zk, options);
    this.#root = root;
    this.#readsMax = options.readsMax ?? 100;
    this.#serializer = serializerOf(options);
  }

  /** By path, as they were first seen. A live view: copy it to keep it. */
  get nodes(): ReadonlyMap<string, CachedNode<T>> {
    return this.#nodes;
  }

  /** The names of the children that are known of a path, in no order. */
  childrenOf(path: string): string[] {
    const prefix = path === '/' ? '/' : `${path}/`;
    return [...this.#nodes.keys()]
      .filter((each) => each.startsWith(prefix) && each.length > prefix.length)
      .map((each) => each.slice(prefix.length))
      .filter((rest) => !rest.includes('/'));
  }

  override async close(): Promise<void> {
    await super.close();
    const remove = this.#removeWatch;
    this.#removeWatch = null;
    // Without a connection the watch goes with the session.
    if (this.zk.isConnected) await remove?.().catch(() => {});
  }

  protected override async refresh(): Promise<boolean> {
    const stale = this.#stale;
    if (stale !== null) {
      this.#stale = new Set();
      await this.#inTurns([...stale], (path) => this.#readNode(path));
      return true;
    }
    this.#removeWatch ??= await this.zk.addWatch(this.#root, (event) => this.#onEvent(event), {
      mode: 'persistentRecursive',
    });
    this.#stale = new Set();
    try {
      await this.#readAll();
    } catch (error) {
      this.#stale = null;
      throw error;
    }
    return true;
  }

  #onEvent(event: WatchEvent): void {
    if (event.type === 'watchRemoved') return;
    if (event.type === 'continuityBroken') this.#stale = null;
    else this.#stale?.add(event.path);
    this.poke();
  }

  async #readAll(): Promise<void> {
    const seen = new Set<string>();
    let level = [this.#root];
    while (level.length > 0 && !this.isClosed) {
      const below: string[] = [];
      await this.#inTurns(level, async (path) => {
        if (!(await this.#readNode(path))) return;
        seen.add(path);
        for (const name of await this.#list(path)) {
          below.push(path === '/' ? `/${name}` : `${path}/${name}`);
        }
      });
      level = below;
    }
    for (const path of [...this.#nodes.keys()]) if (!seen.has(path)) this.#remove(path);
  }

  /** False when it does not exist. */
  async #readNode(path: string): Promise<boolean> {
    try {
      const node = await this.zk.getData(path, { serializer: this.#serializer });
      if (this.isClosed) return true;
      const known = this.#nodes.get(path);
      this.#nodes.set(path, node);
      if (known?.stat.czxid !== node.stat.czxid) this.tell({ type: 'added', path, node });
      else if (known.stat.mzxid !== node.stat.mzxid) this.tell({ type: 'changed', path, node });
      return true;
    } catch (error) {
      if (!isZooKeeperError(error, 'NoNode')) throw error;
      this.#remove(path);
      return false;
    }
  }

  async #list(path: string): Promise<string[]> {
    try {
      return await this.zk.getChildren(path);
    } catch (error) {
      if (isZooKeeperError(error, 'NoNode')) return [];
      throw error;
    }
  }

  #remove(path: string): void {
    if (this.#nodes.delete(path)) this.tell({ type: 'removed', path });
  }

  /** All of them, also when one cannot be read: no event would come again for the others. */
  async #inTurns(paths: readonly string[], read: (path: string) => Promise<unknown>) {
    const failures: PromiseRejectedResult[] = [];
    for (let from = 0; from < paths.length; from += this.#readsMax) {
      const outcomes = await Promise.allSettled(paths.slice(from, from + this.#readsMax).map(read));
      failures.push(...outcomes.filter((each) => each.status === 'rejected'));
    }
    if (failures[0] !== undefined) throw failures[0].reason;
  }
}
