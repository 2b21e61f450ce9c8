/**
 * SyncedLearnerTracker: acks counted against every configuration that must agree (ZooKeeper's
 * class of that name): the current one, and the next while a reconfiguration is under way.
 */
import { assert } from '../../../base/assert.ts';
import type { ServerId } from '../../../base/server-id.ts';
import type { QuorumVerifier } from '../members/quorum-verifier.ts';

export class SyncedLearnerTracker {
  readonly #verifiers: readonly QuorumVerifier[];
  readonly #acks = new Set<ServerId>();

  constructor(verifiers: readonly QuorumVerifier[]) {
    assert(verifiers.length > 0, 'a quorum of no configuration');
    this.#verifiers = verifiers;
  }

  /** Whether it counts: the server is a voter of one of the configurations. */
  addAck(sid: ServerId): boolean {
    const isVoter = this.#verifiers.some(({ voters }) => voters.has(sid));
    if (isVoter) this.#acks.add(sid);
    return isVoter;
  }

  /** Who acked takes it back. */
  removeAck(sid: ServerId): void {
    this.#acks.delete(sid);
  }

  hasAck(sid: ServerId): boolean {
    return this.#acks.has(sid);
  }

  hasSomeQuorum(): boolean {
    return this.#verifiers.some((verifier) => verifier.containsQuorum(this.#acks));
  }

  hasAllQuorums(): boolean {
    return this.#verifiers.every((verifier) => verifier.containsQuorum(this.#acks));
  }
}
