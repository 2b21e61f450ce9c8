/**
 * The test runner behind `npm test`: node:test over all test/**\/*.test.ts, cheap ones first, in
 * groups one after another, with one summary for all in the lines that node:test ends with.
 *
 *   npm test                     everything but `longer`
 *   npm test -- data-tree        only files whose path holds one of the words
 *   npm test -- --group=unit     only a group: house, unit, sim, process, interop, longer
 *   npm test -- --rewrite        scenario traces and golden files are written anew
 */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join, relative, sep } from 'node:path';
import { PassThrough } from 'node:stream';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { fileURLToPath } from 'node:url';
import { batchTests, writeBatches } from './test-batches.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** A single test that takes longer hangs. */
const TEST_TIMEOUT_MS = 300_000;

export interface TestGroup {
  readonly name: string;
  readonly concurrency: number;
  readonly files: readonly string[];
}

/** What takes long and is seldom broken alone: `.ci/run` has it, or who names it. */
const LONGER = 'longer';

/** In the order of running; the first folder that matches wins, the last takes the rest. */
const FOLDERS: Readonly<Record<string, readonly string[]>> = {
  [LONGER]: [
    'test/interop/ensemble/frozen-leader.test.ts',
    'test/interop/ensemble/observing/',
    'test/interop/ensemble/security/',
    'test/interop/modes/',
    'test/interop/random-differential.test.ts',
  ],
  house: ['test/scripts/'],
  sim: ['test/sim/', 'test/scenario/'],
  process: ['test/process/', 'test/testing/', 'test/docs/', 'test/package/', 'test/examples/'],
  interop: ['test/interop/'],
  unit: ['test/'],
};
const ORDER = ['house', 'unit', 'sim', 'process', 'interop', LONGER] as const;
/** Real servers and other people's clients get the machine for themselves. */
const SERIAL: readonly string[] = ['process', 'interop', LONGER];
/** Their files share processes: see test-batches.ts. */
const BATCHED: readonly string[] = ['unit'];

export function groupTests(files: readonly string[], cores: number): TestGroup[] {
  const members = new Map<string, string[]>();
  for (const file of files) {
    const folders = Object.entries(FOLDERS);
    const found = folders.find(([, prefixes]) => prefixes.some((each) => file.startsWith(each)));
    if (found === undefined) continue;
    const [name] = found;
    members.set(name, [...(members.get(name) ?? []), file]);
  }
  return ORDER.map((name) => ({
    name,
    concurrency: SERIAL.includes(name) ? 1 : cores,
    files: (members.get(name) ?? []).sort(),
  })).filter((group) => group.files.length > 0);
}

export interface TestOptions {
  readonly words: readonly string[];
  readonly group: string | undefined;
  readonly isRewrite: boolean;
}

export function parseTestOptions(args: readonly string[]): TestOptions {
  const words = args.filter((word) => !word.startsWith('--'));
  const group = args.find((word) => word.startsWith('--group='))?.slice('--group='.length);
  return { words, group, isRewrite: args.includes('--rewrite') };
}

export function isWanted(name: string, { group, words }: TestOptions): boolean {
  return group === undefined ? name !== LONGER || words.length > 0 : name === group;
}

export function findTests(root: string): string[] {
  const paths = readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' });
  return paths
    .filter((path) => path.endsWith('.test.ts') && !path.includes('node_modules'))
    .map((path) =>
      relative(root, join(root, 'test', path))
        .split(sep)
        .join('/'),
    );
}

const SUMMARY_NAMES = ['tests', 'suites', 'pass', 'fail', 'cancelled', 'skipped', 'todo'] as const;
type Summary = Record<(typeof SUMMARY_NAMES)[number], number>;

/** A line of node:test's own summary, which would otherwise be printed once for each group. */
export function addSummaryLine(summary: Summary, message: string): boolean {
  const match = /^(\w+) (\d+(?:\.\d+)?)$/.exec(message);
  const name = SUMMARY_NAMES.find((each) => each === match?.[1]);
  if (name !== undefined) summary[name] += Number(match?.[2]);
  return name !== undefined || match?.[1] === 'duration_ms';
}

interface GroupRun {
  readonly group: TestGroup;
  readonly events: PassThrough;
  readonly summary: Summary;
  /** For what the run writes; it is there. */
  readonly folder: string;
}

async function runGroup({ group, events, summary, folder }: GroupRun): Promise<void> {
  const startedMs = performance.now();
  const stream = run({
    files: BATCHED.includes(group.name)
      ? writeBatches(folder, ROOT, batchTests(group.files))
      : group.files.map((file) => join(ROOT, file)),
    concurrency: group.concurrency,
    timeout: TEST_TIMEOUT_MS,
  });
  for await (const event of stream) {
    const isSummary =
      event.type === 'test:diagnostic' &&
      event.data.nesting === 0 &&
      addSummaryLine(summary, event.data.message);
    if (!isSummary && event.type !== 'test:coverage') events.write(event);
  }
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
  const message = `group ${group.name}: ${group.files.length} files in ${seconds} s`;
  events.write({ type: 'test:diagnostic', data: { nesting: 0, message, level: 'info' } });
}

async function main(): Promise<void> {
  const options = parseTestOptions(process.argv.slice(2));
  if (options.isRewrite) process.env['ZOOID_REWRITE'] = '1';
  // Java reads its locale: in one without UTF-8 it prints `?` and takes digests of other bytes.
  process.env['LC_ALL'] = 'C.UTF-8';
  const { words } = options;
  const files = findTests(ROOT).filter(
    (file) => words.length === 0 || words.some((word) => file.includes(word)),
  );
  const groups = groupTests(files, availableParallelism()).filter(({ name }) =>
    isWanted(name, options),
  );
  const summary: Summary = {
    tests: 0,
    suites: 0,
    pass: 0,
    fail: 0,
    cancelled: 0,
    skipped: 0,
    todo: 0,
  };
  const startedMs = performance.now();
  const events = new PassThrough({ objectMode: true });
  const output = events.compose(new spec());
  output.pipe(process.stdout, { end: false });
  const folder = mkdtempSync(join(tmpdir(), 'zooid-tests-'));
  try {
    for (const group of groups) await runGroup({ group, events, summary, folder });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  events.end();
  await new Promise((resolve) => output.once('end', resolve));
  for (const name of SUMMARY_NAMES) console.log(`# ${name} ${summary[name]}`);
  console.log(`# duration_ms ${(performance.now() - startedMs).toFixed(0)}`);
  if (summary.tests === 0) console.error('No test ran: no file matches.');
  const isGood = summary.tests > 0 && summary.fail === 0 && summary.cancelled === 0;
  process.exitCode = isGood ? 0 : 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
