import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CREATOR_ALL_ACL, isZooKeeperError } from '../../src/client/index.ts';
import { CuratorFrameworkFactory, exponentialBackoffRetry } from '../../src/curator/index.ts';
import { curatorRig } from './curator-rig.ts';

test('curator factory: newClient → a client that works', async (t) => {
  const { port } = await curatorRig(t);
  const retry = exponentialBackoffRetry(10, 3);
  await using client = CuratorFrameworkFactory.newClient(`127.0.0.1:${port}`, retry, {
    sessionTimeoutMs: 5000,
    connectionTimeoutMs: 3000,
  });
  client.start();
  assert.equal(await client.create().forPath('/a'), '/a');
});

test('curator factory: every setting → a client with them', async (t) => {
  const { port, zk } = await curatorRig(t);
  await using client = CuratorFrameworkFactory.builder()
    .connectString(`127.0.0.1:${port}`)
    .sessionTimeoutMs(2000)
    .connectionTimeoutMs(1000)
    .retryPolicy(exponentialBackoffRetry(10, 3, 100))
    .namespace('app')
    .authorization('digest', 'anna:secret')
    .canBeReadOnly(true)
    .build();
  client.start();
  await client.create().withACL(CREATOR_ALL_ACL).forPath('/hers');
  await assert.rejects(zk.getData('/app/hers'), (error) => isZooKeeperError(error, 'NoAuth'));
  assert.equal(client.zooKeeper.session.timeoutMs, 2000);
});
