/** Naming: ids that nobody else gets, however many ask at once, and names for things. */
import { IdGenerator, NamingService } from 'zooid/recipes';
import { openClients } from './clients.ts';

await using clients = await openClients();
const ids = await Promise.all(
  [1, 2, 3].map(async () => {
    const orders = new IdGenerator(await clients.connect(), '/order-ids', {
      format: 'ORD-{sequence:6}',
      blockSize: 10,
    });
    return Promise.all(Array.from({ length: 5 }, () => orders.next()));
  }),
);
console.log(ids.flat().toSorted().join(' '));

const names = new NamingService<string>(await clients.connect(), '/names');
await names.bind('db/primary', '10.0.0.7:5432');
await names.rename('db/primary', 'db/former-primary');
console.log(await names.list('db'), await names.lookup('db/former-primary', { isFresh: true }));
console.log(`${new Set(ids.flat()).size} ids of ${ids.flat().length} are different`);
