/**
 * ChildrenCache: the children of one node with their data, kept up to date.
 *
 * Guarantees: those of NodeCache for each child. A child is told as added, changed or removed
 * against the copy: one that came and went between two readings is never told.
 * On connection loss and on expiry: as NodeCache; what happened meanwhile is told after the reading
 * that follows.
 * Layout: the parent, which need not exist, and its children.
 */
import { isZooKeeperError, type Serializer, type Stat, type ZooKeeper } from '../client/index.ts';
import { CacheBase, type CacheOptions } from './cache-base.ts';
import type { CachedNode } from './node-cache.ts';
import { type OptionsToRead, type ReadingOptions, serializerOf } from './reading-options.ts';

export type ChildrenCacheEvent<T> =
  | { readonly type: 'added' | 'changed'; readonly name: string; readonly child: CachedNode<T> }
  | { readonly type: 'removed'; readonly name: string };

export interface ChildrenCacheOptions<T> extends CacheOptions, ReadingOptions<T> {}

export class ChildrenCache<T = Uint8Array> extends CacheBase<ChildrenCacheEvent<T>> {
  readonly #path: string;
  readonly #serializer: Serializer<T>;
  readonly #children = new Map<string, CachedNode<T>>();
  /** Children whose data watch is set; the others are read by the next refresh. */
  readonly #watched = new Set<string>();

  constructor(
    zk: ZooKeeper,
    path: string,
    ...[options = {}]: OptionsToRead<T, ChildrenCacheOptions<T>>
  ) {
    super(zk, options);
    this.#path = path;
    this.#serializer = serializerOf(options);
  }

  /** By name; empty when the parent does not exist. A live view: copy it to keep it. */
  get children(): ReadonlyMap<string, CachedNode<T>> {
    return this.#children;
  }

  protected override forgetWatches(): void {
    this.#watched.clear();
  }

  protected override async refresh(): Promise<boolean> {
    const names = new Set(await this.#list());
    if (this.isClosed) return false;
    for (const name of this.#children.keys()) if (!names.has(name)) this.#remove(name);
    // All at once: the client pipelines them.
    await Promise.all(
      [...names].filter((name) => !this.#watched.has(name)).map((name) => this.#readChild(name)),
    );
    return true;
  }

  async #list(): Promise<string[]> {
    for (;;) {
      try {
        return await this.zk.getChildren(this.#path, { watch: this.poke });
      } catch (error) {
        if (!isZooKeeperError(error, 'NoNode')) throw error;
      }
      if ((await this.zk.exists(this.#path, { watch: this.poke })) === null) return [];
    }
  }

  async #readChild(name: string): Promise<void> {
    const path = this.#path === '/' ? `/${name}` : `${this.#path}/${name}`;
    const watch = (): void => {
      this.#watched.delete(name);
      this.poke();
    };
    this.#watched.add(name);
    try {
      this.#take(name, await this.zk.getData(path, { serializer: this.#serializer, watch }));
    } catch (error) {
      this.#watched.delete(name);
      if (!isZooKeeperError(error, 'NoNode')) throw error;
      this.#remove(name);
    }
  }

  #take(name: string, child: { data: T; stat: Stat }): void {
    if (this.isClosed) return;
    const known = this.#children.get(name);
    this.#children.set(name, child);
    if (known === undefined) this.tell({ type: 'added', name, child });
    else if (known.stat.mzxid !== child.stat.mzxid) this.tell({ type: 'changed', name, child });
  }

  #remove(name: string): void {
    if (this.#children.delete(name)) this.tell({ type: 'removed', name });
  }
}
