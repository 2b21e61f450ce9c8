/**
 * Vote: whom a server wants as leader, and the order of votes (ZooKeeper's Vote and
 * FastLeaderElection.totalOrderPredicate).
 *
 * A vote carries what the proposed leader said about itself. The larger (peerEpoch, zxid, leader)
 * wins, so whoever gathers a quorum has the history of every member of that quorum.
 */
import type { ServerId } from '../../../base/server-id.ts';
import type { Epoch, Zxid } from '../../../base/zxid.ts';
import { ServerState } from '../../../protocol/records/election.ts';
import type { QuorumVerifier } from '../members/quorum-verifier.ts';

/** Who can be voted for: what the order of votes looks at. */
export interface Candidate {
  readonly leader: ServerId;
  readonly zxid: Zxid;
  /** The currentEpoch of the proposed leader. */
  readonly peerEpoch: Epoch;
}

export interface Vote extends Candidate {
  /** The round in which it was cast. */
  readonly electionEpoch: number;
}

/** A vote as it was received: `state` is the voter's, `version` that of its notification. */
export interface CastVote extends Vote {
  readonly state: ServerState;
  readonly version: number;
}

/** Whether the challenger takes the place of the current candidate. Without weight: never. */
export function isBetterVote(
  verifier: QuorumVerifier,
  challenger: Candidate,
  current: Candidate,
): boolean {
  if (verifier.weightOf(challenger.leader) === 0) return false;
  if (challenger.peerEpoch !== current.peerEpoch) return challenger.peerEpoch > current.peerEpoch;
  if (challenger.zxid !== current.zxid) return challenger.zxid > current.zxid;
  return challenger.leader > current.leader;
}

/**
 * Whether two votes count together. While one of the voters looks, all must agree. Those who follow
 * or lead say what they said when they were elected: only the leader and its epoch are the same for
 * all of them (ZOOKEEPER-1805), and before notifications had a version not even the epoch
 * (ZOOKEEPER-1732).
 */
export function isSameVote(a: CastVote, b: CastVote): boolean {
  if (a.leader !== b.leader) return false;
  if (a.state === ServerState.LOOKING || b.state === ServerState.LOOKING) {
    return a.zxid === b.zxid && a.electionEpoch === b.electionEpoch && a.peerEpoch === b.peerEpoch;
  }
  const isMixed = a.version > 0 !== b.version > 0;
  return isMixed || a.peerEpoch === b.peerEpoch;
}
