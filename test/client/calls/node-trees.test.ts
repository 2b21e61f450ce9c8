/** What takes more than one request: ensurePath, createParents, recursive deletion. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CREATOR_ALL_ACL, isZooKeeperError } from '../../../src/client/index.ts';
import { connectedClient } from '../connected-client.ts';

const isNoNode = (error: unknown) => isZooKeeperError(error, 'NoNode');

test('ensurePath: levels missing → made; there already → fine', async (t) => {
  const { zk } = await connectedClient(t);
  await zk.create('/a', 'kept');
  await zk.ensurePath('/a/b/c/d');
  await zk.ensurePath('/a/b/c/d');
  await zk.ensurePath('/');
  assert.equal(Buffer.from((await zk.getData('/a')).data).toString(), 'kept');
  assert.deepEqual(await zk.getChildren('/a/b/c'), ['d']);
});

test('ensurePath: many at once → all succeed', async (t) => {
  const { zk, other } = await connectedClient(t);
  const second = await other();
  const paths = Array.from({ length: 50 }, (_, i) => `/a/b/${i % 5}/${i}`);
  await Promise.all(paths.map((path, i) => (i % 2 === 0 ? zk : second).ensurePath(path)));
  for (const path of paths) assert.ok(await zk.exists(path), path);
});

test('ensurePath: under a chroot that is missing → its levels are made, too', async (t) => {
  const { zk, other } = await connectedClient(t);
  const app = await other({ chroot: '/x/y' });
  await assert.rejects(app.create('/a'), isNoNode);
  await app.ensurePath('/a');
  assert.deepEqual(await zk.getChildren('/x/y'), ['a']);
  await app.ensurePath('/');
});

test('ensurePath: an ephemeral node on the way → NoChildrenForEphemerals', async (t) => {
  const { zk } = await connectedClient(t);
  await zk.create('/e', '', { mode: 'ephemeral' });
  await assert.rejects(zk.ensurePath('/e/a'), (error) => {
    return isZooKeeperError(error, 'NoChildrenForEphemerals');
  });
});

test('ensurePath: acl → of the nodes that are made', async (t) => {
  const { zk } = await connectedClient(t, { auth: [{ scheme: 'digest', auth: 'me:x' }] });
  await zk.ensurePath('/a/b', { acl: CREATOR_ALL_ACL });
  assert.equal((await zk.getAcl('/a')).acl[0]?.scheme, 'digest');
});

test('create: parents missing → made on demand, as persistent or container nodes', async (t) => {
  const { zk } = await connectedClient(t);
  await assert.rejects(zk.create('/a/b/c'), isNoNode);
  assert.equal(await zk.create('/a/b/c', 'x', { createParents: true }), '/a/b/c');
  const path = await zk.create('/c/d/n-', '', {
    ...{ createParents: 'container', mode: 'ephemeralSequential' },
  });
  assert.equal(path, '/c/d/n-0000000000');
  const { path: again } = await zk.createWithStat('/a/b/d', '', { createParents: true });
  assert.equal(again, '/a/b/d');
  await assert.rejects(zk.create('/a', '', { createParents: true }), (error) => {
    return isZooKeeperError(error, 'NodeExists');
  });
});

test('delete: recursive → the node and all below', async (t) => {
  const { zk } = await connectedClient(t);
  for (const path of ['/a/b/c', '/a/b/d', '/a/e', '/keep']) await zk.ensurePath(path);
  await assert.rejects(zk.delete('/a'), (error) => isZooKeeperError(error, 'NotEmpty'));
  await zk.delete('/a', { recursive: true });
  assert.equal(await zk.exists('/a'), null);
  assert.ok(await zk.exists('/keep'));
  await assert.rejects(zk.delete('/a', { recursive: true }), isNoNode);
  await zk.delete('/a', { recursive: true, quiet: true });
});

test('delete: recursive with another version → BadVersion, of the top node only', async (t) => {
  const { zk } = await connectedClient(t);
  await zk.ensurePath('/a/b');
  await zk.setData('/a', 'x');
  await assert.rejects(zk.delete('/a', { recursive: true, version: 0 }), (error) => {
    return isZooKeeperError(error, 'BadVersion') && error.path === '/a';
  });
  await zk.delete('/a', { recursive: true, version: 1 });
});

test('delete: recursive while others add → ends with nothing left', async (t) => {
  const { zk, other } = await connectedClient(t);
  const writer = await other();
  for (let i = 0; i < 200; i++) await zk.create(`/a/${i}`, '', { createParents: true });
  let added = 0;
  const adding = (async () => {
    for (; added < 300; added++) {
      try {
        await writer.create(`/a/${added % 200}/x-`, '', { mode: 'persistentSequential' });
      } catch (error) {
        if (!isNoNode(error)) throw error;
      }
    }
  })();
  await zk.delete('/a', { recursive: true });
  await adding;
  assert.equal(await zk.exists('/a'), null);
});
