import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runSeed } from '../../src/sim/simulation.ts';
import { listedSeeds, runSeeds } from './run-seeds.ts';

test('simulator: seeds 1 to 300 → no invariant is violated', () => {
  const sums = runSeeds(1, 300);
  // A run in which nothing happens proves nothing.
  for (const name of ['kill', 'powerLoss', 'failed', 'clean stops', 'rot', 'refused starts']) {
    assert.ok((sums[name] ?? 0) > 50, `${name}: ${sums[name]}`);
  }
  assert.ok((sums['txns'] ?? 0) > 18_000, `txns: ${sums['txns']}`);
  assert.ok((sums['audited snapshots'] ?? 0) > 300);
  // What is undecided is not proven: few may be.
  assert.ok((sums['orders ordered'] ?? 0) > 270, `ordered: ${sums['orders ordered']}`);
});

test('simulator: the same seed twice → the same trace', () => {
  for (let seed = 1; seed <= 500; seed += 50) {
    assert.equal(runSeed(seed).hash, runSeed(seed).hash, `seed ${seed}`);
  }
});

test('simulator: seeds that failed once → they pass', () => {
  const seeds = listedSeeds(new URL('regressions.txt', import.meta.url));
  assert.ok(seeds.length > 0);
  for (const seed of seeds) runSeeds(seed, 1);
});
