/**
 * FuzzTarget: one thing to fuzz. Making an input and checking it are apart, so that an input that
 * found something can be kept as text in corpus/, made smaller and checked again for ever.
 */
import type { Prng } from '../../src/base/prng.ts';

export interface FuzzTarget<Input> {
  readonly name: string;
  generate(prng: Prng): Input;
  /** Throws when something is wrong; what it throws is the finding. */
  check(input: Input): void;
  encode(input: Input): string;
  decode(text: string): Input;
  /** The input without some of its parts, each a candidate that may still fail. */
  smaller(input: Input): Iterable<Input>;
}

export interface Finding {
  readonly error: unknown;
  /** The smallest input that still fails, as text for corpus/. */
  readonly text: string;
}

const SHRINK_CHECKS_MAX = 2_000;

/** Generates one input from the seed and checks it. */
export function runSeed<Input>(
  target: FuzzTarget<Input>,
  prng: Prng,
  isShrinking = true,
): Finding | null {
  const input = target.generate(prng);
  const error = errorOf(target, input);
  if (error === null) return null;
  return isShrinking ? shrink(target, input, error) : { error, text: target.encode(input) };
}

function errorOf<Input>(target: FuzzTarget<Input>, input: Input): { cause: unknown } | null {
  try {
    target.check(input);
    return null;
  } catch (cause) {
    return { cause };
  }
}

/** Greedy: the first smaller input that fails is taken, until none does. */
function shrink<Input>(target: FuzzTarget<Input>, from: Input, first: { cause: unknown }): Finding {
  let input = from;
  let error = first;
  let checks = 0;
  let hasShrunk = true;
  while (hasShrunk && checks < SHRINK_CHECKS_MAX) {
    hasShrunk = false;
    for (const candidate of target.smaller(input)) {
      if (++checks > SHRINK_CHECKS_MAX) break;
      const found = errorOf(target, candidate);
      if (found === null) continue;
      input = candidate;
      error = found;
      hasShrunk = true;
      break;
    }
  }
  return { error: error.cause, text: target.encode(input) };
}

/** A list without its halves, quarters, …, single items. */
export function* smallerLists<T>(items: readonly T[]): Iterable<readonly T[]> {
  for (
    let size = Math.ceil(items.length / 2);
    size >= 1;
    size = size === 1 ? 0 : Math.ceil(size / 2)
  ) {
    for (let at = 0; at < items.length; at += size) {
      yield [...items.slice(0, at), ...items.slice(at + size)];
    }
  }
}

export const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
export const fromHex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'hex'));
