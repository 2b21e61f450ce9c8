/** A deliberately broken ensemble: what is broken, which known bug it is like, and how to make it. */
import type { Prng } from '../../../base/prng.ts';
import type { EnsembleHooks } from '../ensemble-hooks.ts';

export interface EnsembleMutant {
  readonly name: string;
  readonly text: string;
  /** What it violates; a ZooKeeper bug of the kind, where there was one. */
  readonly like: string;
  /** Some of the first so many seeds must find it. */
  readonly seeds: number;
  hooks(prng: Prng): EnsembleHooks;
}
