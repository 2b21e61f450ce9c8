/**
 * The merger: waits at the barrier of the round, merges the results, and writes the answer and the
 * number of the next round in one transaction. Killed at any moment it begins where it was.
 */
import { ThresholdBarrier } from 'zooid/recipes';
import { connect, report, words } from '../frame/part.ts';
import { ANSWERS, followRounds, numbersJson, ROUND, ROUNDS, roundPath } from './merge-rounds.ts';

const { shares } = words('shares');
const zk = await connect();
await zk.ensurePath(ANSWERS);

async function readResults(round: number): Promise<number[]> {
  const results = `${roundPath(round)}/results`;
  const each = (await zk.getChildren(results)).map(async (share) => {
    const { data } = await zk.getData(`${results}/${share}`, { serializer: numbersJson });
    return data;
  });
  return (await Promise.all(each)).flat().sort((a, b) => a - b);
}

/** Nothing gets into them any more; the last one that was late may have left something empty. */
async function removeRounds(upTo: number): Promise<void> {
  const over = (await zk.getChildren(ROUNDS)).filter((round) => Number(round) <= upTo);
  await Promise.all(over.map((round) => zk.delete(`${ROUNDS}/${round}`, { recursive: true })));
}

for await (const { value: round, version } of followRounds(zk)) {
  await report({ status: `waits for ${shares} results of round ${round}` });
  await new ThresholdBarrier(zk, roundPath(round), { threshold: Number(shares) }).wait();
  const merged = await readResults(round);
  await zk
    .multi()
    .setData(ROUND, String(round + 1), { version })
    .create(`${ANSWERS}/${round}`, String(merged.length))
    .commit();
  const found = `${merged.length} primes, up to ${merged.at(-1)}`;
  await report({ lines: [`barrier queue: round ${round} has found ${found}`] });
  await removeRounds(round);
}
