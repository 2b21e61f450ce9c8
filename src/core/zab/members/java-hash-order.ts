/**
 * javaHashOrder: the order in which a `java.util.HashMap` gives out numbers. Servers stand in the
 * text of a configuration as Java's maps have them, so that its servers and ours write the same.
 */

const TABLE_SIZE = 16;

/**
 * `tableSize` is the size that the table began with. Numbers of one bucket stay as they came: Java
 * has them in the order of insertion, too, as long as there are few.
 */
export function javaHashOrder(numbers: Iterable<number>, tableSize = TABLE_SIZE): number[] {
  const all = [...new Set(numbers)];
  let size = tableSize;
  while (all.length > size * 0.75) size *= 2;
  const bucketOf = (number: number): number => spreadHash(number) & (size - 1);
  return all.sort((one, other) => bucketOf(one) - bucketOf(other));
}

/** The table of `new HashMap(other)`. */
export function copiedTableSize(count: number): number {
  let size = 1;
  while (size < Math.floor(count / 0.75 + 1)) size *= 2;
  return size;
}

/** Long.hashCode, and what HashMap makes of it. */
function spreadHash(number: number): number {
  const bits = BigInt.asUintN(64, BigInt(number));
  const hash = Number(BigInt.asUintN(32, bits ^ (bits >> 32n)));
  return (hash ^ (hash >>> 16)) >>> 0;
}
