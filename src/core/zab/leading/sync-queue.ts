/**
 * SyncQueue: who has asked for a sync, in the order of asking. Each is answered when what it waits
 * for is committed and, with `sync.quorum`, a quorum has confirmed since that this server leads.
 * Something that was proposed later and is committed confirms it, too: a quorum has acknowledged
 * that. So the answer never comes behind the commit of what was asked after it.
 */
import type { Zxid } from '../../../base/zxid.ts';
import type { LearnerHandler } from '../learner-handler.ts';
import type { LeadershipCheck, PingRound } from './leadership-check.ts';

export interface AskedSync {
  /** It waits for this to be committed. */
  readonly afterZxid: Zxid;
  /** The last that was proposed before it, or committed where nothing is outstanding. */
  readonly lastZxid: Zxid;
  /** Null: a client of this server. */
  readonly learner: LearnerHandler | null;
}

export interface PendingSync extends AskedSync {
  /** Which round of pings confirms it; 0 where none is needed. */
  readonly round: PingRound;
}

export class SyncQueue {
  /** Null without `sync.quorum`. */
  readonly #check: LeadershipCheck | null;
  #pending: PendingSync[] = [];

  constructor(check: LeadershipCheck | null) {
    this.#check = check;
  }

  get size(): number {
    return this.#pending.length;
  }

  push(sync: AskedSync): void {
    this.#pending.push({ ...sync, round: this.#roundFor(sync.learner) });
  }

  /** In a small ensemble the leader and who asks are a quorum already. */
  #roundFor(learner: LearnerHandler | null): PingRound {
    const check = this.#check;
    if (check === null || check.isConfirmed(Number.POSITIVE_INFINITY, learner?.sid)) return 0;
    return check.ask();
  }

  forget(learner: LearnerHandler): void {
    this.#pending = this.#pending.filter((sync) => sync.learner !== learner);
  }

  /** The first, if it is to be answered now. */
  due(lastCommitted: Zxid): PendingSync | null {
    const sync = this.#pending[0];
    if (sync === undefined || sync.afterZxid > lastCommitted) return null;
    return sync.lastZxid < lastCommitted || this.#isConfirmed(sync) ? sync : null;
  }

  #isConfirmed({ round, learner }: PendingSync): boolean {
    return round === 0 || this.#check?.isConfirmed(round, learner?.sid) === true;
  }

  dropFirst(): void {
    this.#pending.shift();
  }
}
