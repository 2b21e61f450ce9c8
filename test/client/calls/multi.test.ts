import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { isZooKeeperError, ZooKeeper } from '../../../src/client/index.ts';
import { cleanUp, startEmbedded } from '../../server/embedded-server.ts';

async function start(t: TestContext): Promise<ZooKeeper> {
  const server = await startEmbedded(t);
  const zk = await ZooKeeper.connect(`127.0.0.1:${server.port}`);
  cleanUp(t, () => zk.close());
  return zk;
}

test('multi: all succeed → one result each, one zxid for all', async (t) => {
  const zk = await start(t);
  await zk.create('/a', 'x');
  await zk.create('/old');
  const [checked, path, container, stat, deleted] = await zk
    .multi()
    .check('/a', 0)
    .create('/b', 'y')
    .create('/c', '', { mode: 'container' })
    .setData('/a', 'z', { version: 0 })
    .delete('/old')
    .commit();
  assert.deepEqual([checked, path, container, deleted], [undefined, '/b', '/c', undefined]);
  assert.equal(stat.version, 1);
  assert.equal((await zk.exists('/b'))?.czxid, stat.mzxid);
  assert.equal(await zk.exists('/old'), null);
});

test('multi: one fails → its error, the fate of each, nothing done', async (t) => {
  const zk = await start(t);
  await zk.create('/a');
  const multi = zk.multi().create('/b').check('/a', 3).delete('/a');
  assert.equal(multi.size, 3);
  await assert.rejects(multi.commit(), (error) => {
    assert.ok(isZooKeeperError(error, 'BadVersion'));
    assert.deepEqual([error.operation, error.path, error.outcome], ['multi', '/a', 'failed']);
    assert.deepEqual(
      error.results?.map(({ code, path }) => [code, path]),
      [
        ['Ok', '/b'],
        ['BadVersion', '/a'],
        ['RuntimeInconsistency', '/a'],
      ],
    );
    return true;
  });
  assert.equal(await zk.exists('/b'), null);
});

test('multi: bad path → refused while it is put together', async (t) => {
  const zk = await start(t);
  assert.throws(() => zk.multi().create('b'), /BadArguments: create "b"/);
  assert.throws(() => zk.multi().check('/a', 0.5), /a version is a whole number/);
});
