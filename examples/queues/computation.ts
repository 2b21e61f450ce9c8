/**
 * One of the parallel computations: puts the result of its share into the round. The transaction
 * checks that the round is still on: a result gets into its round or nowhere. A result that is there
 * stays, whatever becomes of who made it; whoever sees that all are there opens the barrier.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { isZooKeeperError } from 'zooid';
import { ThresholdBarrier } from 'zooid/recipes';
import { connect, report, words } from '../frame/part.ts';
import { computeShare, followRounds, numbersJson, ROUND, roundPath } from './merge-rounds.ts';

const given = words('share', 'shares', 'workMs');
const [share, shares] = [Number(given.share), Number(given.shares)];
const zk = await connect();

for await (const { value: round, version } of followRounds(zk)) {
  await report({ status: `round ${round}: computes` });
  await pause(Number(given.workMs) * (0.5 + Math.random()));
  const result = numbersJson.serialize(computeShare(round, share, shares));
  const results = `${roundPath(round)}/results`;
  await zk.ensurePath(results);
  try {
    await zk.multi().check(ROUND, version).create(`${results}/${share}`, result).commit();
  } catch (error) {
    if (isZooKeeperError(error, 'BadVersion')) continue; // The round is over.
    if (!isZooKeeperError(error, 'NodeExists')) throw error; // Made before it was killed.
  }
  const count = (await zk.exists(results))?.numChildren ?? 0;
  await report({ status: `round ${round}: done, as one of ${count}` });
  if (count >= shares) {
    await new ThresholdBarrier(zk, roundPath(round), { threshold: shares }).open();
  }
}
