/**
 * PersistentEphemeralNode: an ephemeral node that is made again whenever it is gone, as long as its
 * maker lives.
 *
 * Guarantees: while the client is connected the node is there, but for the time it takes to notice
 * that somebody deleted it or that the session expired. Two makers of one path: the second waits
 * until the first one's node is gone.
 * On connection loss: the node lives as long as the session.
 * On expiry: it is gone, and made again in the new session (`onExpired: 'renew'`), with a new czxid.
 * Layout: the one ephemeral node; with `mode: 'ephemeralSequential'` each making takes a new number.
 */
import { type Acl, type Data, isZooKeeperError, type ZooKeeper } from '../client/index.ts';
import { CacheBase, type CacheOptions } from './cache-base.ts';

export interface PersistentEphemeralNodeOptions extends CacheOptions {
  /** Default: none. */
  readonly data?: Data;
  readonly mode?: 'ephemeral' | 'ephemeralSequential';
  readonly acl?: readonly Acl[];
  /** Default: true. */
  readonly createParents?: boolean;
}

export interface EphemeralNodeMade {
  /** With its number, if it has one. */
  readonly path: string;
}

/** `start()` resolves when the node is there for the first time; events tell of each making. */
export class PersistentEphemeralNode extends CacheBase<EphemeralNodeMade> {
  readonly #path: string;
  readonly #options: PersistentEphemeralNodeOptions;
  #data: Data;
  #made: string | undefined;
  /** What the node surely holds; undefined after a reply that was lost. */
  #written: Data | undefined;

  constructor(zk: ZooKeeper, path: string, options: PersistentEphemeralNodeOptions = {}) {
    super(zk, options);
    this.#path = path;
    this.#data = options.data ?? '';
    this.#options = options;
  }

  /** The real path; undefined while there is none. */
  get actualPath(): string | undefined {
    return this.#made;
  }

  /** Also what the node gets when it is made again; that is enough while there is none. */
  async setData(data: Data): Promise<void> {
    this.#data = data;
    if (this.#made === undefined) return;
    try {
      await this.zk.setData(this.#made, data);
      this.#written = data;
    } catch (error) {
      this.#written = undefined;
      // Deleted a moment ago: it is made again with these data.
      if (!isZooKeeperError(error, 'NoNode')) throw error;
    }
  }

  /** Deletes the node. */
  override async close(): Promise<void> {
    await super.close();
    const made = this.#made;
    this.#made = undefined;
    if (made !== undefined && this.zk.isConnected) await this.zk.delete(made, { quiet: true });
  }

  protected override async refresh(): Promise<boolean> {
    if (this.#made !== undefined && (await this.#isOurs(this.#made))) {
      await this.#writeData();
      return true;
    }
    this.#made = undefined;
    while (!this.isClosed) {
      const path = await this.#make(this.#data);
      if (path !== null) return this.#onMade(path);
      // Another session's node is in the way: its end pokes us.
      if (await this.#isThere()) return false;
    }
    return false;
  }

  async #onMade(path: string): Promise<boolean> {
    if (this.isClosed) {
      // Closed while it was being made.
      await this.zk.delete(path, { quiet: true });
      return false;
    }
    this.#made = path;
    try {
      await this.#writeData();
    } finally {
      this.tell({ path });
    }
    // Sets the watch; whether it is there still is the next refresh's business.
    if (!(await this.#isOurs(path))) this.poke();
    return true;
  }

  /** What was set while it was being made, or may have been lost with the connection. */
  async #writeData(): Promise<void> {
    if (this.#written !== this.#data) await this.setData(this.#data);
  }

  /** Null when a node of another session has the name. */
  async #make(data: Data): Promise<string | null> {
    const { mode = 'ephemeral', acl, createParents = true } = this.#options;
    try {
      const options = { mode, createParents, ...(acl !== undefined && { acl }) };
      // A sequential one whose reply was lost is found again by its id.
      const protect = mode === 'ephemeralSequential';
      const path = await this.zk.create(this.#path, data, { ...options, protect });
      this.#written = data;
      return path;
    } catch (error) {
      this.#written = undefined;
      if (!isZooKeeperError(error, 'NodeExists')) throw error;
      return (await this.#isOurs(this.#path)) ? this.#path : null;
    }
  }

  async #isThere(): Promise<boolean> {
    return (await this.zk.exists(this.#path, { watch: this.poke })) !== null;
  }

  /** Sets the watch that tells of its deletion. */
  async #isOurs(path: string): Promise<boolean> {
    const stat = await this.zk.exists(path, { watch: this.poke });
    return stat?.ephemeralOwner === this.zk.session.id;
  }
}
