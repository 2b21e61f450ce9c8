import assert from 'node:assert/strict';
import { text } from '../../src/client/index.ts';
import { ServiceDiscovery } from '../../src/recipes/service-discovery.ts';
import { roundRobinStrategy } from '../../src/recipes/service-strategies.ts';
import { nextChange, rootedTest } from './changing-client.ts';

rootedTest(
  'discovery: registered, updated, disabled, dead → the provider chooses among the able',
  async ({ connect }) => {
    const zk = await connect();
    const host = await connect();
    const discovery = new ServiceDiscovery<{ load: number }>(host, '/services', { nowMs: () => 5 });
    const description = { name: 's', address: '10.0.0.1', port: 80, payload: { load: 0 } };
    const one = await discovery.register({ ...description, id: 'a' });
    await discovery.register({ ...description, id: 'b' });
    const seen = new ServiceDiscovery<{ load: number }>(zk, '/services');
    const provider = await seen.provider('s', {
      strategy: roundRobinStrategy(),
      filter: ({ payload }) => payload.load < 1,
    });
    assert.deepEqual(
      [provider.pick()?.id, provider.pick()?.id, provider.pick()?.id],
      ['a', 'b', 'a'],
    );
    const updated = nextChange(provider);
    await one.update({ payload: { load: 1 } });
    await updated;
    assert.deepEqual([provider.pick()?.id, provider.pick()?.id], ['b', 'b']);
    const enabled = nextChange(provider);
    await one.update({ payload: { load: 0 }, enabled: false });
    await enabled;
    assert.equal(provider.pick()?.id, 'b');
    const gone = nextChange(provider, (instances) => instances.length === 0);
    await host.close();
    await gone;
    assert.equal(provider.pick(), undefined);
    assert.deepEqual(await seen.services(), ['s']);
    await provider.close();
  },
);

rootedTest(
  'discovery: what is in the tree → the JSON of Curator’s discovery',
  async ({ connect }) => {
    const zk = await connect();
    const discovery = new ServiceDiscovery<string>(zk, '/services', { nowMs: () => 5 });
    await using registration = await discovery.register({
      ...{ name: 's', id: 'a', address: '10.0.0.1', port: 80, payload: 'x' },
    });
    assert.equal(registration.instance.registrationTimeUTC, 5);
    const { data, stat } = await zk.getData('/services/s/a', { serializer: text });
    assert.equal(stat.ephemeralOwner, zk.session.id);
    assert.deepEqual(JSON.parse(data), {
      ...{ name: 's', id: 'a', address: '10.0.0.1', port: 80, sslPort: null, payload: 'x' },
      ...{ registrationTimeUTC: 5, serviceType: 'DYNAMIC', enabled: true },
    });
  },
);

rootedTest(
  'discovery: nothing was ever registered → no services, and nobody to choose',
  async ({ connect }) => {
    const zk = await connect();
    const discovery = new ServiceDiscovery(zk, '/services');
    assert.deepEqual(await discovery.services(), []);
    await using provider = await discovery.provider('s');
    assert.equal(provider.pick(), undefined);
  },
);
