/**
 * NamingService: names for things, as in JNDI: bind, rebind, lookup, unbind, rename, list.
 *
 * Guarantees: a name is bound at most once; rename is one transaction, so that the thing has one of
 * the two names at every moment. `lookup` may be answered from a server that is a little behind:
 * `isFresh: true` asks the leader first (sync).
 * On connection loss: a bind or unbind whose outcome is unknown is rejected as such; ask again with
 * `lookup`.
 * On expiry: names bound with `ephemeral: true` are gone.
 * Layout:
 *   <base>/<name>      data: the serialized thing; a name may have parts: `db/primary`
 */
import { isZooKeeperError, json, type Serializer, type ZooKeeper } from '../client/index.ts';

export interface NamingServiceOptions<T> {
  /** Default: JSON. */
  readonly serializer?: Serializer<T>;
}

export interface BindOptions {
  /** The name goes with this client's session. Default: false. */
  readonly ephemeral?: boolean;
}

export class NamingService<T = unknown> {
  readonly #zk: ZooKeeper;
  readonly #base: string;
  readonly #serializer: Serializer<T>;

  constructor(zk: ZooKeeper, base: string, options: NamingServiceOptions<T> = {}) {
    this.#zk = zk;
    this.#base = base;
    this.#serializer = options.serializer ?? json<T>();
  }

  /** Rejects with NodeExists when the name is bound. */
  async bind(name: string, thing: T, { ephemeral = false }: BindOptions = {}): Promise<void> {
    await this.#zk.create(this.#pathOf(name), thing, {
      serializer: this.#serializer,
      mode: ephemeral ? 'ephemeral' : 'persistent',
      createParents: true,
    });
  }

  /** Binds it, whatever it was bound to. */
  async rebind(name: string, thing: T): Promise<void> {
    for (;;) {
      try {
        await this.#zk.setData(this.#pathOf(name), thing, { serializer: this.#serializer });
        return;
      } catch (error) {
        if (!isZooKeeperError(error, 'NoNode')) throw error;
      }
      try {
        await this.bind(name, thing);
        return;
      } catch (error) {
        if (!isZooKeeperError(error, 'NodeExists')) throw error;
      }
    }
  }

  /** Undefined when it is not bound. */
  async lookup(name: string, { isFresh = false } = {}): Promise<T | undefined> {
    const path = this.#pathOf(name);
    if (isFresh) await this.#zk.sync(path);
    try {
      const { data, stat } = await this.#zk.getData(path);
      // A node that is there only as a parent of longer names is not bound to anything.
      if (stat.dataLength === 0) return undefined;
      return this.#serializer.deserialize(data);
    } catch (error) {
      if (isZooKeeperError(error, 'NoNode')) return undefined;
      throw error;
    }
  }

  /** False when it was not bound. Rejects with NotEmpty when longer names begin with it. */
  async unbind(name: string): Promise<boolean> {
    try {
      await this.#zk.delete(this.#pathOf(name));
      return true;
    } catch (error) {
      if (isZooKeeperError(error, 'NoNode')) return false;
      throw error;
    }
  }

  /** Rejects with NoNode when `from` is not bound, with NodeExists when `to` is. */
  async rename(from: string, to: string): Promise<void> {
    const [source, target] = [this.#pathOf(from), this.#pathOf(to)];
    await this.#zk.ensurePath(target.slice(0, target.lastIndexOf('/')));
    for (;;) {
      const { data, stat } = await this.#zk.getData(source);
      try {
        await this.#zk
          .multi()
          .delete(source, { version: stat.version })
          .create(target, data, { mode: stat.ephemeralOwner === 0n ? 'persistent' : 'ephemeral' })
          .commit();
        return;
      } catch (error) {
        // Bound anew in between: with what it is bound to now.
        if (!isZooKeeperError(error, 'BadVersion')) throw error;
      }
    }
  }

  /** The names directly below a name, or the first parts of all names. */
  async list(name = ''): Promise<string[]> {
    try {
      return (await this.#zk.getChildren(name === '' ? this.#base : this.#pathOf(name))).toSorted();
    } catch (error) {
      if (isZooKeeperError(error, 'NoNode')) return [];
      throw error;
    }
  }

  #pathOf(name: string): string {
    if (name !== '' && !name.startsWith('/') && !name.endsWith('/')) return `${this.#base}/${name}`;
    throw new RangeError(`"${name}" is not a name: it is empty, or begins or ends with "/".`);
  }
}
