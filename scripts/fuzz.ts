/**
 * npm run fuzz: structure-aware fuzzing in process, in turns over the targets, until the time is up.
 *
 *   npm run fuzz -- --seconds 60            all targets, a random seed that is printed
 *   npm run fuzz -- --target log --seed 7   one target, from a seed on
 *   npm run fuzz -- --target log --seed 7 --runs 1   that one input again
 *
 * The input number n of a target is made from seed + n, so what is printed with a finding repeats
 * it. The smallest input that still fails is printed too: it belongs into test/fuzz/corpus/.
 */
import { parseArgs } from 'node:util';
import { Prng } from '../src/base/prng.ts';
import { runSeed } from '../test/fuzz/fuzz-target.ts';
import { type AnyTarget, fuzzTargets } from '../test/fuzz/fuzz-targets.ts';

const HEAP_BYTES_MAX = 1_500_000_000;

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string' },
    runs: { type: 'string' },
    target: { type: 'string' },
  },
});

function chosenTargets(): readonly AnyTarget[] {
  if (values.target === undefined) return fuzzTargets;
  const chosen = fuzzTargets.filter(({ name }) => name === values.target);
  if (chosen.length > 0) return chosen;
  const names = fuzzTargets.map(({ name }) => name).join(', ');
  console.error(`Unknown target "${values.target}". There are: ${names}.`);
  process.exit(2);
}

function report(target: AnyTarget, seed: number): boolean {
  const finding = runSeed(target, new Prng(seed));
  if (finding === null) return false;
  const { error, text } = finding;
  console.error(`\n${target.name}: ${error instanceof Error ? error.stack : error}`);
  console.error(`Again: npm run fuzz -- --target ${target.name} --seed ${seed} --runs 1`);
  console.error(`The smallest input that fails:\n${text}`);
  return true;
}

function main(): number {
  const targets = chosenTargets();
  const seed =
    values.seed === undefined ? Math.floor(Math.random() * 2 ** 32) : Number(values.seed);
  const runsMax = values.runs === undefined ? Number.POSITIVE_INFINITY : Number(values.runs);
  const endMs = performance.now() + Number(values.seconds) * 1000;
  console.log(`fuzz: seed ${seed}, ${targets.map(({ name }) => name).join(', ')}`);
  let runs = 0;
  for (; runs < runsMax && performance.now() < endMs; runs++) {
    for (const target of targets) if (report(target, seed + runs)) return 1;
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    if (heapUsed + arrayBuffers > HEAP_BYTES_MAX) {
      console.error(`The memory grows: ${heapUsed + arrayBuffers} bytes after ${runs} runs.`);
      return 1;
    }
  }
  console.log(`fuzz: ${runs} inputs for each target, nothing found`);
  return 0;
}

process.exitCode = main();
