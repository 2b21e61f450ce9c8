/** All scenarios, in the order in which docs/learn tells them. */
import type { LearnScenario } from './learn-scenario.ts';
import { broadcast } from './scenarios/broadcast.ts';
import { clientOrder } from './scenarios/client-order.ts';
import { committedOnOne } from './scenarios/committed-on-one.ts';
import { electionCrash } from './scenarios/election-crash.ts';
import { electionStart } from './scenarios/election-start.ts';
import { evenEnsemble } from './scenarios/even-ensemble.ts';
import { leaderOnlyProposal } from './scenarios/leader-only-proposal.ts';
import { lostQuorum } from './scenarios/lost-quorum.ts';
import { observer } from './scenarios/observer.ts';
import { paxosLiveLock } from './scenarios/paxos-live-lock.ts';
import { readOnly } from './scenarios/read-only.ts';
import { rooms } from './scenarios/rooms.ts';
import { sessionBuckets } from './scenarios/session-buckets.ts';
import { sessionTouch } from './scenarios/session-touch.ts';
import { singleImage } from './scenarios/single-image.ts';
import { snapshot } from './scenarios/snapshot.ts';
import { sync } from './scenarios/sync.ts';
import { watch } from './scenarios/watch.ts';

export const scenarios: readonly LearnScenario[] = [
  clientOrder,
  sync,
  singleImage,
  paxosLiveLock,
  observer,
  broadcast,
  committedOnOne,
  leaderOnlyProposal,
  snapshot,
  electionStart,
  electionCrash,
  sessionBuckets,
  sessionTouch,
  watch,
  readOnly,
  evenEnsemble,
  rooms,
  lostQuorum,
];
