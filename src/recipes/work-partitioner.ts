/**
 * WorkPartitioner: divides a fixed set of partitions among the members that are there, again
 * whenever one comes or goes.
 *
 * Guarantees: no partition has two holders: a new one waits until the old one has released it
 * (`onRelease` has ended) or its session is gone. As with every lock, a holder that is paused beyond
 * its session does not know: pass the fencing token on to whatever is written. All members settle on
 * the same division once they see the same members; nobody has more than the mean, rounded up.
 * On connection loss: what is held stays held while the session lives.
 * On expiry: everything is lost at once (`onLost`), and taken again in the new session.
 * Layout:
 *   <path>
 *     ├── members/<member id>   ephemeral
 *     └── owners/<partition>    ephemeral of the holder, data: its member id
 */
import { isZooKeeperError, type ZooKeeper } from '../client/index.ts';
import { CacheBase, type CacheOptions } from './cache-base.ts';
import { assignPartitions } from './partition-assignment.ts';

export interface WorkPartitionerOptions extends CacheOptions {
  /** Unique among the members. Which member has it must not matter. */
  readonly memberId: string;
  /** The same for all members; node names, so without `/`. */
  readonly partitions: readonly string[];
  /** The partition is this member's from now on. */
  onAcquire?(partition: string, fencingToken: bigint): void;
  /** Work on it must have ended when this resolves: then somebody else gets it. */
  onRelease?(partition: string): void | Promise<void>;
  /** The session is gone, and with it the partition: somebody else may hold it already. */
  onLost?(partition: string): void;
}

export interface HeldPartition {
  readonly partition: string;
  /** czxid of the owner's node: grows with each holder of the partition. */
  readonly fencingToken: bigint;
}

/** Events carry what is held after each change. `start()` resolves after the first division. */
export class WorkPartitioner extends CacheBase<readonly HeldPartition[]> {
  readonly #path: string;
  readonly #options: WorkPartitionerOptions;
  readonly #held = new Map<string, bigint>();
  #isMember = false;

  constructor(zk: ZooKeeper, path: string, options: WorkPartitionerOptions) {
    super(zk, options);
    this.#path = path;
    this.#options = options;
    const bad = options.partitions.find((name) => name === '' || name.includes('/'));
    if (bad !== undefined) throw new RangeError(`A partition is named "${bad}": no node can be.`);
    if (new Set(options.partitions).size !== options.partitions.length) {
      throw new RangeError('Two partitions have the same name.');
    }
  }

  get held(): HeldPartition[] {
    return [...this.#held].map(([partition, fencingToken]) => ({ partition, fencingToken }));
  }

  /** Releases all and leaves. */
  override async close(): Promise<void> {
    await super.close();
    for (const partition of [...this.#held.keys()]) await this.#release(partition);
    if (this.#isMember && this.zk.isConnected) {
      await this.zk.delete(this.#memberPath, { quiet: true });
    }
    this.#isMember = false;
  }

  protected override forgetWatches(): void {
    this.#isMember = false;
    for (const partition of this.#held.keys()) this.#options.onLost?.(partition);
    this.#held.clear();
    this.tell(this.held);
  }

  protected override async refresh(): Promise<boolean> {
    if (!this.#isMember) await this.#join();
    const members = await this.zk.getChildren(`${this.#path}/members`, { watch: this.poke });
    if (this.isClosed) return false;
    const { memberId, partitions } = this.#options;
    // Deleted by somebody: join again.
    if (!members.includes(memberId)) {
      this.#isMember = false;
      this.poke();
      return false;
    }
    const owners = assignPartitions(partitions, members.toSorted());
    const before = [...this.#held.keys()].join('/');
    for (const partition of [...this.#held.keys()]) {
      if (owners.get(partition) !== memberId) await this.#release(partition);
    }
    for (const [partition, owner] of owners) {
      if (owner === memberId && !this.#held.has(partition)) await this.#acquire(partition);
    }
    if ([...this.#held.keys()].join('/') !== before) this.tell(this.held);
    return true;
  }

  get #memberPath(): string {
    return `${this.#path}/members/${this.#options.memberId}`;
  }

  async #join(): Promise<void> {
    await this.zk.ensurePath(`${this.#path}/owners`);
    try {
      await this.zk.create(this.#memberPath, '', { mode: 'ephemeral', createParents: true });
    } catch (error) {
      if (!isZooKeeperError(error, 'NodeExists')) throw error;
      // Of an earlier session of ours that is not gone yet, or our own whose reply was lost: we count
      // as a member either way, and come back here when it goes.
      await this.zk.exists(this.#memberPath, { watch: this.poke });
    }
    this.#isMember = true;
  }

  async #acquire(partition: string): Promise<void> {
    const path = `${this.#path}/owners/${partition}`;
    const fencingToken = await this.#own(path);
    if (fencingToken === null || this.isClosed) return;
    this.#held.set(partition, fencingToken);
    this.#options.onAcquire?.(partition, fencingToken);
  }

  /** Null while somebody else has it: the end of that node pokes us. */
  async #own(path: string): Promise<bigint | null> {
    for (;;) {
      try {
        await this.zk.create(path, this.#options.memberId, { mode: 'ephemeral' });
      } catch (error) {
        if (!isZooKeeperError(error, 'NodeExists')) throw error;
      }
      const stat = await this.zk.exists(path, { watch: this.poke });
      if (stat?.ephemeralOwner === this.zk.session.id) return stat.czxid;
      if (stat !== null) return null;
    }
  }

  async #release(partition: string): Promise<void> {
    await this.#options.onRelease?.(partition);
    this.#held.delete(partition);
    if (!this.zk.isConnected) return;
    await this.zk.delete(`${this.#path}/owners/${partition}`, { quiet: true });
  }
}
