/** Finding: one thing that was looked at, what it is like, and what to do about it. */

export type Verdict = 'ok' | 'warn' | 'fail';
export type Area =
  | 'runtime'
  | 'config'
  | 'files'
  | 'disk'
  | 'data'
  | 'ports'
  | 'peers'
  | 'clock'
  | 'tls';

export interface Finding {
  readonly area: Area;
  readonly verdict: Verdict;
  /** A sentence without its full stop. */
  readonly what: string;
  /** What to do; never of what is well. */
  readonly advice?: string;
}

/** Makes findings of one area. */
export class Findings {
  readonly all: Finding[] = [];
  readonly #area: Area;

  constructor(area: Area) {
    this.#area = area;
  }

  ok(what: string): void {
    this.all.push({ area: this.#area, verdict: 'ok', what });
  }

  warn(what: string, advice: string): void {
    this.all.push({ area: this.#area, verdict: 'warn', what, advice });
  }

  fail(what: string, advice: string): void {
    this.all.push({ area: this.#area, verdict: 'fail', what, advice });
  }
}

/** The worst of them. */
export function verdictOf(findings: readonly Finding[]): Verdict {
  const verdicts = new Set(findings.map(({ verdict }) => verdict));
  if (verdicts.has('fail')) return 'fail';
  return verdicts.has('warn') ? 'warn' : 'ok';
}
