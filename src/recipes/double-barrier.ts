/**
 * DoubleBarrier: `members` clients begin together and end together. `enter` returns when enough have
 * entered, `leave` when all have left.
 *
 *   /barriers/a                            container
 *     ready                                persistent: made by the member that completes the number
 *     _c_<guid>-member-0000000000          ephemeral: somebody who has entered and not yet left
 *
 * Guarantees: nobody's `enter` returns before `members` of them have entered; nobody's `leave`
 * returns before all who had entered when it was called have left or died. It can be entered
 * again and again. What the well-known recipe gets wrong, and this one does not:
 * - `ready` opens the barrier only for those who entered before it was made. One that was left
 *   behind by a crash, or by a round before, lets nobody in; it is made anew.
 * - `ready` is deleted in one transaction with the last member, so that a slow leaver cannot delete
 *   the one of the next round. When the last one dies instead, `ready` stays behind, see above.
 * - Who leaves looks only at those who were there when it began to: those of the next round would
 *   make it wait for ever.
 * More than `members` may enter; who comes late is let in while enough are inside.
 * On connection loss: waiting goes on after the reconnect.
 * On expiry: this client counts as one that has left; `enter` and `leave` reject.
 *
 * Compat: Curator's DistributedDoubleBarrier and kazoo's DoubleBarrier count the same nodes, but have
 * the flaws above.
 */
import { isZooKeeperError, type Stat, type WaitOptions, type ZooKeeper } from '../client/index.ts';
import { checkInteger, checkPath } from './arguments.ts';
import { RecipeError } from './recipe-error.ts';
import {
  abandonNode,
  childrenOf,
  createSequenceNode,
  deleteNode,
  type OwnNode,
  waitForDeletion,
} from './sequence-nodes.ts';
import { RIDE_OUT, type WatchedRead, waitUntil, withDeadline } from './waiting.ts';

const READY = 'ready';
const MEMBER = 'member-';
const MEMBERS_MAX = 100_000;

export interface DoubleBarrierOptions {
  /** How many must enter. */
  readonly members: number;
  /** Written into the member's node, for people. */
  readonly identifier?: string | undefined;
}

export class DoubleBarrier {
  readonly path: string;
  readonly #zk: ZooKeeper;
  readonly #members: number;
  readonly #identifier: string;
  #node: OwnNode | undefined;
  #isBusy = false;

  constructor(zk: ZooKeeper, path: string, { members, identifier = '' }: DoubleBarrierOptions) {
    this.path = checkPath(path);
    this.#members = checkInteger('members', members, { min: 1, max: MEMBERS_MAX });
    this.#zk = zk;
    this.#identifier = identifier;
  }

  /** Whether this object has entered and not yet left. */
  get isInside(): boolean {
    return this.#node !== undefined && !this.#isBusy;
  }

