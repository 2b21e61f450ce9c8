import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isZooKeeperError, OPEN_ACL_UNSAFE } from '../../src/client/index.ts';
import { curatorRig } from './curator-rig.ts';

test('curator transaction: all kinds → done at once, each with its result', async (t) => {
  const { client, zk } = await curatorRig(t, 'app');
  await client.create().forPath('/old');
  const results = await client
    .inTransaction()
    .check()
    .withVersion(0)
    .forPath('/old')
    .and()
    .create()
    .withMode('persistentSequential')
    .withACL(OPEN_ACL_UNSAFE)
    .forPath('/new-', 'x')
    .and()
    .setData()
    .withVersion(0)
    .forPath('/old', 'yy')
    .and()
    .delete()
    .forPath('/old')
    .and()
    .commit();
  assert.deepEqual(
    results.map((result) => (result.type === 'create' ? result.resultPath : result.type)),
    ['check', '/new-0000000001', 'setData', 'delete'],
  );
  assert.notEqual(await zk.exists('/app/new-0000000001'), null);
});

test('curator transaction: one fails → nothing is done', async (t) => {
  const { client } = await curatorRig(t);
  const failed = client
    .inTransaction()
    .create()
    .forPath('/a')
    .and()
    .delete()
    .withVersion(3)
    .forPath('/none')
    .and()
    .commit();
  await assert.rejects(failed, (error) => isZooKeeperError(error, 'NoNode'));
  assert.equal(await client.checkExists().forPath('/a'), null);
});
