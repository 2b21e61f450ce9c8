/**
 * LeadershipCheck: whether a quorum follows this leader still, at a moment that somebody names. Who
 * answers a ping has accepted no later epoch when it is sent, so after a round of answers no other
 * leader can have committed anything before the round began.
 *
 * The rounds are numbered, and the number is the zxid of PING: every learner, a Java one too, sends
 * that back as it came. One round at most is under way; whoever comes meanwhile gets the next.
 */
import type { ServerId } from '../../../base/server-id.ts';
import type { EnsembleConfigs } from '../members/ensemble-configs.ts';

/** The number of a round of pings, from 1 on. */
export type PingRound = number;

export interface LeadershipCheckParts {
  readonly myid: ServerId;
  readonly configs: EnsembleConfigs;
  /** Sends the voters a ping with this number. */
  ping(round: PingRound): void;
}

export class LeadershipCheck {
  readonly #parts: LeadershipCheckParts;
  /** The last round that has begun. */
  #round: PingRound = 0;
  #isUnderWay = false;
  #isNextWanted = false;
  /** The last round that each voter has answered. */
  readonly #answers = new Map<ServerId, PingRound>();

  constructor(parts: LeadershipCheckParts) {
    this.#parts = parts;
  }

  /** A round begins in any case: the pings of a heartbeat. Returns its number. */
  beginRound(): PingRound {
    this.#isUnderWay = true;
    this.#isNextWanted = false;
    return ++this.#round;
  }

  /** Which round will tell that this server leads now. */
  ask(): PingRound {
    if (this.#isUnderWay) {
      this.#isNextWanted = true;
      return this.#round + 1;
    }
    this.#parts.ping(this.beginRound());
    return this.#round;
  }

  /** False when there was no such ping. */
  onAnswer(sid: ServerId, round: PingRound): boolean {
    if (round > this.#round) return false;
    if (round <= (this.#answers.get(sid) ?? 0)) return true;
    this.#answers.set(sid, round);
    if (!this.#isUnderWay || !this.isConfirmed(this.#round)) return true;
    this.#isUnderWay = false;
    if (this.#isNextWanted) this.#parts.ping(this.beginRound());
    return true;
  }

  /** Did a quorum answer that round or a later one? Who asks for it follows as it asks. */
  isConfirmed(round: PingRound, asker?: ServerId): boolean {
    const { myid, configs } = this.#parts;
    const following = new Set<ServerId>([myid, asker ?? myid]);
    for (const [sid, answered] of this.#answers) if (answered >= round) following.add(sid);
    return configs.haveQuorums(following);
  }
}
