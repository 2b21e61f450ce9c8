import { test } from 'node:test';
import { runSeeds } from './run-seeds.ts';

test('simulator: seeds 501 to 1,000 → no invariant is violated', () => {
  runSeeds(501, 500);
});
