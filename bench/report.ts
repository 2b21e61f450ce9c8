// Prints the figures of a run as a table (medians, and the ratio to the first server), and appends
// them to bench/results/ as one line of JSON with machine, versions and commit.

import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync } from 'node:fs';
import { cpus, loadavg, release, totalmem } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Measure, MeasureDefinition } from './measure/measurements.ts';
import { median } from './measure/median.ts';
import type { BenchOptions } from './options.ts';
import type { Contestant } from './servers/contestant.ts';

export interface BenchRun {
  readonly bench: string;
  readonly options: BenchOptions;
  readonly contestants: readonly Contestant[];
  readonly measures: readonly Measure[];
  readonly seconds: number;
  /** Of the machine over the minute before the run: what else it was busy with. */
  readonly loadBefore: number;
}

/** Runnable threads over the last minute; above half the cores, other work disturbs the figures. */
export const readLoad = (): number => loadavg()[0] ?? Number.NaN;

const resultsFolder = fileURLToPath(new URL('./results/', import.meta.url));
const SUBJECT = 'zooid';

const verdict = (definition: MeasureDefinition, ratio: number): string => {
  const reaches = (bar: number): boolean =>
    definition.better === 'higher' ? ratio >= bar : ratio <= bar;
  const { floor, aim } = definition;
  if (floor === undefined) return '';
  const bars = `floor ${floor}${aim === undefined ? '' : `, aim ${aim}`}`;
  if (!reaches(floor)) return `BELOW THE FLOOR (${bars})`;
  return aim !== undefined && reaches(aim) ? `aim reached (${bars})` : `ok (${bars})`;
};

const medianOf = (measure: Measure, server: string): number | undefined => {
  const values = measure.values.get(server);
  return values === undefined ? undefined : median(values);
};

const cell = (measure: Measure, server: string): string => {
  const value = medianOf(measure, server);
  const { digits, unit } = measure.definition;
  return value === undefined ? '-' : `${value.toFixed(digits)} ${unit}`;
};

const ratios = (measure: Measure, servers: readonly string[]): string[] => {
  const [base = '', ...others] = servers;
  const baseValue = medianOf(measure, base);
  return others.map((server) => {
    const value = medianOf(measure, server);
    if (value === undefined || baseValue === undefined) return '-';
    const ratio = value / baseValue;
    const judged = server === SUBJECT ? verdict(measure.definition, ratio) : '';
    return `${ratio.toFixed(2)} x ${judged}`.trim();
  });
};

const printTable = (rows: readonly (readonly string[])[]): void => {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  );
  for (const row of rows) {
    const line = row.map((text, column) =>
      column === 0 ? text.padEnd(widths[column] ?? 0) : text.padStart(widths[column] ?? 0),
    );
    console.log(line.join('  ').trimEnd());
  }
};

export const printRun = (run: BenchRun): void => {
  const servers = run.contestants.map((contestant) => contestant.name);
  const others = servers.slice(1).map((server) => `${server} / ${servers[0]}`);
  const before = `load average before: ${run.loadBefore.toFixed(1)} on ${cpus().length} cores`;
  console.log(`\n${run.bench} (${run.seconds.toFixed(0)} s, ${before})`);
  for (const { name, version } of run.contestants) console.log(`  ${name}: ${version}`);
  printTable([
    ['measure', ...servers, ...others],
    ...run.measures.map((measure) => [
      measure.definition.name,
      ...servers.map((server) => cell(measure, server)),
      ...ratios(measure, servers),
    ]),
  ]);
};

const readCommit = (): string => {
  try {
    const git = (args: readonly string[]): string =>
      execFileSync('git', args, { cwd: resultsFolder, encoding: 'utf8', stdio: 'pipe' }).trim();
    const dirty = git(['status', '--porcelain', '--', '../../src']) === '' ? '' : '+changes';
    return `${git(['rev-parse', '--short=12', 'HEAD'])}${dirty}`;
  } catch {
    return 'none';
  }
};

const describeMachine = (): Record<string, string | number> => ({
  cpu: cpus()[0]?.model ?? 'unknown',
  cores: cpus().length,
  memoryMiB: Math.round(totalmem() / (1 << 20)),
  kernel: release(),
  benchNode: process.version,
});

export const recordRun = (run: BenchRun): void => {
  mkdirSync(resultsFolder, { recursive: true });
  const { rounds, seconds, connections, depths, nodes, watchers, sessions } = run.options;
  const line = {
    bench: run.bench,
    at: new Date().toISOString(),
    commit: readCommit(),
    machine: describeMachine(),
    loadBefore: run.loadBefore,
    servers: Object.fromEntries(run.contestants.map(({ name, version }) => [name, version])),
    options: { rounds, seconds, connections, depths, nodes, watchers, sessions },
    measures: run.measures.map(({ definition, values }) => ({
      name: definition.name,
      unit: definition.unit,
      values: Object.fromEntries(values),
    })),
  };
  appendFileSync(path.join(resultsFolder, `${run.bench}.jsonl`), `${JSON.stringify(line)}\n`);
};
