import { test } from 'node:test';
import { runEnsembleSeed } from '../../../src/sim/ensemble/ensemble-run.ts';
import { runSeeds } from '../run-seeds.ts';

test('ensemble-run: seeds 131 to 260 → no invariant is violated', () => {
  runSeeds(131, 130, { run: runEnsembleSeed, command: 'npm run sim -- --ensemble' });
});
