/** Figure: one metric and its value at this moment, whoever shows it: `mntr`, Prometheus, HTTP. */
import type { LatencyStats } from '../../core/requests/stats/latency-stats.ts';
import type { Summary } from '../../core/requests/stats/summary.ts';

export type Figure = PlainFigure | SummaryFigure | LabelledFigure;

export interface PlainFigure {
  readonly kind: 'gauge' | 'counter';
  readonly name: string;
  readonly value: number;
  /** Java has it as a double: `mntr` shows whole numbers as `0.0`. */
  readonly isDouble?: boolean;
}

export interface SummaryFigure {
  readonly kind: 'summary';
  readonly name: string;
  /** Null: nothing is measured here. */
  readonly summary: Summary | null;
  /** Java's detail: a basic summary shows fewer percentiles. */
  readonly isAdvanced: boolean;
}

/** The same metric of several things. */
export interface LabelledFigure {
  readonly kind: 'labelled';
  readonly type: 'gauge' | 'counter' | 'summary';
  readonly name: string;
  readonly label: string;
  readonly values: Iterable<readonly [labelValue: string, value: number]>;
}

/** As Java counts it: a long, rounded down, and 0 when there was none. */
export function leastOf(stats: LatencyStats): number {
  return Math.floor(Math.max(stats.min, 0));
}
