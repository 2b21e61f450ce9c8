/** What the files with the seeds share: a row of seeds, and a failure that says how to see it again. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { Violation } from '../../src/sim/history.ts';
import { runSeed } from '../../src/sim/simulation.ts';

interface Result {
  readonly violations: readonly Violation[];
  readonly lastLines: readonly string[];
  readonly counts: Readonly<Record<string, number>>;
}

export interface SeedRunner {
  run(seed: number): Result;
  readonly command: string;
}

const ONE_SERVER: SeedRunner = { run: runSeed, command: 'npm run sim --' };

/** Runs the seeds and returns what happened in them, summed up. */
export function runSeeds(from: number, count: number, runner = ONE_SERVER): Record<string, number> {
  const sums: Record<string, number> = {};
  for (let seed = from; seed < from + count; seed++) {
    const { violations, lastLines, counts } = runner.run(seed);
    for (const [name, value] of Object.entries(counts)) sums[name] = (sums[name] ?? 0) + value;
    if (violations.length === 0) continue;
    const found = violations.map(({ invariant, message }) => `${invariant}: ${message}`);
    const command = `${runner.command} --seed ${seed} --trace`;
    assert.fail(
      [`seed ${seed}`, ...found.slice(0, 5), ...lastLines.slice(-20), command].join('\n'),
    );
  }
  return sums;
}

/** The seeds at the beginning of the lines of a list. */
export function listedSeeds(url: URL): number[] {
  const list = readFileSync(url, 'utf8');
  return [...list.matchAll(/^(\d+)\b/gm)].map((match) => Number(match[1]));
}
