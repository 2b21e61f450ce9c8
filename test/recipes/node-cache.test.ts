import assert from 'node:assert/strict';
import { json, text } from '../../src/client/index.ts';
import { NodeCache } from '../../src/recipes/node-cache.ts';
import { endSession } from '../client/end-session.ts';
import { nextChange, rootedTest } from './changing-client.ts';

rootedTest(
  'node cache: made, changed, deleted → each is told, and current follows',
  async ({ connect }) => {
    const zk = await connect();
    const writer = await connect();
    const cache = new NodeCache<string>(zk, '/a', { serializer: text });
    await cache.start();
    const before = cache.current;
    assert.equal(before, null);
    const steps = [
      { change: () => writer.create('/a', '1'), holds: '1' },
      { change: () => writer.setData('/a', '2'), holds: '2' },
      { change: () => writer.delete('/a'), holds: undefined },
    ];
    for (const { change, holds } of steps) {
      const told = nextChange(cache);
      await change();
      assert.equal((await told)?.data, holds);
      assert.equal(cache.current?.data, holds);
    }
    await cache.close();
  },
);

rootedTest('node cache: a new session → changes are still told', async ({ connect }) => {
  const zk = await connect({ onExpired: 'renew' });
  const writer = await connect();
  await writer.create('/a', '1');
  const cache = new NodeCache(zk, '/a', { serializer: text });
  await cache.start();
  const told = nextChange(cache, (node) => node?.data === '2');
  await endSession(zk);
  await writer.setData('/a', '2');
  await told;
  await cache.close();
});

rootedTest(
  'node cache: what the serializer refuses → start rejects, onError hears, then it goes on',
  async ({ connect }) => {
    const zk = await connect();
    await zk.create('/a', 'no json');
    const errors: unknown[] = [];
    const cache = new NodeCache(zk, '/a', {
      serializer: json<number>(),
      onError: (error) => errors.push(error),
    });
    await assert.rejects(cache.start());
    assert.equal(errors.length, 1);
    const told = nextChange(cache);
    await zk.setData('/a', '7');
    assert.equal((await told)?.data, 7);
    await cache.close();
  },
);

rootedTest(
  'node cache: closed before it could read → start rejects, and nothing is told',
  async ({ connect }) => {
    const zk = await connect();
    const cache = new NodeCache(zk, '/a');
    const started = cache.start();
    await cache.close();
    await assert.rejects(started, /closed before/);
  },
);
