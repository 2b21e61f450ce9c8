/**
 * LIN: the writes of all clients, and the reads that promise it, are linearizable; other reads show
 * each session a state that never goes back. An independent second opinion to what the other
 * checkers find with the log as their witness: it knows only what clients asked, when, and what came
 * back, and searches for an order that explains it. What takes too long is undecided, and counted.
 */
import { describeAsk } from '../../clients/client-request.ts';
import type { History, Violation } from '../../history.ts';
import { describeValue } from '../../model/same-value.ts';
import { type HistoryRules, sessionsOf } from './client-ops.ts';
import { Footprints } from './footprint.ts';
import { OrderSearch, type Stuck } from './order-search.ts';
import { SearchState } from './search-state.ts';

export interface OrderRules extends HistoryRules {
  /** How many answers may be worked out. */
  readonly stepsMax: number;
}

export interface CheckedOrder {
  readonly kind: 'ordered' | 'undecided' | 'impossible';
  readonly violations: readonly Violation[];
  readonly ops: number;
  readonly steps: number;
}

/** More than most orders take by far; one in thirty takes more. */
export const STEPS_MAX = 5_000;

/**
 * Of one server every read shows all that was acknowledged, and what one life of its process has
 * not done the next one does not do.
 */
export function oneServer({ connections }: History): OrderRules {
  const begins = new Map<number, number>();
  for (const { life, attempt } of connections) {
    begins.set(life, Math.min(attempt.at, begins.get(life) ?? attempt.at));
  }
  return {
    stepsMax: STEPS_MAX,
    isExact: () => true,
    tailsUntil({ life }) {
      const later = [...begins].filter(([each]) => each > life).map(([, at]) => at);
      return Math.min(...later, Number.POSITIVE_INFINITY);
    },
  };
}

export function checkOrder(history: History, rules = oneServer(history)): CheckedOrder {
  const footprints = new Footprints();
  const sessions = sessionsOf(history, rules, footprints);
  const removesNeverUsed = history.options.neverUsedMs !== 0;
  const state = new SearchState({ sessions, footprints, removesNeverUsed });
  const outcome = new OrderSearch(state, rules.stepsMax).run();
  const ops = sessions.reduce((sum, { known }) => sum + known.length, 0);
  const { kind, steps } = outcome;
  const violations =
    outcome.kind === 'impossible'
      ? [{ invariant: 'LIN', message: describe(outcome.stuck, ops) }]
      : [];
  return { kind, violations, ops, steps };
}

function describe({ placed, op, judged }: Stuck, ops: number): string {
  const { connection, xid, ask, answer } = op;
  return (
    `no order explains the answers: ${placed} of ${ops} can be placed, then connection ` +
    `${connection}, xid ${xid}, ${describeAsk(ask)} got ${answer?.err} ` +
    `${describeValue(answer?.body)}, not ${judged.err} ${describeValue(judged.body)}`
  );
}
