/**
 * The simulator from the command line:
 *
 *   npm run sim -- --seed 42 [--trace]         one seed, every event printed with --trace
 *   npm run sim -- --seeds 1000 [--from 1]     a row of seeds
 *   npm run sim -- --mutant no-fsync           a broken server: is it found?
 *   npm run sim -- --mutants                   all of them, as the table of docs/simulator.md
 *   npm run sim -- --seed 4 [--mutant no-trunc] --minimise [--name short]
 *                                              as little of a failing seed as still fails, as a file
 *   npm run sim -- --scenario <file> [--trace] such a file again
 *
 * With --ensemble the same for a whole ensemble.
 *
 * Exit code 1 when a seed fails, or when a mutant is not found.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { runEnsembleSeed } from '../src/sim/ensemble/ensemble-run.ts';
import {
  type EnsembleMutant,
  ensembleMutants,
  runEnsembleMutant,
} from '../src/sim/ensemble/mutants/ensemble-mutants.ts';
import type { Violation } from '../src/sim/history.ts';
import { minimise } from '../src/sim/minimise/minimise.ts';
import { runScenario, type Scenario } from '../src/sim/minimise/scenario.ts';
import {
  decodeScenario,
  describeScenario,
  encodeScenario,
} from '../src/sim/minimise/scenario-text.ts';
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
    const found = result.violations[0]?.invariant;
    if (found === undefined) continue;
    failed.push(seed);
    if (failed.length === 1) printFailure(result, `${command} --seed ${seed} --trace`);
    else console.error(`Seed ${seed}: ${found}`);
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

const SCENARIOS = fileURLToPath(new URL('../test/sim/scenarios', import.meta.url));
/** A run takes a tenth of a second, more or less. */
const MINIMISING_RUNS_MAX = 800;

function minimiseOne(origin: Pick<Scenario, 'of' | 'seed' | 'mutant'>, name: string): boolean {
  const found = minimise(origin, {
    runsMax: MINIMISING_RUNS_MAX,
    report: (text) => console.log(text),
  });
  if (found === null) {
    console.error(`Seed ${origin.seed} violates nothing that it violates again.`);
    return false;
  }
  const { before, after, runs } = found;
  console.log(`\nBefore. ${describeScenario(before)[0]}`);
  for (const line of describeScenario(after)) console.log(line);
  mkdirSync(SCENARIOS, { recursive: true });
  const path = join(SCENARIOS, `${name}.json`);
  writeFileSync(path, encodeScenario(after));
  console.log(`${runs} runs. Again: npm run sim -- --scenario ${relative('.', path)}`);
  return true;
}

/** True when it does what it says: with its mutant it fails, else it passes. */
function replay(path: string, isTraced: boolean): boolean {
  const scenario = decodeScenario(readFileSync(path, 'utf8'));
  for (const line of describeScenario(scenario)) console.log(line);
  const print = isTraced ? { print: (line: string) => console.log(line) } : {};
  const { violations } = runScenario(scenario, print);
  for (const { invariant, message } of violations.slice(0, VIOLATIONS_SHOWN)) {
    console.log(`${invariant}: ${message}`);
  }
  const isFound = violations.some(({ invariant }) => invariant === scenario.invariant);
  return scenario.mutant === null ? violations.length === 0 : isFound;
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
      minimise: { type: 'boolean', default: false },
      name: { type: 'string' },
      scenario: { type: 'string' },
    },
  });
  const simulator = values.ensemble ? ensemble : oneServer;
  const { hunts } = simulator;
  if (values.scenario !== undefined) return replay(values.scenario, values.trace);
  if (values.minimise) {
    const seed = Number(values.seed);
    const mutant = values.mutant ?? null;
    const name = values.name ?? `${mutant ?? 'seed'}-${seed}`;
    return minimiseOne({ of: values.ensemble ? 'ensemble' : 'server', seed, mutant }, name);
  }
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
