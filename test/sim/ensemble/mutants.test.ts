/**
 * A simulator that does not find a broken ensemble is itself broken. Those that take many seeds are
 * left to `npm run sim -- --ensemble --mutants`.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  ensembleMutants,
  runEnsembleMutant,
} from '../../../src/sim/ensemble/mutants/ensemble-mutants.ts';

const SEEDS_MAX = 60;

for (const mutant of ensembleMutants.filter(({ seeds }) => seeds <= SEEDS_MAX)) {
  test(`ensemble-mutants: ${mutant.name} → found within ${mutant.seeds} seeds`, () => {
    for (let seed = 1; seed <= mutant.seeds; seed++) {
      if (runEnsembleMutant(mutant, seed).violations.length > 0) return;
    }
    assert.fail(mutant.text);
  });
}
