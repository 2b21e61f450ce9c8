/**
 * One independent stream of chance for each purpose of a run, found by name: taking more from one,
 * or switching a fault off, never shifts another.
 */
import { Prng } from '../base/prng.ts';

export function streamOf(seed: number, name: string): Prng {
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
