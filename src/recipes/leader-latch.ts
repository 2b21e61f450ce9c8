/**
 * LeaderLatch: many take part, one leads until it closes or is lost; then the next one leads.
 *
 *   /leaders/a                             container
 *     _c_<guid>-latch-0000000000           leads; data: the identifier
 *     _c_<guid>-latch-0000000001           waits for the deletion of 0
 *
 * Guarantees, connection loss and expiry: see Election, of which this is the layout. For work that
 * is given a turn and ends by itself see LeaderSelector.
 *
 * Compat: names, order and data are those of Curator's LeaderLatch.
 */
import type { WaitOptions, ZooKeeper } from '../client/index.ts';
import { checkPath } from './arguments.ts';
import { contend } from './contend.ts';
import { type Contender, readContenders } from './contenders.ts';
import { type ContendStep, Election } from './election.ts';
import type { HeldNode } from './held-node.ts';
import { contendOptionsOf, type LockOptions } from './sequence-lock.ts';

const LAYOUT = { prefix: 'latch-', prefixes: ['latch-'] } as const;

export class LeaderLatch extends Election {
  readonly #options: ReturnType<typeof contendOptionsOf>;

  constructor(zk: ZooKeeper, path: string, options: LockOptions = {}) {
    super(zk, checkPath(path));
    this.#options = contendOptionsOf(options);
  }

  /** All who take part, the leader first. */
  async participants(options: WaitOptions = {}): Promise<Contender[]> {
    return readContenders(this.zk, { ...LAYOUT, directory: this.path, ...options });
  }

  /** The one that leads, as the servers see it; null if nobody takes part. */
  async leader(options: WaitOptions = {}): Promise<Contender | null> {
    const [leader] = await this.participants(options);
    return leader ?? null;
  }

  protected override contend({ signal, node, onQueued }: ContendStep): Promise<HeldNode> {
    const options = { ...LAYOUT, ...this.#options, directory: this.path, node };
    return contend(this.zk, { ...options, onNode: onQueued }, signal);
  }
}
