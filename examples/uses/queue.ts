/** Queue: jobs survive a consumer that dies over one of them. */
import { LockingQueue } from 'zooid/recipes';
import { openClients } from './clients.ts';

await using clients = await openClients();
const producer = new LockingQueue(await clients.connect(), '/jobs');
for (const job of ['wash', 'dry', 'iron']) await producer.put(job);

const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const careless = await clients.connect();
const dropped = await new LockingQueue(careless, '/jobs').take();
console.log('the careless one takes', textOf(dropped.data), 'and dies');
await careless.close();

const careful = new LockingQueue(await clients.connect(), '/jobs');
const done: string[] = [];
while (done.length < 3) {
  const claim = await careful.take();
  done.push(textOf(claim.data));
  await claim.consume();
}
console.log('the careful one has done', done.toSorted().join(', '));
