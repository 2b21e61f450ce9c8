/**
 * What an order of all requests to an ensemble must keep to. Writes are linearizable, and so is a
 * sync as long as only one server believes to lead, or a quorum is asked; plain reads show each session a state that never
 * goes back and has its own writes in it, and may be behind what others were told.
 */
import { type OrderRules, STEPS_MAX } from '../../checkers/linearizability/check-order.ts';
import type { SyncRules } from './syncs.ts';

export function ordersOf({ timeline, syncQuorum }: SyncRules): OrderRules {
  return {
    stepsMax: STEPS_MAX,
    isExact: ({ at, ask }, reply) => {
      if (ask.kind !== 'sync') return false;
      return syncQuorum || timeline.leadersBetween(at, reply.at) <= 1;
    },
    // What a server has forwarded can be committed when it is gone.
    tailsUntil: () => Number.POSITIVE_INFINITY,
  };
}
