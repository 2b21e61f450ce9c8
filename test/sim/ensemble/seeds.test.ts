import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runEnsembleSeed } from '../../../src/sim/ensemble/ensemble-run.ts';
import { listedSeeds, runSeeds, type SeedRunner } from '../run-seeds.ts';

const ENSEMBLE: SeedRunner = { run: runEnsembleSeed, command: 'npm run sim -- --ensemble' };

test('ensemble-run: seeds 1 to 60 → no invariant is violated', () => {
  const sums = runSeeds(1, 60, ENSEMBLE);
  // A run in which nothing happens proves nothing.
  for (const name of ['kill', 'powerLoss', 'partitions', 'linkCuts', 'pauses', 'wipes', 'failed']) {
    assert.ok((sums[name] ?? 0) > 12, `${name}: ${sums[name]}`);
  }
  for (const name of ['DIFF a', 'SNAP a', 'TRUNC a']) {
    assert.ok((sums[name] ?? 0) > 6, `${name}: ${sums[name]}`);
  }
  assert.ok((sums['serving leader'] ?? 0) > 210);
  assert.ok((sums['txns'] ?? 0) > 4_200);
  assert.ok((sums['orders ordered'] ?? 0) > 46, `ordered: ${sums['orders ordered']}`);
});

test('ensemble-run: the same seed twice → the same trace', () => {
  for (const seed of [2, 11, 40]) {
    assert.equal(runEnsembleSeed(seed).hash, runEnsembleSeed(seed).hash, `seed ${seed}`);
  }
});

test('ensemble-run: seeds that failed once → they pass', () => {
  const seeds = listedSeeds(new URL('regressions.txt', import.meta.url));
  assert.ok(seeds.length > 0);
  for (const seed of seeds) runSeeds(seed, 1, ENSEMBLE);
});
