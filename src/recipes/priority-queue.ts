/**
 * PriorityQueue: the most urgent item first, among equals the oldest. 0 is the most urgent, 999 the
 * least.
 *
 *   /queues/a                              persistent
 *     _c_<guid>-entry-010-0000000001       taken first: priority 10
 *     _c_<guid>-entry-100-0000000000
 *
 * Guarantees, connection loss and expiry: see SequenceQueue. Each `take` looks at all items anew, so
 * an urgent one that has just been put is seen.
 *
 * Compat: with `names: 'plain'` it is kazoo's Queue. Items of both kinds are taken.
 */
import type { Data, WaitOptions, ZooKeeper } from '../client/index.ts';
import { checkInteger } from './arguments.ts';
import { PRIORITY, priorityPrefix, sortPriorityNames } from './priority-names.ts';
import { type QueueEntry, type QueueOptions, SequenceQueue } from './sequence-queue.ts';

export interface PriorityPutOptions extends WaitOptions {
  /** 0 (most urgent) to 999; 100 when absent. */
  readonly priority?: number | undefined;
}

export class PriorityQueue extends SequenceQueue {
  constructor(zk: ZooKeeper, path: string, options: QueueOptions = {}) {
    super(zk, path, { ...options, isOrderKept: false });
  }

  async put(data: Data, options: PriorityPutOptions = {}): Promise<string> {
    const { priority = PRIORITY.usual, ...wait } = options;
    checkInteger('priority', priority, PRIORITY);
    return this.putNamed(priorityPrefix(priority), data, wait);
  }

  protected override sort(children: readonly string[]): QueueEntry[] {
    return sortPriorityNames(children).map(({ name }) => ({ name, dueAtMs: 0 }));
  }
}
