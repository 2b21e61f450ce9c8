/** What the computations and the merger of the barrier queue know of each other. */
import { json, type ZooKeeper } from 'zooid';
import { SharedCounter, type VersionedCount } from 'zooid/recipes';

/** The number of the round, in which everybody takes part. */
export const ROUND = '/merge/round';
export const ROUNDS = '/merge/rounds';
export const ANSWERS = '/merge/answers';

export const numbersJson = json<readonly number[]>((value) => value as readonly number[]);

/** Each share of a round is a range of so many numbers. */
const SHARE_NUMBERS = 1_000;

/** The node of a round: `results/<share>` below it, and `open` when all are there. */
export function roundPath(round: number): string {
  return `${ROUNDS}/${round}`;
}

/** The rounds as they come, beginning with the one that is being played. */
export async function* followRounds(zk: ZooKeeper): AsyncGenerator<VersionedCount> {
  const counter = new SharedCounter(zk, ROUND);
  // Whoever is first makes it; the version says whether it was there.
  await counter.trySet({ value: 0, version: -1 }, 1);
  for await (const round of counter.changes()) yield round;
}

/** The primes of a share: something to compute. */
export function computeShare(round: number, share: number, shares: number): number[] {
  const from = ((round - 1) * shares + share) * SHARE_NUMBERS;
  const numbers = Array.from({ length: SHARE_NUMBERS }, (_, at) => from + at);
  return numbers.filter(isPrime);
}

/** What must come out of a round. */
export function countPrimes(round: number, shares: number): number {
  const each = Array.from(
    { length: shares },
    (_, share) => computeShare(round, share, shares).length,
  );
  return each.reduce((sum, count) => sum + count, 0);
}

function isPrime(number: number): boolean {
  for (let by = 2; by * by <= number; by++) if (number % by === 0) return false;
  return number > 1;
}
