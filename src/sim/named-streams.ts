/**
 * One independent stream of chance for each purpose of a run, found by name: taking more from one,
 * or switching a fault off, never shifts another.
 */
import { Prng } from '../base/prng.ts';

/** The seed of a run without chance: a story that somebody tells, step by step. */
export const STILL_SEED = -1;

/**
 * Chance that never changes: each message takes as long as any other (the longest), what comes at
 * the same time comes in the order in which it was planned, and nothing happens by itself.
 */
class StillPrng extends Prng {
  override uint32(): number {
    return 0xffffffff;
  }

  override fork(): Prng {
    return new StillPrng(STILL_SEED);
  }
}

export function streamOf(seed: number, name: string): Prng {
  if (seed === STILL_SEED) return new StillPrng(seed);
  const low = fnv1a(`${seed}/${name}`);
  const high = fnv1a(`${name}/${seed}`) % 1048576;
  return new Prng(high * 4294967296 + low);
}

function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  return hash >>> 0;
}
