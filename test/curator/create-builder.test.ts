import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isZooKeeperError, OPEN_ACL_UNSAFE, type Stat } from '../../src/client/index.ts';
import { curatorRig } from './curator-rig.ts';

test('curator create: modes, parents, Stat, protection → the nodes', async (t) => {
  const { client, zk } = await curatorRig(t);
  const path = await client
    .create()
    .creatingParentsIfNeeded()
    .withMode('ephemeralSequential')
    .withACL(OPEN_ACL_UNSAFE)
    .forPath('/a/b-', 'x');
  assert.equal(path, '/a/b-0000000000');
  const stat: Partial<Stat> = {};
  await client
    .create()
    .creatingParentContainersIfNeeded()
    .storingStatIn(stat)
    .forPath('/c/d', 'yy');
  assert.equal(stat.dataLength, 2);
  const guarded = await client
    .create()
    .withMode('persistentSequential')
    .withProtection()
    .forPath('/p-');
  assert.notEqual(await zk.exists(guarded), null);
  assert.match(guarded, /^\/_c_.+-p-\d{10}$/);
});

test('curator create: it exists → NodeExists, or its data are set', async (t) => {
  const { client } = await curatorRig(t);
  await client.create().forPath('/a', '1');
  await assert.rejects(client.create().forPath('/a', '2'), (error) =>
    isZooKeeperError(error, 'NodeExists'),
  );
  const stat: Partial<Stat> = {};
  assert.equal(await client.create().orSetData().storingStatIn(stat).forPath('/a', '2'), '/a');
  assert.equal(stat.version, 1);
});
