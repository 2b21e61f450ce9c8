import { test } from 'node:test';
import { runEnsembleSeed } from '../../../src/sim/ensemble/ensemble-run.ts';
import { runSeeds } from '../run-seeds.ts';

test('ensemble-run: seeds 101 to 200 → no invariant is violated', () => {
  runSeeds(101, 100, { run: runEnsembleSeed, command: 'npm run sim -- --ensemble' });
});
