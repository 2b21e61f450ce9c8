/**
 * SingleNodeElection: master election by a single ephemeral node. Whoever manages to create the node
 * is the master; the others wait until it is gone and try again.
 *
 *   /master                                ephemeral; data: the identifier of the master
 *
 * Guarantees: the node belongs to one session at a time. There is no order: when the master goes,
 * all others wake and try, and any of them may win. That is simple, and the master is found by one
 * read at a path that everybody knows; with more than some tens of participants take
 * SequenceElection. The fencing token is the czxid of the node, which is made anew for each master.
 * Connection loss and expiry: see Election. The node has no name of its own, so before it is deleted
 * its czxid is looked at: what another session made meanwhile is left alone.
 */
import { isZooKeeperError, type Stat, type WaitOptions, type ZooKeeper } from '../client/index.ts';
import { checkPath } from './arguments.ts';
import type { Contender } from './contenders.ts';
import { type ContendStep, Election } from './election.ts';
import { HeldNode } from './held-node.ts';
import { contendOptionsOf, type LockOptions } from './sequence-lock.ts';
import { deleteIfOwn, ownNodeOf, waitForDeletion } from './sequence-nodes.ts';
import { abortable, RIDE_OUT, withDeadline } from './waiting.ts';

export class SingleNodeElection extends Election {
  readonly #options: ReturnType<typeof contendOptionsOf>;

  constructor(zk: ZooKeeper, path: string, options: LockOptions = {}) {
    super(zk, checkPath(path));
    this.#options = contendOptionsOf(options);
  }

  /** The master as the servers see it; null if there is none at this moment. */
  async master(options: WaitOptions = {}): Promise<Contender | null> {
    const what = `the master at ${this.path}`;
    return withDeadline({ what, ...options }, async (signal) => {
      try {
        const { data, stat } = await this.zk.getData(this.path, { signal, retry: RIDE_OUT });
        return {
          name: this.path.slice(this.path.lastIndexOf('/') + 1),
          identifier: new TextDecoder().decode(data),
          fencingToken: stat.czxid,
          sessionId: stat.ephemeralOwner,
        };
      } catch (error) {
        if (isZooKeeperError(error, 'NoNode')) return null;
        throw error;
      }
    });
  }

  protected override async contend({ signal, onQueued }: ContendStep): Promise<HeldNode> {
    for (;;) {
      // A create that is given up is not left to win later, when nobody looks.
      const created = abortable(this.#create(), signal, (stat) => {
        if (stat !== undefined) deleteIfOwn(this.zk, ownNodeOf(this.path, stat)).catch(() => {});
      });
      const stat = await created;
      onQueued();
      if (stat !== undefined) return this.#hold(stat);
      await waitForDeletion(this.zk, this.path, { signal });
    }
  }

  /** The stat of the own node; undefined when it is somebody else's. */
  async #create(): Promise<Stat | undefined> {
    const { data, acl } = this.#options;
    try {
      const options = { mode: 'ephemeral', createParents: 'container' } as const;
      await this.zk.create(this.path, data, { ...options, acl, retry: RIDE_OUT });
    } catch (error) {
      // After a lost reply, and when an earlier node of this session is still there, it may be ours.
      if (!isZooKeeperError(error, 'NodeExists', 'ConnectionLoss', 'RequestTimeout')) throw error;
    }
    const stat = await this.zk.exists(this.path, { retry: RIDE_OUT });
    return stat?.ephemeralOwner === this.zk.session.id ? stat : undefined;
  }

  #hold(stat: Stat): HeldNode {
    const { abortOn } = this.#options;
    const node = ownNodeOf(this.path, stat);
    return new HeldNode({
      zk: this.zk,
      node,
      remove: () => deleteIfOwn(this.zk, node),
      abortOn,
    });
  }
}
