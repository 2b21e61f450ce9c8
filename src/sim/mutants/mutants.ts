/** Every mutant by its name. Each must be found, or the simulator is not good enough. */
import type { Judges } from '../checkers/check-history.ts';
import { runSeed, type SimulationResult } from '../simulation.ts';
import { diskMutants } from './disk-mutants.ts';
import type { Mutant } from './mutant.ts';
import { requestMutants } from './request-mutants.ts';

export const mutants: readonly Mutant[] = [...requestMutants, ...diskMutants];

export function mutantOf(name: string): Mutant | undefined {
  return mutants.find((mutant) => mutant.name === name);
}

/** Without digests, which would find some of them before a checker does. */
export function runMutant(mutant: Mutant, seed: number, judges: Judges = 'all'): SimulationResult {
  return runSeed(seed, { hooks: (prng) => mutant.hooks(prng), withoutDigests: true, judges });
}
