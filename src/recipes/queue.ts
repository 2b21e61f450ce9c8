/**
 * Queue: first in, first out.
 *
 *   /queues/a                              persistent
 *     _c_<guid>-qn-0000000000              persistent sequential: an item, the first
 *     _c_<guid>-qn-0000000001
 *
 * Guarantees, connection loss and expiry: see SequenceQueue. Items are taken in the order in which
 * the servers made their nodes.
 *
 * Compat: with `names: 'plain'` it is the queue of ZooKeeper's recipe and of Curator's
 * SimpleDistributedQueue (`qn-0000000000`). Items of both kinds are taken.
 */
import type { Data, WaitOptions, ZooKeeper } from '../client/index.ts';
import { sortSequenceNames } from './sequence-nodes.ts';
import { type QueueEntry, type QueueOptions, SequenceQueue } from './sequence-queue.ts';

const PREFIX = 'qn-';

export class Queue extends SequenceQueue {
  constructor(zk: ZooKeeper, path: string, options: QueueOptions = {}) {
    super(zk, path, { ...options, isOrderKept: true });
  }

  /** Puts an item at the end; resolves with its name. */
  async put(data: Data, options: WaitOptions = {}): Promise<string> {
    return this.putNamed(PREFIX, data, options);
  }

  protected override sort(children: readonly string[]): QueueEntry[] {
    return sortSequenceNames(children, [PREFIX]).map(({ name }) => ({ name, dueAtMs: 0 }));
  }
}
