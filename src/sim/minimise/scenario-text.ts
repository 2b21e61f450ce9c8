/** A scenario as the text of a file: JSON, one decision a line, so that people can read what happens. */
import type { Decision } from '../decisions/decision.ts';
import { isOfClient, type Scenario, sizeOf } from './scenario.ts';

export function encodeScenario(scenario: Scenario): string {
  const { decisions, ...facts } = scenario;
  const head = JSON.stringify(facts, null, 2).replace(/\n}$/, '');
  const lines = decisions.map((decision) => `    ${JSON.stringify(decision)}`);
  return `${head},\n  "decisions": [\n${lines.join(',\n')}\n  ]\n}\n`;
}

/** Throws where the text is no scenario. */
export function decodeScenario(text: string): Scenario {
  const value = JSON.parse(text) as Scenario;
  const isGood =
    (value.of === 'server' || value.of === 'ensemble') &&
    Number.isSafeInteger(value.seed) &&
    typeof value.invariant === 'string' &&
    Array.isArray(value.withoutFaults) &&
    value.decisions.every(isDecision);
  if (!isGood) throw new Error('this is no scenario');
  return value;
}

function isDecision({ source, us, states, without, done }: Decision): boolean {
  return (
    typeof source === 'string' &&
    Number.isSafeInteger(us) &&
    [states, without, done].every(Array.isArray)
  );
}

/** What is left of it, in the order in which it happens. */
export function describeScenario(scenario: Scenario): string[] {
  const { seed, mutant, invariant } = scenario;
  const { disturbances, clients, requests, faultKinds } = sizeOf(scenario);
  const of = mutant === null ? '' : ` with the mutant ${mutant}`;
  return [
    `Seed ${seed}${of} violates ${invariant}: ${faultKinds} kinds of fault by chance, ` +
      `${disturbances} disturbances, ${requests} requests of ${clients} clients`,
    ...scenario.decisions.map((decision) => {
      const seconds = (decision.us / 1e6).toFixed(3).padStart(9);
      const who = isOfClient(decision) ? decision.source : '';
      return `${seconds} s  ${who.padEnd(9)} ${decision.done.join(', ') || '(nothing by itself)'}`;
    }),
  ];
}
