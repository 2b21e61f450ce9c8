/** Barrier: three members begin each round together and end it together. */
import { DoubleBarrier } from 'zooid/recipes';
import { openClients } from './clients.ts';

await using clients = await openClients();
const log: string[] = [];

async function takePart(identifier: string): Promise<void> {
  const zk = await clients.connect();
  const barrier = new DoubleBarrier(zk, '/rounds', { members: 3, identifier });
  for (const round of [1, 2]) {
    await barrier.enter();
    log.push(`round ${round}: ${identifier}`);
    await barrier.leave();
  }
}

await Promise.all(['a', 'b', 'c'].map(takePart));
for (const line of log) console.log(line);
const rounds = log.map((line) => line.slice(0, 7)).join(', ');
console.log(
  'no round began before the last had ended:',
  rounds.lastIndexOf('round 1') < rounds.indexOf('round 2'),
);
