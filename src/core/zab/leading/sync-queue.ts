/**
 * SyncQueue: learners that have asked for a sync, in the order of asking. Each is answered when all
 * that was proposed before it asked is committed.
 */
import type { Zxid } from '../../../base/zxid.ts';
import { QuorumPacketType } from '../../../protocol/records/quorum.ts';
import type { LearnerHandler } from '../learner-handler.ts';

export interface PendingSync {
  readonly afterZxid: Zxid;
  readonly learner: LearnerHandler;
}

export class SyncQueue {
  #pending: PendingSync[] = [];

  get size(): number {
    return this.#pending.length;
  }

  push(sync: PendingSync): void {
    this.#pending.push(sync);
  }

  forget(learner: LearnerHandler): void {
    this.#pending = this.#pending.filter((sync) => sync.learner !== learner);
  }

  /** The first, if it is to be answered now. */
  due(lastCommitted: Zxid): PendingSync | null {
    const sync = this.#pending[0];
    return sync !== undefined && sync.afterZxid <= lastCommitted ? sync : null;
  }

  answerFirst(): void {
    this.#pending.shift()?.learner.send(QuorumPacketType.SYNC, 0);
  }
}
