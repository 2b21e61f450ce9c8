import assert from 'node:assert/strict';
import { test } from 'node:test';
import { json, text } from '../../src/client/index.ts';
import { NodeCache } from '../../src/recipes/node-cache.ts';
import { connectedClient } from '../client/connected-client.ts';
import { endSession, nextChange } from './changing-client.ts';

test('node cache: made, changed, deleted → each is told, and current follows', async (t) => {
  const { zk, other } = await connectedClient(t);
  const writer = await other();
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
});

test('node cache: a new session → changes are still told', async (t) => {
  const { zk, other } = await connectedClient(t, { onExpired: 'renew' });
  const writer = await other();
  await writer.create('/a', '1');
  const cache = new NodeCache(zk, '/a', { serializer: text });
  await cache.start();
  const told = nextChange(cache, (node) => node?.data === '2');
  await endSession(zk);
  await writer.setData('/a', '2');
  await told;
  await cache.close();
});

test('node cache: what the serializer refuses → start rejects, onError hears, then it goes on', async (t) => {
  const { zk } = await connectedClient(t);
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
});

test('node cache: closed before it could read → start rejects, and nothing is told', async (t) => {
  const { zk } = await connectedClient(t);
  const cache = new NodeCache(zk, '/a');
  const started = cache.start();
  await cache.close();
  await assert.rejects(started, /closed before/);
});
