/**
 * ReadWriteLock: a shared lock. Many readers or one writer hold it, in the order in which they
 * asked, so that neither side starves.
 *
 *   /locks/a                               container
 *     _c_<guid>-__READ__0000000003         a reader; holds it
 *     _c_<guid>-__READ__0000000004         a reader; holds it
 *     _c_<guid>-__WRIT__0000000005         a writer; waits for 4, the node just before it
 *     _c_<guid>-__READ__0000000006         a reader; waits for 5, the last writer before it
 *
 * Guarantees: a writer holds it alone; a reader holds it with readers only. A writer's fencing token
 * is greater than those of all who held it before; readers who hold it together have theirs in the
 * order of asking. Each waits for the deletion of one node. When a writer releases, the readers
 * behind it wake together, as all of them hold then.
 * On connection loss and on expiry: as with Lock.
 *
 * `downgrade` turns a held write lock into a read lock in one transaction; nobody can write in
 * between. There is no upgrade: two readers who both asked for one would wait for each other.
 *
 * Compat: names and order are those of Curator's InterProcessReadWriteLock. kazoo's ReadLock and
 * WriteLock nodes (`__rlock__`, `__lock__`) are respected.
 */
import { randomUUID } from 'node:crypto';
import { isZooKeeperError, type ZooKeeper } from '../client/index.ts';
import { fail } from './arguments.ts';
import { HeldNode } from './held-node.ts';
import { RecipeError } from './recipe-error.ts';
import { type HeldLock, type LockOptions, SequenceLock } from './sequence-lock.ts';
import { ownNodeOf, parseSequenceName, type SequenceName } from './sequence-nodes.ts';
import { RIDE_OUT } from './waiting.ts';

const READ = '__READ__';
const WRITE = '__WRIT__';
const WRITERS = [WRITE, '__lock__'];
const PREFIXES = [READ, WRITE, '__rlock__', '__lock__'];

function lastWriterBefore(queue: readonly SequenceName[], ownAt: number): SequenceName | undefined {
  return queue
    .slice(0, ownAt)
    .findLast(({ name }) => parseSequenceName(name, WRITERS) !== undefined);
}

export class ReadWriteLock {
  readonly path: string;
  readonly readLock: SequenceLock;
  readonly writeLock: SequenceLock;
  readonly #zk: ZooKeeper;
  readonly #options: LockOptions;

  constructor(zk: ZooKeeper, path: string, options: LockOptions = {}) {
    this.#zk = zk;
    this.#options = options;
    const read = { prefix: READ, prefixes: PREFIXES, blocker: lastWriterBefore };
    this.readLock = new SequenceLock(zk, path, { ...options, layout: read });
    const write = { prefix: WRITE, prefixes: PREFIXES };
    this.writeLock = new SequenceLock(zk, path, { ...options, layout: write });
    this.path = this.readLock.path;
  }

  /**
   * Makes a held write lock a read lock, and lets the readers behind it in. What is returned takes
   * the place of `written`. When it rejects, `written` counts as lost and is to be released.
   */
  async downgrade(written: HeldLock): Promise<HeldLock> {
    const name = written.path.slice(this.path.length + 1);
    const parsed = parseSequenceName(name, [WRITE]);
    if (parsed === undefined || !written.path.startsWith(`${this.path}/`)) {
      fail(`${written.path} is not a write lock of ${this.path}.`);
    }
    const digits = name.slice(name.lastIndexOf(WRITE) + WRITE.length);
    const readPath = `${this.path}/_c_${randomUUID()}-${READ}${digits}`;
    const stat = await written.releaseBy(() => this.#exchange(written.path, readPath));
    const { abortOn } = this.#options;
    return new HeldNode({
      zk: this.#zk,
      node: ownNodeOf(readPath, stat),
      abortOn,
    });
  }

  async #exchange(writePath: string, readPath: string) {
    const { identifier = '', acl } = this.#options;
    const createOptions = { mode: 'ephemeral', acl } as const;
    const exchange = this.#zk.multi().create(readPath, identifier, createOptions).delete(writePath);
    try {
      await exchange.commit({ retry: RIDE_OUT });
    } catch (error) {
      // With the reply lost, only the tree knows whether it was done.
      if (!isZooKeeperError(error, 'ConnectionLoss')) throw error;
      await this.#zk.sync(this.path, { retry: RIDE_OUT });
    }
    const stat = await this.#zk.exists(readPath, { retry: RIDE_OUT });
    if (stat !== null) return stat;
    throw new RecipeError('Lost', `The write lock ${writePath} could not be downgraded.`);
  }
}
