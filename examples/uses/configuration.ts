/** Configuration: one publishes, all others have it at once, and a bad change is taken back. */
import { json } from 'zooid';
import { ConfigStore } from 'zooid/recipes';
import { openClients } from './clients.ts';

interface Limits {
  readonly requestsPerSecond: number;
}
const serializer = json<Limits>((value) => {
  const { requestsPerSecond } = value as Partial<Limits>;
  if (typeof requestsPerSecond !== 'number') throw new TypeError('requestsPerSecond is missing');
  return { requestsPerSecond };
});

await using clients = await openClients();
const admin = new ConfigStore<Limits>(await clients.connect(), '/limits', { serializer });
await admin.publish({ requestsPerSecond: 100 });

const hosts = await Promise.all(
  ['host-1', 'host-2', 'host-3'].map(async (name) => {
    const store = new ConfigStore<Limits>(await clients.connect(), '/limits', { serializer });
    let onThird = (): void => {};
    const third = new Promise<void>((resolve) => {
      onThird = resolve;
    });
    await store.follow(({ version, value }) => {
      console.log(`${name}: version ${version}, ${value.requestsPerSecond} requests a second`);
      if (version === 3) onThird();
    });
    // In an object: a promise returned alone would be awaited here.
    return { third };
  }),
);
await admin.publish({ requestsPerSecond: 10_000 });
await admin.rollback(1);
await Promise.all(hosts.map(({ third }) => third));
console.log('all hosts are back at version 1, as version 3');
