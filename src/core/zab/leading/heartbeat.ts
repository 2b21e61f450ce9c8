/**
 * Heartbeat: twice a tick the leader pings its learners, and lets go those that are not heard of or
 * do not keep up. What a learner sends or takes proves that it lives.
 */
import type { Zxid } from '../../../base/zxid.ts';
import { writePing } from '../../../protocol/records/quorum.ts';
import type { LearnerHandler } from '../learner-handler.ts';
import type { ZabOptions } from '../zab-options.ts';
import type { Learners } from './learners.ts';

export class Heartbeat {
  readonly #options: ZabOptions;
  readonly #learners: Learners;
  #nextMs = 0;

  constructor(options: ZabOptions, learners: Learners) {
    this.#options = options;
    this.#learners = learners;
  }

  /** True once for each half of a tick. */
  takeDue(nowMs: number): boolean {
    if (nowMs < this.#nextMs) return false;
    this.#nextMs = nowMs + this.#options.tickTimeMs / 2;
    return true;
  }

  ping(zxid: Zxid): void {
    for (const learner of this.#learners) {
      if (learner.isForwarding) writePing(learner.writer, zxid, null);
    }
  }

  /** Beyond the usual pings. */
  pingVoters(zxid: Zxid): void {
    for (const learner of this.#learners) {
      if (learner.isForwarding && learner.isVoter) writePing(learner.writer, zxid, null);
    }
  }

  /** Learners to let go, whose links are closed with the reason. */
  closeLate(nowMs: number): readonly LearnerHandler[] {
    return [...this.#learners].filter((learner) => {
      const reason = this.#lateness(learner, nowMs);
      if (reason !== null) learner.link.close(reason);
      return reason !== null;
    });
  }

  #lateness(learner: LearnerHandler, nowMs: number): string | null {
    const { tickTimeMs, initLimitTicks, syncLimitTicks } = this.#options;
    const isSynced = learner.phase === 'broadcast';
    const ticks = isSynced ? syncLimitTicks : initLimitTicks;
    const isBehind =
      isSynced && learner.isFollower && !learner.keepsUp(nowMs, syncLimitTicks * tickTimeMs);
    if (nowMs - learner.lastHeardMs > ticks * tickTimeMs) return 'learner is silent';
    return isBehind ? 'learner does not keep up' : null;
  }
}
