/** A deliberately broken ensemble: what is broken, which known bug it is like, and how to make it. */
import type { Prng } from '../../../base/prng.ts';
import type { EnsembleConfig } from '../ensemble-config.ts';
import type { EnsembleHooks } from '../ensemble-hooks.ts';

export interface EnsembleMutant {
  readonly name: string;
  readonly text: string;
  /** What it violates; a ZooKeeper bug of the kind, where there was one. */
  readonly like: string;
  /** Some of the first so many seeds must find it. */
  readonly seeds: number;
  /** What its runs have, whatever the seed says; absent where any will do. */
  config?(config: EnsembleConfig): EnsembleConfig;
  hooks(prng: Prng): EnsembleHooks;
}
