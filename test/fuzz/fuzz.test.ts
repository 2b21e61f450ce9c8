/** A bounded fuzz: some seeds that are always the same, then a random one that is printed. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Prng } from '../../src/base/prng.ts';
import { runSeed } from './fuzz-target.ts';
import { type AnyTarget, fuzzTargets } from './fuzz-targets.ts';

const CORPUS = fileURLToPath(new URL('corpus', import.meta.url));
const MILLIS_PER_TARGET = 1_000;
const FIXED_SEEDS = 25;

/** Fails with the way to repeat it; made small by `npm run fuzz`, which has more time. */
function mustFindNothing(target: AnyTarget, seed: number): void {
  const finding = runSeed(target, new Prng(seed), false);
  if (finding === null) return;
  const again = `npm run fuzz -- --target ${target.name} --seed ${seed} --runs 1`;
  throw new Error(`Found by: ${again}`, { cause: finding.error });
}

for (const target of fuzzTargets) {
  test(`fuzz: ${target.name}, fixed and random seeds → nothing is found`, (t) => {
    const endMs = performance.now() + MILLIS_PER_TARGET;
    for (let seed = 1; seed <= FIXED_SEEDS; seed++) mustFindNothing(target, seed);
    const first = Math.floor(Math.random() * 2 ** 32);
    let runs = 0;
    for (; performance.now() < endMs; runs++) mustFindNothing(target, first + runs);
    t.diagnostic(`${target.name}: ${FIXED_SEEDS} fixed seeds, and ${runs} from ${first} on`);
  });

  const folder = path.join(CORPUS, target.name);
  for (const file of listFiles(folder)) {
    test(`fuzz: ${target.name}, corpus ${file} → not found again`, () => {
      target.check(target.decode(readFileSync(path.join(folder, file), 'utf8')));
    });
  }

  test(`fuzz: ${target.name}, an input as text and back → the same`, () => {
    for (let seed = 1; seed <= 5; seed++) {
      const text = target.encode(target.generate(new Prng(seed)));
      assert.equal(target.encode(target.decode(text)), text);
    }
  });
}

function listFiles(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    // Most targets have found nothing that is worth keeping.
    return [];
  }
}
