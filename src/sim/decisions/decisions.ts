/**
 * Decisions: what chance decides in a run, written down one by one, so that the run can be had again
 * with some of it left out. A decision remembers where its streams were; when it is made again, they
 * are set there first. So what is left out shifts nothing of what stays.
 *
 * Only what somebody chooses to do is a decision (requests, crashes, partitions). The rest (delays,
 * the order within a microsecond) goes on by chance; but with each decision its streams are set, too,
 * to where they were, so that it soon is as it was again.
 */
import type { Prng } from '../../base/prng.ts';
import type { Decision } from './decision.ts';

interface Making {
  readonly source: string;
  readonly us: number;
  readonly states: Decision['states'];
  readonly without: readonly number[];
  readonly done: string[];
}

export class Decisions {
  /** All that were made in this run, in order. */
  readonly made: Decision[] = [];
  readonly #given: ReadonlyMap<string, Decision[]> | null;
  #noise: readonly Prng[] = [];
  #current: Making | null = null;
  #part = 0;

  /** Null: by chance, as always. */
  constructor(given: readonly Decision[] | null = null) {
    this.#given = given === null ? null : bySource(given);
  }

  /** The streams that everything draws from all the time. */
  setNoise(streams: readonly Prng[]): void {
    this.#noise = streams;
  }

  /** Only what was decided before is done. */
  get isReplay(): boolean {
    return this.#given !== null;
  }

  /** When this source decides the next time; null when it does not any more. */
  nextUs(source: string): number | null {
    return this.#given?.get(source)?.[0]?.us ?? null;
  }

  /** False where nothing is to be decided: it was left out, or has never been. */
  begin(source: string, us: number, own: readonly Prng[]): boolean {
    const streams = [...own, ...this.#noise];
    const given = this.#given?.get(source)?.shift();
    if (this.isReplay && given === undefined) return false;
    for (const [i, state] of (given?.states ?? []).entries()) streams[i]?.goTo(state);
    const states = streams.map(({ state }) => state);
    this.#current = { source, us, states, without: given?.without ?? [], done: [] };
    this.#part = 0;
    this.made.push(this.#current);
    return true;
  }

  /** Is the next part of the decision left out? */
  leavesOut(): boolean {
    return this.#current?.without.includes(this.#part++) === true;
  }

  /** For people: what became of the decision. */
  note(text: string): void {
    this.#current?.done.push(text);
  }

  /** What happens from now on is nobody's decision. */
  end(): void {
    this.#current = null;
  }
}

function bySource(given: readonly Decision[]): Map<string, Decision[]> {
  const map = new Map<string, Decision[]>();
  for (const decision of given) {
    const before = map.get(decision.source);
    if (before === undefined) map.set(decision.source, [decision]);
    else before.push(decision);
  }
  return map;
}
