/**
 * SequenceElection: master election by sequence, as in ZooKeeper's own recipe. The oldest
 * participant is the master, the others follow in the order in which they came.
 *
 *   /masters/a                             container
 *     _c_<guid>-n_0000000000               the master; data: the identifier
 *     _c_<guid>-n_0000000001               waits for the deletion of 0
 *     _c_<guid>-n_0000000002               waits for the deletion of 1
 *
 * Guarantees, connection loss and expiry: see Election. Compared to SingleNodeElection: one client
 * wakes when the master goes, not all, and the order of succession is known beforehand.
 *
 * Compat: the names are those of ZooKeeper's recipe, with a GUID in front that it speaks of too.
 */
import type { WaitOptions, ZooKeeper } from '../client/index.ts';
import { checkPath } from './arguments.ts';
import { contend } from './contend.ts';
import { type Contender, readContenders } from './contenders.ts';
import { type ContendStep, Election } from './election.ts';
import type { HeldNode } from './held-node.ts';
import { contendOptionsOf, type LockOptions } from './sequence-lock.ts';

const LAYOUT = { prefix: 'n_', prefixes: ['n_'] } as const;

export class SequenceElection extends Election {
  readonly #options: ReturnType<typeof contendOptionsOf>;

  constructor(zk: ZooKeeper, path: string, options: LockOptions = {}) {
    super(zk, checkPath(path));
    this.#options = contendOptionsOf(options);
  }

  /** The master and those who will follow it, in this order. */
  async succession(options: WaitOptions = {}): Promise<Contender[]> {
    return readContenders(this.zk, { ...LAYOUT, directory: this.path, ...options });
  }

  /** The master as the servers see it; null if nobody takes part. */
  async master(options: WaitOptions = {}): Promise<Contender | null> {
    const [master] = await this.succession(options);
    return master ?? null;
  }

  protected override contend({ signal, node, onQueued }: ContendStep): Promise<HeldNode> {
    const options = { ...LAYOUT, ...this.#options, directory: this.path, node };
    return contend(this.zk, { ...options, onNode: onQueued }, signal);
  }
}
