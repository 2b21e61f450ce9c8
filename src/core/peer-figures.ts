/** What operators ask of a member of an ensemble: figures for `srvr`, `mntr` and `conf`. */
import type { Now } from '../base/now.ts';
import { LeadingRole } from './leading-role.ts';
import { LearningRole } from './learning-role.ts';
import type { PeerRole } from './peer-role.ts';
import type { LearnerHandler } from './zab/learner-handler.ts';
import type { QuorumVerifier } from './zab/members/quorum-verifier.ts';

/** In bytes; -1 until there was a proposal. */
export interface ProposalSizes {
  readonly last: number;
  readonly min: number;
  readonly max: number;
}

export interface LeaderFigures {
  readonly learners: number;
  readonly syncedFollowers: number;
  readonly syncedNonVotingFollowers: number;
  readonly syncedObservers: number;
  readonly pendingSyncs: number;
  readonly uptimeMs: number;
  readonly proposalSizes: ProposalSizes;
}

export interface PeerFigures {
  /** `leading - broadcast`: state and phase, as ZooKeeper says them. */
  readonly peerState: string;
  readonly quorumSize: number;
  /** The configuration of the ensemble as text. */
  readonly membership: string;
  /** Null unless it leads. */
  readonly leader: LeaderFigures | null;
  /** Of an observer: the server that it is fed by. */
  readonly observerMasterId: number | null;
  /** Of a follower that feeds observers: those that are up to date. */
  readonly syncedObservers: number | null;
}

export function peerFigures(role: PeerRole, verifier: QuorumVerifier, now: Now): PeerFigures {
  const isObserver = role instanceof LearningRole && role.learner.isObserver;
  return {
    peerState: `${role.state.toLowerCase()} - ${zabPhase(role)}`,
    quorumSize: verifier.voters.size,
    membership: verifier.configText,
    leader: role instanceof LeadingRole ? leaderFigures(role, now) : null,
    observerMasterId: isObserver ? role.learner.master : null,
    syncedObservers: role instanceof LearningRole ? role.syncedObservers : null,
  };
}

function zabPhase(role: PeerRole): string {
  if (role instanceof LeadingRole) return role.leader.phase;
  if (!(role instanceof LearningRole)) return 'election';
  switch (role.learner.stage) {
    case 'discovery':
    case 'accepting':
    case 'acknowledged':
      return 'discovery';
    case 'broadcast':
      return 'broadcast';
    default:
      return 'synchronization';
  }
}

function leaderFigures({ leader, servingSinceMs }: LeadingRole, now: Now): LeaderFigures {
  const learners = [...leader.learners];
  const synced = learners.filter(({ phase }) => phase === 'broadcast');
  const count = (isCounted: (learner: LearnerHandler) => boolean) =>
    synced.filter(isCounted).length;
  return {
    learners: learners.length,
    syncedFollowers: count(({ isVoter }) => isVoter),
    syncedNonVotingFollowers: count(({ isFollower, isVoter }) => isFollower && !isVoter),
    syncedObservers: count(({ isFollower }) => !isFollower),
    pendingSyncs: leader.pendingSyncCount,
    uptimeMs: servingSinceMs < 0 ? 0 : now.monotonicMs - servingSinceMs,
    proposalSizes: leader.proposalSizes,
  };
}
