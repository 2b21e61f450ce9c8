/** Discovery: providers register with their load; a consumer takes the one with the smallest. */
import { leastLoadedStrategy, ServiceDiscovery } from 'zooid/recipes';
import { openClients } from './clients.ts';

interface State {
  readonly load: number;
}

await using clients = await openClients();
const registrations = [];
for (const [index, load] of [0.9, 0.2, 0.5].entries()) {
  const discovery = new ServiceDiscovery<State>(await clients.connect(), '/services');
  const payload = { load };
  const host = { name: 'search', id: `search-${index}`, address: `10.0.0.${index}`, port: 8080 };
  registrations.push(await discovery.register({ ...host, payload }));
}

const consumer = new ServiceDiscovery<State>(await clients.connect(), '/services');
await using provider = await consumer.provider('search', {
  strategy: leastLoadedStrategy(({ payload }) => payload.load),
});
console.log('the least loaded is', provider.pick()?.id);
const changed = new Promise((resolve) => provider.onChange(resolve));
await registrations[1]?.unregister();
await changed;
console.log('without it the least loaded is', provider.pick()?.id);
