/** Mutations: of a message whose fields are known, and of bytes about which nothing is known. */
import type { Prng } from '../../src/base/prng.ts';

/** One field of a message, encoded. `sized` begins with its length or count. */
export interface Part {
  readonly kind: 'int' | 'long' | 'bool' | 'sized' | 'raw';
  readonly bytes: Buffer;
}

export const INTERESTING_INTS: readonly number[] = [
  0, 1, -1, -2, 2, 3, 4, 7, 8, 15, 16, 17, 31, 64, 127, 128, 255, 256, 1000, 4095, 4096, 65535,
  65536, 1048575, 1048576, 0x7ffffffe, 0x7fffffff, -0x80000000, -0x7fffffff, -11, -10, 100, 101,
];
const BYTES_ADDED_MAX = 40;

export function intBytes(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value | 0);
  return bytes;
}

export function randomBytes(prng: Prng, count: number): Buffer {
  const bytes = Buffer.alloc(count);
  for (let i = 0; i < count; i++) bytes[i] = prng.below(256);
  return bytes;
}

export function joined(parts: readonly Part[]): Buffer {
  return Buffer.concat(parts.map(({ bytes }) => bytes));
}

/** The message with one to three of its fields, or its bytes, changed. */
export function mutateParts(parts: readonly Part[], prng: Prng): Buffer {
  let changed = [...parts];
  for (let left = prng.between(1, 3); left > 0; left--) changed = mutateOnePart(changed, prng);
  const bytes = joined(changed);
  return prng.chance(0.3) ? mutateBytes(bytes, prng) : bytes;
}

function mutateOnePart(parts: readonly Part[], prng: Prng): Part[] {
  if (parts.length === 0) return [{ kind: 'raw', bytes: randomBytes(prng, 8) }];
  const at = prng.below(parts.length);
  const part = parts[at] as Part;
  const before = parts.slice(0, at);
  const after = parts.slice(at + 1);
  switch (prng.below(6)) {
    case 0:
      return [...before, ...after];
    case 1:
      return [...before, part, part, ...after];
    case 2:
      return [...after, part, ...before];
    default:
      return [...before, { ...part, bytes: mutateField(part, prng) }, ...after];
  }
}

function mutateField({ kind, bytes }: Part, prng: Prng): Buffer {
  switch (kind) {
    case 'int':
      return intBytes(prng.pick(INTERESTING_INTS));
    case 'long':
      return Buffer.concat([
        intBytes(prng.pick(INTERESTING_INTS)),
        intBytes(prng.pick(INTERESTING_INTS)),
      ]);
    case 'bool':
      return Buffer.of(prng.below(256));
    case 'sized': {
      const value = prng.chance(0.5)
        ? prng.pick(INTERESTING_INTS)
        : bytes.length - 4 + prng.below(5) - 2;
      return Buffer.concat([intBytes(value), bytes.subarray(4)]);
    }
    case 'raw':
      return mutateBytes(bytes, prng);
  }
}

export function mutateBytes(bytes: Uint8Array, prng: Prng): Buffer {
  const copy = Buffer.from(bytes);
  if (copy.length === 0) return randomBytes(prng, prng.below(BYTES_ADDED_MAX));
  const at = prng.below(copy.length);
  const length = Math.min(copy.length - at, 1 + prng.below(prng.chance(0.2) ? 600 : 16));
  switch (prng.below(9)) {
    case 0:
      return copy.subarray(0, at);
    case 1:
      return Buffer.concat([copy, randomBytes(prng, 1 + prng.below(BYTES_ADDED_MAX))]);
    case 2:
      return copy.fill(0, at, at + length);
    case 3:
      return copy.fill(0xff, at, at + length);
    case 4:
      return Buffer.concat([copy.subarray(0, at), copy.subarray(at + length)]);
    case 5:
      return Buffer.concat([copy.subarray(0, at + length), copy.subarray(at)]);
    case 6:
      if (copy.length >= at + 4) copy.writeInt32BE(prng.pick(INTERESTING_INTS), at);
      return copy;
    default:
      copy[at] = (copy[at] as number) ^ (1 << prng.below(8));
      return copy;
  }
}
