/**
 * ObserverMasterList: whom an observer follows (findLearnerMaster in ZooKeeper's QuorumPeer). With
 * `observerMasterPort` these are the followers, in an order that chance has chosen, one after the
 * other; when none of them could be followed twice, the leader itself, as without observer masters.
 *
 * Java goes round the masters for ever, the leader's address among them, where nobody listens.
 */
import type { Prng } from '../../../base/prng.ts';
import type { ServerId } from '../../../base/server-id.ts';

/** A follower may have lost its leader, too; and Java's cut off who comes in a bad moment. */
const ROUNDS_MAX = 2;

export interface ObserverMasterListOptions {
  /** `observerMasterPort` is set. */
  readonly isEnabled: boolean;
  /** `observer.reconnectDelayMs`: at most, before a round of masters, or before the leader. */
  readonly reconnectDelayMs: number;
}

export interface LearnerMaster {
  readonly sid: ServerId;
  /** It is to be reached at its observer master port: it is a follower. */
  readonly isObserverMaster: boolean;
  /** How long to wait before. */
  readonly delayMs: number;
}

export class ObserverMasterList {
  readonly #options: ObserverMasterListOptions;
  readonly #prng: Prng;
  /** All voters, the leader too: that may be another next time. */
  #order: ServerId[] = [];
  #next = 0;
  /** Since one could be followed. */
  #attempts = 0;

  constructor(options: ObserverMasterListOptions, prng: Prng) {
    this.#options = options;
    this.#prng = prng;
  }

  find(leader: ServerId, voters: ReadonlySet<ServerId>): LearnerMaster {
    this.#follow(voters);
    const masters = this.#options.isEnabled ? voters.size - (voters.has(leader) ? 1 : 0) : 0;
    const isLeaderNext = this.#attempts >= masters * ROUNDS_MAX;
    const isRoundOver = isLeaderNext || this.#next >= this.#order.length;
    this.#attempts = isLeaderNext ? 0 : this.#attempts + 1;
    const delayMs = isRoundOver ? this.#chooseDelayMs() : 0;
    if (isLeaderNext) return { sid: leader, isObserverMaster: false, delayMs };
    return { sid: this.#takeNext(leader), isObserverMaster: true, delayMs };
  }

  /** It serves: if it is lost, all others are as good as before. */
  onFollowed(): void {
    this.#attempts = 0;
  }

  #takeNext(leader: ServerId): ServerId {
    for (;;) {
      if (this.#next >= this.#order.length) this.#next = 0;
      const sid = this.#order[this.#next++] ?? leader;
      if (sid !== leader || this.#order.length <= 1) return sid;
    }
  }

  /** Observers must not all choose the same. */
  #follow(voters: ReadonlySet<ServerId>): void {
    const isSame =
      this.#order.length === voters.size && this.#order.every((sid) => voters.has(sid));
    if (isSame) return;
    this.#order = [...voters];
    for (let left = this.#order.length; left > 1; left--) {
      const [picked] = this.#order.splice(this.#prng.below(left), 1);
      if (picked !== undefined) this.#order.push(picked);
    }
    this.#next = 0;
    this.#attempts = 0;
  }

  #chooseDelayMs(): number {
    const { reconnectDelayMs } = this.#options;
    return reconnectDelayMs > 0 ? this.#prng.below(reconnectDelayMs) : 0;
  }
}
