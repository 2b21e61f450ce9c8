/** Every mutant of the ensemble by its name. Each must be found, or the simulator is not good enough. */
import type { Judges } from '../../checkers/check-history.ts';
import { ensembleConfig } from '../ensemble-config.ts';
import { type EnsembleRunResult, runEnsembleSeed } from '../ensemble-run.ts';
import { clientMutants } from './client-mutants.ts';
import type { EnsembleMutant } from './ensemble-mutant.ts';
import { observingMutants } from './observing-mutants.ts';
import { promiseMutants } from './promise-mutants.ts';
import { readOnlyMutants } from './read-only-mutants.ts';
import { reconfigMutants } from './reconfig-mutants.ts';
import { rotMutants } from './rot-mutants.ts';
import { sessionMutants } from './session-mutants.ts';
import { zabMutants } from './zab-mutants.ts';

export type { EnsembleMutant } from './ensemble-mutant.ts';

export const ensembleMutants: readonly EnsembleMutant[] = [
  ...promiseMutants,
  ...zabMutants,
  ...reconfigMutants,
  ...readOnlyMutants,
  ...rotMutants,
  ...sessionMutants,
  ...observingMutants,
  ...clientMutants,
];

/** Without digests, which would find some of them before a checker does. */
export function runEnsembleMutant(
  mutant: EnsembleMutant,
  seed: number,
  judges: Judges = 'all',
): EnsembleRunResult {
  const config = ensembleConfig(seed);
  return runEnsembleSeed(seed, {
    config: mutant.config?.(config) ?? config,
    hooks: (prng) => mutant.hooks(prng),
    withoutDigests: true,
    judges,
  });
}
