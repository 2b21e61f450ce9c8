/**
 * NodeCache: a copy of one node's data in memory, kept up to date.
 *
 * Guarantees: after `start()` the copy is what the node held at some time not before the call; it
 * moves forward only. Several changes in short order may be seen as one. A copy is always a little
 * old: who decides by it, decides by the past (use a version with `setData`).
 * On connection loss the copy stays and ages; after the reconnect it is read anew.
 * On expiry likewise, once the client has a new session (`onExpired: 'renew'`).
 * Layout: the one node, which need not exist.
 */
import { isZooKeeperError, type Serializer, type Stat, type ZooKeeper } from '../client/index.ts';
import { CacheBase, type CacheOptions } from './cache-base.ts';
import { type OptionsToRead, type ReadingOptions, serializerOf } from './reading-options.ts';

export interface CachedNode<T> {
  readonly data: T;
  readonly stat: Stat;
}

export interface NodeCacheOptions<T> extends CacheOptions, ReadingOptions<T> {}

/** Events carry the node as it is now, null when it does not exist. */
export class NodeCache<T = Uint8Array> extends CacheBase<CachedNode<T> | null> {
  readonly #path: string;
  readonly #serializer: Serializer<T>;
  #current: CachedNode<T> | null = null;

  constructor(
    zk: ZooKeeper,
    path: string,
    ...[options = {}]: OptionsToRead<T, NodeCacheOptions<T>>
  ) {
    super(zk, options);
    this.#path = path;
    this.#serializer = serializerOf(options);
  }

  /** Null when the node does not exist, and before `start()` has resolved. */
  get current(): CachedNode<T> | null {
    return this.#current;
  }

  protected override async refresh(): Promise<boolean> {
    const found = await this.#read();
    if (this.isClosed) return false;
    const known = this.#current;
    const isSame =
      found?.stat.mzxid === known?.stat.mzxid && found?.stat.czxid === known?.stat.czxid;
    this.#current = found;
    if (!isSame) this.tell(found);
    return true;
  }

  async #read(): Promise<CachedNode<T> | null> {
    for (;;) {
      // `exists` also watches a node that is not there.
      if ((await this.zk.exists(this.#path, { watch: this.poke })) === null) return null;
      try {
        return await this.zk.getData(this.#path, { serializer: this.#serializer });
      } catch (error) {
        if (!isZooKeeperError(error, 'NoNode')) throw error;
      }
    }
  }
}