  /** Resolves when enough have entered. When the wait ends otherwise, this one has not entered. */
  async enter(options: WaitOptions = {}): Promise<void> {
    if (this.#node !== undefined || this.#isBusy) throw this.#invalid('it was entered already');
    const what = `${this.#members} members at the barrier ${this.path}`;
    await this.#busy(() =>
      withDeadline({ what, ...options }, async (signal) => {
        const data = this.#identifier;
        const create = { directory: this.path, prefix: MEMBER, data };
        const node = await createSequenceNode(this.#zk, create, signal);
        try {
          while (!(await this.#isOpen(node, signal))) await this.#waitForReady(node, signal);
          this.#node = node;
        } catch (error) {
          abandonNode(this.#zk, node.path);
          throw error;
        }
      }),
    );
  }

  /** Resolves when all have left. However the wait ends, this one has left. */
  async leave(options: WaitOptions = {}): Promise<void> {
    const node = this.#node;
    if (node === undefined || this.#isBusy) throw this.#invalid('it was not entered');
    const what = `the others to leave the barrier ${this.path}`;
    await this.#busy(async () => {
      this.#node = undefined;
      try {
        await withDeadline({ what, ...options }, (signal) => this.#leave(node, signal));
      } catch (error) {
        abandonNode(this.#zk, node.path);
        throw error;
      }
    });
  }

  /** How many are inside or wait to get in. */
  async count(options: WaitOptions = {}): Promise<number> {
    const what = `an answer about the barrier ${this.path}`;
    return withDeadline({ what, ...options }, async (signal) => {
      return (await this.#present(signal)).length;
    });
  }

  async #busy<T>(work: () => Promise<T>): Promise<T> {
    this.#isBusy = true;
    try {
      return await work();
    } finally {
      this.#isBusy = false;
    }
  }

  async #present(signal: AbortSignal): Promise<string[]> {
    const children = await childrenOf(this.#zk, this.path, signal);
    return children.filter((name) => name !== READY).sort();
  }

  /** Opens it if this member completes the number. */
  async #isOpen(node: OwnNode, signal: AbortSignal): Promise<boolean> {
    const path = `${this.path}/${READY}`;
    for (;;) {
      const ready = await this.#zk.exists(path, { signal, retry: RIDE_OUT });
      if (ready !== null && ready.czxid > node.czxid) return true;
      const present = await this.#present(signal);
      if (!present.includes(node.name)) throw this.#lost();
      if (present.length < this.#members) return false;
      await this.#open(ready);
    }
  }

  /** Whether it worked is seen by the next read. */
  async #open(stale: Stat | null): Promise<void> {
    const path = `${this.path}/${READY}`;
    const transaction = this.#zk.multi();
    const cleared =
      stale === null ? transaction : transaction.delete(path, { version: stale.version });
    try {
      await cleared.create(path, '').commit({ retry: RIDE_OUT });
    } catch (error) {
      const isKnown = isZooKeeperError(error, 'NodeExists', 'NoNode', 'BadVersion');
      if (!isKnown && !isZooKeeperError(error, 'ConnectionLoss')) throw error;
    }
  }

  async #waitForReady(node: OwnNode, signal: AbortSignal): Promise<void> {
    const path = `${this.path}/${READY}`;
    const condition = {
      path,
      kind: 'data' as const,
      read: (options: WatchedRead) => this.#zk.exists(path, options),
      isMet: (ready: Stat | null) =>
        (ready !== null && ready.czxid > node.czxid) || this.#zk.session.id !== node.sessionId,
    };
    await waitUntil(this.#zk, condition, signal);
  }

  async #leave(node: OwnNode, signal: AbortSignal): Promise<void> {
    const peers = new Set(await this.#present(signal));
    if (!peers.has(node.name)) throw this.#lost();
    let isLeft = false;
    for (;;) {
      const present = (await this.#present(signal)).filter((name) => peers.has(name));
      const [lowest] = present;
      const highest = present.at(-1);
      if (lowest === undefined || highest === undefined) return;
      if (lowest === node.name && highest === node.name) return this.#leaveLast(node, signal);
      if (lowest === node.name) {
        await waitForDeletion(this.#zk, `${this.path}/${highest}`, { signal });
        continue;
      }
      if (!isLeft) await deleteNode(this.#zk, node.path, signal);
      isLeft = true;
      await waitForDeletion(this.#zk, `${this.path}/${lowest}`, { signal });
    }
  }

  /** The last one closes the door behind it. */
  async #leaveLast(node: OwnNode, signal: AbortSignal): Promise<void> {
    const ready = `${this.path}/${READY}`;
    try {
      await this.#zk.multi().delete(ready).delete(node.path).commit({ signal, retry: RIDE_OUT });
    } catch (error) {
      if (!isZooKeeperError(error, 'NoNode', 'ConnectionLoss')) throw error;
      // Somebody removed `ready`, or the reply was lost: what matters is that this one goes.
      await deleteNode(this.#zk, node.path, signal);
    }
  }

  #lost(): RecipeError {
    const message = `The node of this member of ${this.path} is gone: its session has ended.`;
    return new RecipeError('Lost', message);
  }

  #invalid(why: string): RecipeError {
    return new RecipeError('InvalidState', `The barrier ${this.path}: ${why}.`);
  }
}
