/**
 * QuorumHierarchical: voters stand in groups and have weights; a quorum is more than half of the
 * groups, each with more than half of its weight. Groups without weight do not count.
 */
import { assert, present } from '../../../base/assert.ts';
import type { ServerId } from '../../../base/server-id.ts';
import { checkMembers, type EnsembleMembers, type QuorumVerifier } from './quorum-verifier.ts';

export interface HierarchicalMembers extends EnsembleMembers {
  /** `group.g=1:2:3` as g → [1, 2, 3]. */
  readonly groups: ReadonlyMap<number, readonly ServerId[]>;
  /** `weight.N=w`; a voter without one has weight 1. */
  readonly weights: ReadonlyMap<ServerId, number>;
}

export class QuorumHierarchical implements QuorumVerifier {
  readonly version: number;
  readonly voters: ReadonlySet<ServerId>;
  readonly observers: ReadonlySet<ServerId>;
  readonly configText: string;
  readonly #weights: ReadonlyMap<ServerId, number>;
  readonly #groupOf: ReadonlyMap<ServerId, number>;
  readonly #groupWeights: ReadonlyMap<number, number>;
  /** Of those with weight. */
  readonly #groupCount: number;

  constructor(members: HierarchicalMembers) {
    checkMembers(members);
    this.version = members.version;
    this.voters = members.voters;
    this.observers = members.observers;
    this.configText = members.configText;
    this.#weights = weightsOf(members);
    this.#groupOf = groupsOf(members);
    this.#groupWeights = this.#sumByGroup(this.#groupOf.keys());
    this.#groupCount = [...this.#groupWeights.values()].filter((weight) => weight > 0).length;
  }

  weightOf(sid: ServerId): number {
    return this.#weights.get(sid) ?? 0;
  }

  containsQuorum(acks: ReadonlySet<ServerId>): boolean {
    const acked = this.#sumByGroup([...acks].filter((sid) => this.voters.has(sid)));
    let groups = 0;
    for (const [group, weight] of acked) {
      const whole = present(this.#groupWeights.get(group));
      assert(weight <= whole, 'a group was acked with more than its weight');
      if (weight > Math.floor(whole / 2)) groups++;
    }
    return groups > Math.floor(this.#groupCount / 2);
  }

  #sumByGroup(sids: Iterable<ServerId>): Map<number, number> {
    const sums = new Map<number, number>();
    for (const sid of sids) {
      const group = present(this.#groupOf.get(sid));
      sums.set(group, (sums.get(group) ?? 0) + this.weightOf(sid));
    }
    return sums;
  }
}

function weightsOf({ voters, weights }: HierarchicalMembers): Map<ServerId, number> {
  for (const [sid, weight] of weights) {
    if (Number.isSafeInteger(weight) && weight >= 0) continue;
    throw new Error(`The weight of server ${sid} is ${weight}; it must be a whole number from 0.`);
  }
  const unweighted = [...voters].filter((sid) => !weights.has(sid));
  return new Map([...weights, ...unweighted.map((sid) => [sid, 1] as const)]);
}

/**
 * Compat: an observer in a group is let pass if it has a weight of its own, which then counts for
 * the group although the observer never acks; without one Java stops with a NullPointerException.
 */
function groupsOf({ voters, groups, weights }: HierarchicalMembers): Map<ServerId, number> {
  const groupOf = new Map<ServerId, number>();
  for (const [group, sids] of groups) {
    for (const sid of sids) {
      if (groupOf.has(sid)) throw new Error(`Server ${sid} is in more than one group.`);
      if (!voters.has(sid) && !weights.has(sid)) {
        throw new Error(`Server ${sid} of group ${group} is not a voter of the configuration.`);
      }
      groupOf.set(sid, group);
    }
  }
  for (const sid of voters) {
    if (!groupOf.has(sid)) throw new Error(`Server ${sid} is not in a group.`);
  }
  return groupOf;
}
