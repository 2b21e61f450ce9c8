/** Lock: five clients add to one number that is read and written in two steps; none is lost. */
import { text } from 'zooid';
import { Lock } from 'zooid/recipes';
import { openClients } from './clients.ts';

await using clients = await openClients();
const zk = await clients.connect();
await zk.create('/number', '0');

async function addOne(name: string): Promise<void> {
  const own = await clients.connect();
  await new Lock(own, '/number-lock', { identifier: name }).run(async ({ fencingToken }) => {
    const { data } = await own.getData('/number', { serializer: text });
    console.log(`${name} has the lock with token ${fencingToken} and reads ${data}`);
    await own.setData('/number', String(Number(data) + 1));
  });
}

await Promise.all(['a', 'b', 'c', 'd', 'e'].map(addOne));
const { data } = await zk.getData('/number', { serializer: text });
console.log('the number is', data);
