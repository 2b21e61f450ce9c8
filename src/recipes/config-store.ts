/**
 * ConfigStore: one typed configuration that many processes follow, with its history.
 *
 * Guarantees: a publication is one transaction: who reads gets a whole version, and versions are
 * numbered without gaps from 1. Two publishers at once: one of them is told BadVersion by `publish`
 * with `basedOn`; without it the later one wins. Followers are notified (push) and read (pull): they
 * see each version's successor sooner or later, perhaps not every version between.
 * On connection loss: a follower keeps what it has and reads anew after the reconnect. A publication
 * whose outcome is unknown is looked up and said truly.
 * On expiry: followers go on in the new session (`onExpired: 'renew'`).
 * Layout:
 *   <path>                     data: the number of the current version
 *     └── versions
 *           ├── 0000000001     data: the serialized value
 *           └── 0000000002
 */
import {
  isZooKeeperError,
  json,
  type Serializer,
  text,
  type WatchListener,
  type ZooKeeper,
} from '../client/index.ts';
import { CacheBase, type CacheOptions } from './cache-base.ts';
import { RecipeError } from './recipe-error.ts';

export interface ConfigStoreOptions<T> {
  /** Its schema hook also judges what is published. Default: JSON. */
  readonly serializer?: Serializer<T>;
  /** Older versions are deleted. Default 100. */
  readonly versionsMax?: number;
}

export interface ConfigVersion<T> {
  readonly version: number;
  readonly value: T;
  /** Milliseconds since 1970, by the server's clock. */
  readonly publishedMs: number;
}

export interface PublishOptions {
  /** The version that the change was made from: rejects with BadVersion when it is not current. */
  readonly basedOn?: number;
}

export class ConfigStore<T = unknown> {
  readonly #zk: ZooKeeper;
  readonly #path: string;
  readonly #serializer: Serializer<T>;
  readonly #versionsMax: number;

