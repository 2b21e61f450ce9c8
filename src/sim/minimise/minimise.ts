/**
 * Minimise: a failing seed made smaller, as long as it still violates the same invariant: fewer kinds
 * of fault, clients, disturbances and requests, and a shorter chaos. Each step leaves something out
 * of what was decided in the run before; what stays is decided as it was (`decisions.ts`).
 */
import type { Decision } from '../decisions/decision.ts';
import {
  ambientFaults,
  clientsOf,
  isOfClient,
  runScenario,
  type Scenario,
  sizeOf,
} from './scenario.ts';
import { shrink } from './shrink.ts';

export interface Minimising {
  /** More runs than so many are not worth it. */
  readonly runsMax: number;
  report(text: string): void;
}

export interface Minimised {
  readonly before: Scenario;
  readonly after: Scenario;
  readonly runs: number;
}

type Origin = Pick<Scenario, 'of' | 'seed' | 'mutant'>;

const ROUNDS_MAX = 3;
/** Of a smaller run nobody waits much longer than the larger one took to fail. */
const WAIT_US_MAX = 10_000_000;

/** Null when the seed violates nothing, or not again when what it decided is done again. */
export function minimise(origin: Origin, minimising: Minimising): Minimised | null {
  const empty = { withoutFaults: [], clients: null, chaosUs: null, decisions: [] };
  const free = runScenario({ ...origin, ...empty, invariant: '' }, { isFree: true });
  const first = free.violations[0];
  if (first === undefined) return null;
  const start = { ...origin, ...empty, invariant: first.invariant, decisions: free.made };
  const minimiser = new Minimiser(start, minimising);
  if (!minimiser.tries({})) return null;
  const before = minimiser.best;
  minimiser.run();
  return { before, after: minimiser.best, runs: minimiser.runs };
}

class Minimiser {
  best: Scenario;
  runs = 0;
  readonly #minimising: Minimising;
  #stopUs = Number.POSITIVE_INFINITY;

  constructor(start: Scenario, minimising: Minimising) {
    this.best = start;
    this.#minimising = minimising;
  }

  run(): void {
    for (let round = 0; round < ROUNDS_MAX; round++) {
      const before = this.best.decisions.length;
      this.#leaveOutIdle();
      this.#leaveOutClients();
      this.#leaveOutFaults();
      this.#leaveOut('disturbances', (decision) => !isOfClient(decision));
      this.#leaveOut('turns of clients', isOfClient);
      this.#leaveOutRequests();
      this.#shorten();
      if (this.best.decisions.length === before) return;
    }
  }

  /** With this changed, does it still do it? Then that is the best from now on. */
  tries(change: Partial<Scenario>): boolean {
    if (this.runs >= this.#minimising.runsMax) return false;
    this.runs++;
    const candidate = { ...this.best, ...change };
    const { violations, made, counts } = runScenario(candidate, { stopUs: this.#stopUs });
    if (!violations.some(({ invariant }) => invariant === candidate.invariant)) return false;
    this.best = { ...candidate, decisions: made };
    if (counts['seconds'] !== undefined) this.#stopUs = counts['seconds'] * 1e6 + WAIT_US_MAX;
    return true;
  }

  #report(what: string): void {
    const { disturbances, clients, requests, faultKinds } = sizeOf(this.best);
    this.#minimising.report(
      `${this.runs} runs, ${what}: ${faultKinds} faults by chance, ${disturbances} ` +
        `disturbances, ${requests} requests of ${clients} clients`,
    );
  }

  #leaveOutIdle(): void {
    const decisions = this.best.decisions.filter(({ done }) => done.length > 0);
    if (decisions.length < this.best.decisions.length) this.tries({ decisions });
    this.#report('what came to nothing');
  }

  #leaveOutClients(): void {
    const sources = new Set(this.best.decisions.filter(isOfClient).map(({ source }) => source));
    for (const source of sources) {
      this.tries({ decisions: this.best.decisions.filter((each) => each.source !== source) });
    }
    const used = this.best.decisions.filter(isOfClient).map(({ source }) => indexOf(source));
    const clients = Math.max(0, ...used) + 1;
    if (clients < clientsOf(this.best)) this.tries({ clients });
    this.#report('clients');
  }

  #leaveOutFaults(): void {
    const off = this.best.withoutFaults;
    const on = ambientFaults(this.best);
    if (this.tries({ withoutFaults: [...off, ...on] })) return this.#report('faults');
    for (const name of on) this.tries({ withoutFaults: [...this.best.withoutFaults, name] });
    this.#report('faults');
  }

  #leaveOut(what: string, isMeant: (decision: Decision) => boolean): void {
    const meant = this.best.decisions.filter(isMeant);
    shrink(meant, (kept) => {
      const left = new Set(kept.map(keyOf));
      const stays = (each: Decision) => !isMeant(each) || left.has(keyOf(each));
      return this.tries({ decisions: this.best.decisions.filter(stays) });
    });
    this.#report(what);
  }

  /** Of several requests in one go. */
  #leaveOutRequests(): void {
    for (const { done, without, source, us } of this.best.decisions.filter(isOfClient)) {
      if (done.length < 2) continue;
      const parts = Array.from({ length: done.length + without.length }, (_, i) => i);
      const sent = parts.filter((part) => !without.includes(part));
      shrink(sent, (kept) => {
        const left = parts.filter((part) => !kept.includes(part));
        const change = (each: Decision) =>
          each.source === source && each.us === us ? { ...each, without: left } : each;
        return this.tries({ decisions: this.best.decisions.map(change) });
      });
    }
    this.#report('requests');
  }

  #shorten(): void {
    if (this.best.of === 'server') return;
    const last = this.best.decisions.reduce((us, each) => Math.max(us, each.us), 0);
    for (const chaosUs of [last + 1000, last + 1_000_000]) {
      if (this.best.chaosUs !== null && chaosUs >= this.best.chaosUs) continue;
      if (this.tries({ chaosUs })) break;
    }
    this.#report('time');
  }
}

function keyOf({ source, us, states }: Decision): string {
  return `${source} ${us} ${states.join(' ')}`;
}

function indexOf(source: string): number {
  return Number(source.slice('client '.length));
}
