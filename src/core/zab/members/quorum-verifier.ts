/**
 * QuorumVerifier: one configuration of the ensemble, and which of its servers make a quorum
 * (ZooKeeper's interface of that name). Two kinds: QuorumMaj and QuorumHierarchical.
 */
import type { ServerId } from '../../../base/server-id.ts';

export interface QuorumVerifier {
  /** Of the configuration: the zxid of the reconfig that made it, 0 for the first. */
  readonly version: number;
  readonly voters: ReadonlySet<ServerId>;
  readonly observers: ReadonlySet<ServerId>;
  /** The text that stands for the configuration in notifications and in /zookeeper/config. */
  readonly configText: string;
  /** A server of weight 0 is never elected. */
  weightOf(sid: ServerId): number;
  /** Acks of servers that are not voters do not count. */
  containsQuorum(acks: ReadonlySet<ServerId>): boolean;
}

/** What every kind is made from. */
export interface EnsembleMembers {
  readonly version: number;
  readonly voters: ReadonlySet<ServerId>;
  readonly observers: ReadonlySet<ServerId>;
  readonly configText: string;
}

/** Throws where the lists contradict each other. */
export function checkMembers({ voters, observers }: EnsembleMembers): void {
  for (const sid of [...voters, ...observers]) {
    if (Number.isSafeInteger(sid)) continue;
    throw new Error(`Server id ${sid} is not a whole number within ±2^53.`);
  }
  for (const sid of voters) {
    if (!observers.has(sid)) continue;
    throw new Error(`Server ${sid} is a voter and an observer at once; it can only be one.`);
  }
}
