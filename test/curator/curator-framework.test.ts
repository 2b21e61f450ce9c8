import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ConnectionState, CuratorFramework, retryNTimes } from '../../src/curator/index.ts';
import { endSession } from '../client/end-session.ts';
import { curatorRig } from './curator-rig.ts';

test('curator framework: latent, started, stopped; used before the start → an error that says so', async (t) => {
  const { port } = await curatorRig(t);
  const options = { connectString: `127.0.0.1:${port}`, retryPolicy: retryNTimes(1, 1) };
  const client = new CuratorFramework(options);
  assert.equal(client.getState(), 'LATENT');
  assert.throws(() => client.create(), /start\(\)/);
  client.start();
  assert.throws(() => client.start(), /before/);
  assert.equal(client.getState(), 'STARTED');
  assert.equal(await client.blockUntilConnected(5000), true);
  await client.sync().forPath('/');
  await client.close();
  assert.equal(client.getState(), 'STOPPED');
});

test('curator framework: nobody there → blockUntilConnected is false in time', async () => {
  const options = { connectString: '127.0.0.1:1', retryPolicy: retryNTimes(1, 1) };
  await using client = new CuratorFramework(options);
  client.start();
  assert.equal(await client.blockUntilConnected(30), false);
});

test('curator framework: connected, and the session lost → Curator’s states in order', async (t) => {
  const { client } = await curatorRig(t);
  const states: ConnectionState[] = [];
  const again = new Promise<void>((resolve) =>
    client.getConnectionStateListenable().addListener((_, state) => {
      states.push(state);
      if (state === 'RECONNECTED' && states.includes('LOST')) resolve();
    }),
  );
  await client.blockUntilConnected();
  await endSession(client.zooKeeper);
  await again;
  assert.deepEqual(states, ['CONNECTED', 'SUSPENDED', 'LOST', 'RECONNECTED']);
});

test('curator framework: a namespace → its node is made, and paths are below it', async (t) => {
  const { client, zk } = await curatorRig(t, 'one/two');
  assert.equal(client.getNamespace(), 'one/two');
  assert.equal(await client.create().forPath('/a'), '/a');
  assert.notEqual(await zk.exists('/one/two/a'), null);
  assert.deepEqual(await client.getChildren().forPath('/'), ['a']);
});
