/** What the files with the seeds share: a row of seeds, and a failure that says how to see it again. */
import assert from 'node:assert/strict';
import { runSeed } from '../../src/sim/simulation.ts';

/** Runs the seeds and returns what happened in them, summed up. */
export function runSeeds(from: number, count: number): Record<string, number> {
  const sums: Record<string, number> = {};
  for (let seed = from; seed < from + count; seed++) {
    const { violations, lastLines, counts } = runSeed(seed);
    for (const [name, value] of Object.entries(counts)) sums[name] = (sums[name] ?? 0) + value;
    if (violations.length === 0) continue;
    const found = violations.map(({ invariant, message }) => `${invariant}: ${message}`);
    const command = `npm run sim -- --seed ${seed} --trace`;
    assert.fail(
      [`seed ${seed}`, ...found.slice(0, 5), ...lastLines.slice(-20), command].join('\n'),
    );
  }
  return sums;
}
