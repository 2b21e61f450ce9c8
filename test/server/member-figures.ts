/** A follower and a leader of three servers, as their figures show them. */
import type { PeerFigures } from '../../src/core/peer-figures.ts';

export const FOLLOWER: PeerFigures = {
  peerState: 'following - broadcast',
  zabPhase: 'broadcast',
  leaderId: 3,
  members: new Map(),
  learners: [],
  quorumSize: 3,
  membership: 'version=0',
  leader: null,
  observerMasterId: null,
  syncedObservers: null,
};

export const LEADER: PeerFigures = {
  ...FOLLOWER,
  peerState: 'leading - broadcast',
  leader: {
    learners: 3,
    syncedFollowers: 2,
    syncedNonVotingFollowers: 0,
    syncedObservers: 1,
    pendingSyncs: 0,
    uptimeMs: 2718.5,
    proposalSizes: { last: 87, min: 48, max: 87 },
  },
};
