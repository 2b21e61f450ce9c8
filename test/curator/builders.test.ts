import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  isZooKeeperError,
  READ_ACL_UNSAFE,
  type Stat,
  type WatchEvent,
} from '../../src/client/index.ts';
import { curatorRig } from './curator-rig.ts';

test('curator builders: set, get, exists, children → as the client has them', async (t) => {
  const { client } = await curatorRig(t, 'app');
  await client.create().creatingParentsIfNeeded().forPath('/a/b', '1');
  const set = await client.setData().withVersion(0).forPath('/a/b', '22');
  assert.equal(set.version, 1);
  await assert.rejects(client.setData().withVersion(0).forPath('/a/b'), (error) =>
    isZooKeeperError(error, 'BadVersion'),
  );
  const stat: Partial<Stat> = {};
  const data = await client.getData().storingStatIn(stat).forPath('/a/b');
  assert.deepEqual([new TextDecoder().decode(data), stat.version], ['22', 1]);
  assert.deepEqual(await client.getChildren().forPath('/a'), ['b']);
  assert.equal((await client.checkExists().forPath('/a'))?.numChildren, 1);
  assert.equal(await client.checkExists().forPath('/none'), null);
});

test('curator builders: a watcher under a namespace → told the path without it', async (t) => {
  const { client, zk } = await curatorRig(t, 'app');
  await client.create().forPath('/a');
  const told = new Promise<WatchEvent>((resolve) => {
    void client.getData().usingWatcher(resolve).forPath('/a');
  });
  await client.checkExists().forPath('/a');
  await zk.setData('/app/a', 'x');
  const event = await told;
  assert.deepEqual([event.type, event.path], ['nodeDataChanged', '/a']);
});

test('curator builders: delete with children, quietly, with a version', async (t) => {
  const { client } = await curatorRig(t);
  await client.create().creatingParentsIfNeeded().forPath('/a/b/c');
  await assert.rejects(client.delete().forPath('/a'), (error) =>
    isZooKeeperError(error, 'NotEmpty'),
  );
  await client.delete().deletingChildrenIfNeeded().forPath('/a');
  await assert.rejects(client.delete().forPath('/a'), (error) => isZooKeeperError(error, 'NoNode'));
  await client.delete().quietly().forPath('/a');
  await client.create().forPath('/v');
  await assert.rejects(client.delete().withVersion(7).forPath('/v'), (error) =>
    isZooKeeperError(error, 'BadVersion'),
  );
});

test('curator builders: ACLs → set and read', async (t) => {
  const { client } = await curatorRig(t);
  await client.create().forPath('/a');
  const stat = await client.setACL().withVersion(0).withACL(READ_ACL_UNSAFE).forPath('/a');
  assert.equal(stat.aversion, 1);
  assert.deepEqual(await client.getACL().forPath('/a'), READ_ACL_UNSAFE);
});
