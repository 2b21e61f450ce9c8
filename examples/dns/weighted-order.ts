/**
 * An order in which each comes first with a chance of its weight among all weights, and then likewise
 * among those that are left (Efraimidis and Spirakis). Who takes the first answer gets the weights.
 */
export interface Weighted {
  readonly weight: number;
}

/** RFC 2782: a weight of 0 is hardly ever chosen while there are others. */
const WEIGHT_MIN = 1e-6;

/** `random` gives numbers from 0 (included) to 1. */
export function weightedOrder<T extends Weighted>(all: readonly T[], random: () => number): T[] {
  const keyed = all.map((each) => {
    return { each, key: -Math.log(1 - random()) / Math.max(each.weight, WEIGHT_MIN) };
  });
  return keyed.toSorted((a, b) => a.key - b.key).map(({ each }) => each);
}
