/** A simulator that does not find a broken server is itself broken. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mutants, runMutant } from '../../src/sim/mutants/mutants.ts';

for (const mutant of mutants) {
  test(`mutants: ${mutant.name} → found within ${mutant.seeds} seeds`, () => {
    for (let seed = 1; seed <= mutant.seeds; seed++) {
      const { violations } = runMutant(mutant, seed);
      if (violations.length > 0) return;
    }
    assert.fail(`${mutant.name}: ${mutant.text}`);
  });
}
