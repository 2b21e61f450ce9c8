/**
 * DelayedQueue: an item can be taken only after some time.
 *
 *   /queues/a                              persistent
 *     _c_<guid>-due-0001767225600000-0000000000     the moment it is due, ms since 1970
 *     _c_<guid>-due-0001767225660000-0000000001
 *
 * Guarantees: see SequenceQueue. An item is not taken before it is due; those that are due are taken
 * in the order of that moment. It is compared by the clocks of who puts and who takes: as far as
 * these are apart, items come early or late.
 * Connection loss and expiry: see SequenceQueue.
 *
 * Curator's DistributedDelayQueue is the same idea with other names.
 */
import type { Data, WaitOptions, ZooKeeper } from '../client/index.ts';
import { fail, shown } from './arguments.ts';
import { compareSequence } from './sequence-nodes.ts';
import { type QueueEntry, type QueueOptions, SequenceQueue } from './sequence-queue.ts';

export interface DelayedPutOptions extends WaitOptions {
  /** From now; `dueAt` is the other way to say it. 0 when both are absent. */
  readonly delayMs?: number | undefined;
  readonly dueAt?: Date | undefined;
}

const NAME = /(?:^|-)due-(\d{16})-(-?\d{10})$/;
const DIGITS = 16;
const DUE_MS_MAX = 8.64e15;

export class DelayedQueue extends SequenceQueue {
  constructor(zk: ZooKeeper, path: string, options: QueueOptions = {}) {
    super(zk, path, { ...options, isOrderKept: false });
  }

  async put(data: Data, options: DelayedPutOptions = {}): Promise<string> {
    const { delayMs, dueAt, ...wait } = options;
    const dueAtMs = dueMsOf({ delayMs, dueAt });
    return this.putNamed(`due-${String(dueAtMs).padStart(DIGITS, '0')}-`, data, wait);
  }

  protected override sort(children: readonly string[]): QueueEntry[] {
    return children
      .map((name) => {
        const match = NAME.exec(name);
        if (match === null) return undefined;
        return { name, dueAtMs: Number(match[1]), sequence: Number(match[2]) };
      })
      .filter((each) => each !== undefined)
      .sort((a, b) => a.dueAtMs - b.dueAtMs || compareSequence(a, b));
  }
}

function dueMsOf({ delayMs, dueAt }: DelayedPutOptions): number {
  if (delayMs !== undefined && dueAt !== undefined) fail('Give delayMs or dueAt, not both.');
  const ms = dueAt === undefined ? Date.now() + checkDelay(delayMs ?? 0) : dueAt.getTime();
  if (ms >= 0 && ms <= DUE_MS_MAX) return Math.ceil(ms);
  return fail(
    `The item would be due at ${shown(dueAt ?? delayMs)}, which is no date from 1970 on.`,
  );
}

function checkDelay(delayMs: unknown): number {
  if (typeof delayMs === 'number' && delayMs >= 0) return delayMs;
  return fail(`delayMs is ${shown(delayMs)}; it must be a number of milliseconds, 0 or above.`);
}
