/** Election: one of three is the master; when it dies the next takes over, with a greater token. */
import { SequenceElection } from 'zooid/recipes';
import { openClients } from './clients.ts';

await using clients = await openClients();
const candidates = [];
for (const identifier of ['a', 'b', 'c']) {
  const zk = await clients.connect();
  const election = new SequenceElection(zk, '/master', { identifier });
  await election.start();
  candidates.push({ identifier, zk, election });
}

const [first, second] = candidates;
const former = await first?.election.leadership();
console.log('a leads with token', former?.fencingToken);
await first?.zk.close(); // Its process dies.
const next = await second?.election.leadership();
console.log('b leads with token', next?.fencingToken);
console.log(
  'the token has grown:',
  former !== undefined && next !== undefined && next.fencingToken > former.fencingToken,
);
for (const { election } of candidates.slice(1)) await election.close();
