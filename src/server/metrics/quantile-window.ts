/**
 * QuantileWindow: percentiles of the last ten minutes of a summary, as Java's Prometheus provider
 * has them. Whoever records knows nothing of it: what was counted until then is copied when somebody
 * asks, every two minutes at most, and the difference is what has happened since.
 */
import { quantileOf, type Summary } from '../../core/requests/stats/summary.ts';

const WINDOW_MS = 600_000;
const STEP_MS = 120_000;

interface Copy {
  readonly atMs: number;
  /** Null: nothing was counted by then. */
  readonly buckets: Readonly<Uint32Array> | null;
}

export class QuantileWindow {
  readonly #summary: Summary;
  #copies: Copy[];
  /** Of the summary since it was last reset. */
  #counted: Readonly<Uint32Array>;

  constructor(summary: Summary, nowMs: number) {
    this.#summary = summary;
    this.#counted = summary.buckets;
    this.#copies = [{ atMs: nowMs, buckets: null }];
  }

  /** NaN where there was nothing. */
  quantiles(shares: readonly number[], nowMs: number): number[] {
    const { buckets, count, max } = this.#summary;
    if (buckets !== this.#counted) this.#copies = [{ atMs: nowMs, buckets: null }];
    this.#counted = buckets;
    if (count === 0) return shares.map(() => Number.NaN);
    const before = this.#baseAt(nowMs);
    const since = before === null ? buckets : buckets.map((each, at) => each - (before[at] ?? 0));
    this.#maybeCopy(nowMs);
    return shares.map((share) => Math.min(quantileOf(since, share), max));
  }

  /** What was counted when the window began: the last copy that is older, or the oldest. */
  #baseAt(nowMs: number): Readonly<Uint32Array> | null {
    const next = this.#copies.findIndex(({ atMs }) => atMs > nowMs - WINDOW_MS);
    const base = next < 0 ? this.#copies.length - 1 : Math.max(0, next - 1);
    this.#copies = this.#copies.slice(base);
    return this.#copies[0]?.buckets ?? null;
  }

  #maybeCopy(nowMs: number): void {
    const last = this.#copies.at(-1);
    if (last !== undefined && nowMs - last.atMs < STEP_MS) return;
    this.#copies.push({ atMs: nowMs, buckets: this.#summary.buckets.slice() });
  }
}
