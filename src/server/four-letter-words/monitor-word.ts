/**
 * `mntr`: the figures that are watched, a name and a value to a line: those of ZooKeeper's default
 * metrics provider, whichever is configured, and behind them this server's own.
 */
import type { PeerFigures } from '../../core/peer-figures.ts';
import {
  type Figure,
  type LabelledFigure,
  leastOf,
  type SummaryFigure,
} from '../metrics/figure.ts';
import { ensembleOf, serverFigures } from '../metrics/server-figures.ts';
import { FULL_VERSION_TEXT } from '../version.ts';
import { formatDouble } from './java-format.ts';
import { type ServingContext, word } from './word-context.ts';

/** What is no whole number is text: as Java prints it. */
export type Row = readonly [name: string, value: number | string];

const PERCENTILES = [
  ['p50', 0.5],
  ['p95', 0.95],
  ['p99', 0.99],
  ['p999', 0.999],
] as const;

export const mntr = word((context) =>
  monitorFigures(context)
    .map(([name, value]) => `zk_${name}\t${value}\n`)
    .join(''),
);

export function monitorFigures(context: ServingContext): readonly Row[] {
  return [
    ['version', FULL_VERSION_TEXT],
    ['server_state', context.server.mode],
    ...peerState(ensembleOf(context.server)),
    ...serverFigures(context).flatMap(rowsOf),
  ];
}

function peerState(ensemble: PeerFigures | null): Row[] {
  if (ensemble === null) return [];
  const { peerState: state, observerMasterId } = ensemble;
  const master =
    observerMasterId === null ? [] : [['observer_master_id', observerMasterId] as const];
  return [['peer_state', state], ...master];
}

function rowsOf(figure: Figure): readonly Row[] {
  switch (figure.kind) {
    case 'gauge':
    case 'counter':
      return [[figure.name, figure.isDouble ? formatDouble(figure.value) : figure.value]];
    case 'summary':
      return summaryRows(figure);
    case 'labelled':
      return figure.label === 'key' ? namespaceRows(figure) : reasonRows(figure);
  }
}

/** Compat: whole numbers, but for the average. */
function summaryRows({ name, summary, isAdvanced }: SummaryFigure): Row[] {
  const basic: Row[] = [
    [`avg_${name}`, formatDouble(summary?.average ?? 0)],
    [`min_${name}`, summary === null ? 0 : leastOf(summary)],
    [`max_${name}`, Math.ceil(summary?.max ?? 0)],
    [`cnt_${name}`, summary?.count ?? 0],
    [`sum_${name}`, Math.round(summary?.sum ?? 0)],
  ];
  if (!isAdvanced) return basic;
  const quantile = (share: number) => Math.round(summary?.quantile(share) || 0);
  return [
    ...basic,
    ...PERCENTILES.map(([text, share]): Row => [`${text}_${name}`, quantile(share)]),
  ];
}

/** Of Java's gauges by namespace. */
function namespaceRows({ name, values }: LabelledFigure): Row[] {
  return Array.from(values, ([key, value]) => [`${key}_${name}`, value]);
}

/** All of them together, then each. */
function reasonRows({ name, values }: LabelledFigure): Row[] {
  const rows = Array.from(values, ([reason, count]): Row => {
    return [`${name}_${reason.toLowerCase().replace(/[^a-z0-9]+/g, '_')}`, count];
  });
  const total = Array.from(values).reduce((sum, [, count]) => sum + count, 0);
  return [[name, total], ...rows.sort(([one], [other]) => (one < other ? -1 : 1))];
}
