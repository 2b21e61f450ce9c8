/** What operators ask of a member of an ensemble: figures for `srvr`, `mntr` and `conf`. */
import type { Now } from '../base/now.ts';
import type { ServerId } from '../base/server-id.ts';
import type { Zxid } from '../base/zxid.ts';
import { LeadingRole } from './leading-role.ts';
import { LearningRole } from './learning-role.ts';
import type { PeerRole } from './peer-role.ts';
import type { LearnerHandler, LearnerPhase } from './zab/learner-handler.ts';
import type { EnsembleConfig } from './zab/members/ensemble-config.ts';
import type { EnsembleServer } from './zab/members/ensemble-server.ts';
import type { LinkRemote } from './zab/quorum-link.ts';

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

/** A learner that this server feeds, as far as it has come. */
export interface LearnerFigures {
  /** -1 before it has said who it is. */
  readonly sid: ServerId;
  readonly remote: LinkRemote;
  readonly phase: LearnerPhase;
  readonly isFollower: boolean;
  readonly isVoter: boolean;
  readonly connectedMs: number;
  /** Bytes that are still to be sent. */
  readonly queuedBytes: number;
  /** It has acknowledged all proposals up to here; -1 before. */
  readonly lastAcked: Zxid;
}

export interface PeerFigures {
  /** `leading - broadcast`: state and phase, as ZooKeeper says them. */
  readonly peerState: string;
  /** `election` while there is no leader. */
  readonly zabPhase: string;
  /** Null while there is none. */
  readonly leaderId: ServerId | null;
  /** The configuration of the ensemble that counts. */
  readonly members: ReadonlyMap<ServerId, EnsembleServer>;
  /** Those that this server feeds, as a leader or as an observer master. */
  readonly learners: readonly LearnerFigures[];
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

export interface PeerFiguresSource {
  readonly role: PeerRole;
  readonly config: EnsembleConfig;
  readonly myid: ServerId;
  readonly now: Now;
}

export function peerFigures({ role, config, myid, now }: PeerFiguresSource): PeerFigures {
  const isObserver = role instanceof LearningRole && role.learner.isObserver;
  const phase = zabPhase(role);
  return {
    peerState: `${role.state.toLowerCase()} - ${phase}`,
    zabPhase: phase,
    leaderId: leaderOf(role, myid),
    members: config.servers,
    learners: learnersOf(role).map(describeLearner),
    quorumSize: config.voters.size,
    membership: config.configText,
    leader: role instanceof LeadingRole ? leaderFigures(role, now) : null,
    observerMasterId: isObserver ? role.learner.master : null,
    syncedObservers: role instanceof LearningRole ? role.syncedObservers : null,
  };
}

function leaderOf(role: PeerRole, myid: ServerId): ServerId | null {
  if (role instanceof LeadingRole) return myid;
  return role instanceof LearningRole ? role.learner.leader : null;
}

function learnersOf(role: PeerRole): readonly LearnerHandler[] {
  if (role instanceof LeadingRole) return [...role.leader.learners];
  return role instanceof LearningRole ? role.observers : [];
}

function describeLearner(learner: LearnerHandler): LearnerFigures {
  const { sid, link, phase, isFollower, isVoter, connectedMs, lastAcked } = learner;
  const { remote, output } = link;
  const queuedBytes = output.length;
  return { sid, remote, phase, isFollower, isVoter, connectedMs, queuedBytes, lastAcked };
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
