/**
 * javaPropertiesOrder: the order in which java.util.Properties gives out its keys, put in one after
 * the other. It is a ConcurrentHashMap; that its order is known lets zoo.cfg look the same whichever
 * server has rewritten it.
 */

interface Entry {
  readonly key: string;
  readonly hash: number;
}

const TABLE_SIZE = 16;

export function javaPropertiesOrder(keys: Iterable<string>): string[] {
  let table = newTable(TABLE_SIZE);
  let count = 0;
  for (const key of keys) {
    const hash = spreadHash(key);
    table[hash & (table.length - 1)]?.push({ key, hash });
    if (++count >= table.length * 0.75) table = doubled(table);
  }
  return table.flat().map((entry) => entry.key);
}

function newTable(size: number): Entry[][] {
  return Array.from({ length: size }, () => []);
}

/** Each bin is split in two, by one more bit of the hash. */
function doubled(table: readonly Entry[][]): Entry[][] {
  const next = newTable(table.length * 2);
  for (const [at, bin] of table.entries()) {
    for (const [bit, split] of [
      [0, at],
      [table.length, at + table.length],
    ] as const) {
      next[split] = half(bin, table.length, bit);
    }
  }
  return next;
}

/** Java keeps the end of a bin that goes to one side as it is, and puts the rest in front of it. */
function half(bin: readonly Entry[], mask: number, bit: number): Entry[] {
  let lastRun = 0;
  for (let at = 1; at < bin.length; at++) {
    if (((bin[at]?.hash ?? 0) & mask) !== ((bin[at - 1]?.hash ?? 0) & mask)) lastRun = at;
  }
  const isHere = ({ hash }: Entry): boolean => (hash & mask) === bit;
  const front = bin.slice(0, lastRun).filter(isHere).reverse();
  return [...front, ...bin.slice(lastRun).filter(isHere)];
}

/** String.hashCode, and what ConcurrentHashMap makes of it. */
function spreadHash(text: string): number {
  let hash = 0;
  for (let at = 0; at < text.length; at++) {
    hash = (Math.imul(hash, 31) + text.charCodeAt(at)) | 0;
  }
  return (hash ^ (hash >>> 16)) & 0x7fffffff;
}
