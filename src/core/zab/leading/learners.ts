/**
 * Learners: who is connected to this leader, in the order of connecting. For a moment one server may
 * have two connections; the later one counts.
 */
import type { ServerId } from '../../../base/server-id.ts';
import { LearnerHandler } from '../learner-handler.ts';
import type { EnsembleConfigs } from '../members/ensemble-configs.ts';
import type { QuorumLink } from '../quorum-link.ts';
import type { Entry } from '../zab-history.ts';

export class Learners {
  readonly #byLink = new Map<QuorumLink, LearnerHandler>();

  [Symbol.iterator](): IterableIterator<LearnerHandler> {
    return this.#byLink.values();
  }

  of(link: QuorumLink): LearnerHandler | undefined {
    return this.#byLink.get(link);
  }

  add(link: QuorumLink, nowMs: number): void {
    this.#byLink.set(link, new LearnerHandler(link, nowMs));
  }

  /** Null when it is gone already. */
  remove(link: QuorumLink): LearnerHandler | null {
    const learner = this.#byLink.get(link);
    if (learner === undefined) return null;
    this.#byLink.delete(link);
    learner.release();
    return learner;
  }

  /** Further connections that say they are the same server. */
  othersOf(learner: LearnerHandler): readonly LearnerHandler[] {
    return [...this].filter((other) => other !== learner && other.sid === learner.sid);
  }

  /** There is a connection with it that is up to date and was heard of since. */
  isFollowing(sid: ServerId, sinceMs: number): boolean {
    for (const { sid: other, phase, lastHeardMs } of this) {
      if (other === sid && phase === 'broadcast' && lastHeardMs >= sinceMs) return true;
    }
    return false;
  }

  /** The followers that are in synchrony now. */
  syncedFollowers(): Set<ServerId> {
    const synced = new Set<ServerId>();
    for (const { sid, isFollower, hasAckedNewLeader } of this) {
      if (isFollower && hasAckedNewLeader) synced.add(sid);
    }
    return synced;
  }

  markVoters(configs: EnsembleConfigs): void {
    for (const learner of this) {
      learner.isVoter = learner.isFollower && configs.isVoter(learner.sid);
    }
  }

  propose(entry: Entry): void {
    for (const learner of this) {
      if (learner.isFollower && learner.isForwarding) learner.propose(entry);
    }
  }

  commit(entries: readonly Entry[]): void {
    for (const learner of this) if (learner.isForwarding) learner.commit(entries);
  }

  /** The entry is a reconfiguration, under which `designated` leads. */
  activate(entry: Entry, designated: ServerId): void {
    for (const learner of this) if (learner.isForwarding) learner.activate(entry, designated);
  }

  end(reason: string): void {
    for (const learner of this) {
      learner.release();
      learner.link.close('this server does not lead any more', reason);
    }
    this.#byLink.clear();
  }
}