  constructor(zk: ZooKeeper, path: string, options: ConfigStoreOptions<T> = {}) {
    this.#zk = zk;
    this.#path = path;
    this.#serializer = options.serializer ?? json<T>();
    this.#versionsMax = options.versionsMax ?? 100;
    if (!(this.#versionsMax >= 1)) {
      throw new RangeError(`versionsMax is ${this.#versionsMax}; at least 1 is kept.`);
    }
  }

  /** Resolves to the new version's number. What the serializer's schema refuses is not published. */
  async publish(value: T, options: PublishOptions = {}): Promise<number> {
    const bytes = this.#serializer.serialize(value);
    // Throws what every follower would: nobody publishes what nobody can read.
    this.#serializer.deserialize(bytes);
    await this.#zk.ensurePath(`${this.#path}/versions`);
    for (;;) {
      const { number, dataVersion } = await readPointer(this.#zk, this.#path);
      const basedOn = options.basedOn ?? number;
      // What was based on another one is refused by the server, in its own words.
      const version = basedOn === number ? dataVersion : dataVersion + 1;
      const next = basedOn + 1;
      try {
        await this.#zk
          .multi()
          .setData(this.#path, String(next), { version })
          .create(this.#versionPath(next), bytes)
          .commit();
        await this.#deleteOld(next);
        return next;
      } catch (error) {
        // NodeExists is not late: the pointer still says that nobody has published this one.
        const isLate = isZooKeeperError(error, 'BadVersion');
        if (!isLate || options.basedOn !== undefined) throw error;
      }
    }
  }

  /** Null when nothing was published yet. */
  async read(version?: number): Promise<ConfigVersion<T> | null> {
    const number = version ?? (await readPointer(this.#zk, this.#path)).number;
    if (number === 0) return null;
    try {
      const serializer = this.#serializer;
      const { data, stat } = await this.#zk.getData(this.#versionPath(number), { serializer });
      return { version: number, value: data, publishedMs: stat.ctime };
    } catch (error) {
      if (isZooKeeperError(error, 'NoNode')) return null;
      throw error;
    }
  }

  /** The numbers of the versions that are kept, oldest first. */
  async history(): Promise<number[]> {
    try {
      const names = await this.#zk.getChildren(`${this.#path}/versions`);
      return names.map(Number).toSorted((a, b) => a - b);
    } catch (error) {
      if (isZooKeeperError(error, 'NoNode')) return [];
      throw error;
    }
  }

  /** Publishes an old version's value as the newest; resolves to its number. */
  async rollback(version: number): Promise<number> {
    const old = await this.read(version);
    if (old === null) throw new RangeError(`${this.#path} has no version ${version} any more.`);
    return this.publish(old.value);
  }

  /**
   * Tells the current version and then each newer one that is seen. Resolves, when the first is told
   * or nothing is published yet, to what ends the following. Rejects when the first cannot be read.
   */
  async follow(
    listener: (current: ConfigVersion<T>) => void,
    options: { onError?(error: unknown): void } = {},
  ): Promise<() => Promise<void>> {
    const follower = new Follower(this.#zk, {
      ...{ ...options, path: this.#path },
      read: (version) => this.read(version),
      versionPath: (version) => this.#versionPath(version),
    });
    follower.onChange(listener);
    try {
      await follower.start();
    } catch (error) {
      await follower.close();
      throw error;
    }
    return () => follower.close();
  }

  #versionPath(version: number): string {
    return `${this.#path}/versions/${String(version).padStart(10, '0')}`;
  }

  async #deleteOld(newest: number): Promise<void> {
    const old = (await this.history()).filter((each) => each <= newest - this.#versionsMax);
    for (const each of old) await this.#zk.delete(this.#versionPath(each), { quiet: true });
  }
}

interface Pointer {
  /** 0 before the first publication. */
  readonly number: number;
  /** Not the number: that of a copied or restored node begins anew. */
  readonly dataVersion: number;
  readonly mzxid: bigint;
}

const NO_POINTER: Pointer = { number: 0, dataVersion: 0, mzxid: 0n };

async function readPointer(
  zk: ZooKeeper,
  path: string,
  watch?: WatchListener | undefined,
): Promise<Pointer> {
  for (;;) {
    try {
      const { data, stat } = await zk.getData(path, { serializer: text, watch });
      return { number: numberOf(data, path), dataVersion: stat.version, mzxid: stat.mzxid };
    } catch (error) {
      if (!isZooKeeperError(error, 'NoNode')) throw error;
      // Only `exists` watches a node that is not there.
      const isThere = watch !== undefined && (await zk.exists(path, { watch })) !== null;
      if (!isThere) return NO_POINTER;
    }
  }
}

function numberOf(data: string, path: string): number {
  if (/^\d{0,10}$/.test(data)) return Number(data);
  throw new RecipeError('Corrupt', `${path} holds no number of a version: ${JSON.stringify(data)}`);
}

interface FollowerOptions<T> extends CacheOptions {
  readonly path: string;
  read(version: number): Promise<ConfigVersion<T> | null>;
  versionPath(version: number): string;
}

/** The version and what it holds are one reading: what fails between the two is read anew together. */
class Follower<T> extends CacheBase<ConfigVersion<T>> {
  readonly #options: FollowerOptions<T>;
  #told = 0;

  constructor(zk: ZooKeeper, options: FollowerOptions<T>) {
    super(zk, options);
    this.#options = options;
  }

  protected override async refresh(): Promise<boolean> {
    const { path, read } = this.#options;
    const { number, mzxid } = await readPointer(this.zk, path, this.poke);
    if (number <= this.#told) return true;
    const current = await read(number);
    if (current === null) return this.#onMissing(number, mzxid);
    this.#told = number;
    this.tell(current);
    return true;
  }

  /** The pointer's version is not there: is that as it is? */
  async #onMissing(number: number, mzxid: bigint): Promise<boolean> {
    const { path, versionPath } = this.#options;
    // So many are newer by now that it is not kept any more: the watch has told of them.
    if ((await readPointer(this.zk, path)).mzxid !== mzxid) return false;
    // The pointer of a copy comes before its versions.
    const found = await this.zk.exists(versionPath(number), { watch: this.poke });
    if (found !== null) this.poke();
    return found === null;
  }
}
