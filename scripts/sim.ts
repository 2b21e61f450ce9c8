/**
 * The simulator from the command line:
 *
 *   npm run sim -- --seed 42 [--trace]         one seed, every event printed with --trace
 *   npm run sim -- --seeds 1000 [--from 1]     a row of seeds
 *   npm run sim -- --mutant no-fsync           a broken server: is it found?
 *   npm run sim -- --mutants                   all of them, as the table of docs/simulator.md
 *
 * With --ensemble the same for a whole ensemble.
 *
 * Exit code 1 when a seed fails, or when a mutant is not found.
 */
import { parseArgs } from 'node:util';
import { runEnsembleSeed } from '../src/sim/ensemble/ensemble-run.ts';
import {
  type EnsembleMutant,
  ensembleMutants,
  runEnsembleMutant,
} from '../src/sim/ensemble/mutants/ensemble-mutants.ts';
import type { Violation } from '../src/sim/history.ts';
import type { Mutant } from '../src/sim/mutants/mutant.ts';
import { mutants, runMutant } from '../src/sim/mutants/mutants.ts';
import { runSeed } from '../src/sim/simulation.ts';

const LINES_SHOWN = 40;
const VIOLATIONS_SHOWN = 8;

interface Result {
  readonly seed: number;
  readonly violations: readonly Violation[];
  readonly hash: string;
  readonly lastLines: readonly string[];
  readonly counts: Readonly<Record<string, number>>;
}

interface Hunt extends Pick<Mutant, 'name' | 'text' | 'like' | 'seeds'> {
  run(seed: number): Result;
}

/** What there is to simulate: one server, or an ensemble. */
interface Simulator {
  readonly command: string;
  run(seed: number, options?: { print: (line: string) => void }): Result;
  readonly hunts: readonly Hunt[];
}

const oneServer: Simulator = {
  command: 'npm run sim --',
  run: runSeed,
  hunts: mutants.map((mutant) => ({ ...mutant, run: (seed) => runMutant(mutant, seed) })),
};

const ensemble: Simulator = {
  command: 'npm run sim -- --ensemble',
  run: runEnsembleSeed,
  hunts: ensembleMutants.map((mutant: EnsembleMutant) => {
    return { ...mutant, run: (seed) => runEnsembleMutant(mutant, seed) };
  }),
};

function printFailure(result: Result, command: string): void {
  console.error(`\nSeed ${result.seed} violates:`);
  for (const { invariant, message } of result.violations.slice(0, VIOLATIONS_SHOWN)) {
    console.error(`  ${invariant}: ${message}`);
  }
  console.error('Last events (µs, what):');
  for (const line of result.lastLines.slice(-LINES_SHOWN)) console.error(`  ${line}`);
  console.error(`Again: ${command}`);
}

function printSums(results: Readonly<Record<string, number>>): void {
  const parts = Object.entries(results).map(([name, count]) => `${name} ${count}`);
  console.log(parts.join(', '));
}

function runOne({ run, command }: Simulator, seed: number, isTraced: boolean): boolean {
  const print = isTraced ? (line: string) => console.log(line) : undefined;
  const result = run(seed, print === undefined ? undefined : { print });
  const again = run(seed);
  printSums(result.counts);
  console.log(`trace hash ${result.hash}`);
  if (again.hash !== result.hash) {
    console.error(`Not deterministic: ${again.hash} the second time.`);
    return false;
  }
  if (result.violations.length === 0) return true;
  printFailure(result, `${command} --seed ${seed} --trace`);
  return false;
}

function runRow({ run, command }: Simulator, from: number, count: number): boolean {
  const sums: Record<string, number> = {};
  const failed: number[] = [];
  const startedMs = performance.now();
  for (let seed = from; seed < from + count; seed++) {
    const result = run(seed);
    for (const [name, value] of Object.entries(result.counts)) {
      sums[name] = (sums[name] ?? 0) + value;
    }
    if (result.violations.length === 0) continue;
    failed.push(seed);
    if (failed.length === 1) printFailure(result, `${command} --seed ${seed} --trace`);
    else console.error(`Seed ${seed}: ${result.violations[0]?.invariant}`);
  }
  const seconds = (performance.now() - startedMs) / 1000;
  printSums(sums);
  const share = ((seconds * 1000) / count).toFixed(0);
  console.log(
    `${count} seeds in ${seconds.toFixed(1)} s, ${share} ms each; failed: ${failed.length}`,
  );
  if (failed.length > 0) console.error(`Failing seeds: ${failed.join(' ')}`);
  return failed.length === 0;
}

function hunt({ name, text, like, run }: Hunt, seeds: number): boolean {
  for (let seed = 1; seed <= seeds; seed++) {
    const { violations } = run(seed);
    const first = violations[0];
    if (first === undefined) continue;
    console.log(`| \`${name}\` | ${text} | ${like} | ${seed}, ${first.invariant} | ${seeds} |`);
    return true;
  }
  console.error(`The mutant ${name} is not found in ${seeds} seeds.`);
  return false;
}

function main(): boolean {
  const { values } = parseArgs({
    options: {
      ensemble: { type: 'boolean', default: false },
      seed: { type: 'string' },
      seeds: { type: 'string' },
      from: { type: 'string', default: '1' },
      trace: { type: 'boolean', default: false },
      mutant: { type: 'string' },
      mutants: { type: 'boolean', default: false },
    },
  });
  const simulator = values.ensemble ? ensemble : oneServer;
  const { hunts } = simulator;
  if (values.seed !== undefined) return runOne(simulator, Number(values.seed), values.trace);
  if (values.mutants) return hunts.map((each) => hunt(each, each.seeds)).every(Boolean);
  if (values.mutant !== undefined) {
    const one = hunts.find(({ name }) => name === values.mutant);
    if (one !== undefined) return hunt(one, Number(values.seeds ?? one.seeds));
    console.error(`No such mutant. There are: ${hunts.map(({ name }) => name).join(' ')}`);
    return false;
  }
  return runRow(simulator, Number(values.from), Number(values.seeds ?? 100));
}

if (!main()) process.exitCode = 1;
