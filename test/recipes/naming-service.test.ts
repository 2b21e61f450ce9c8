import assert from 'node:assert/strict';
import { isZooKeeperError } from '../../src/client/index.ts';
import { NamingService } from '../../src/recipes/naming-service.ts';
import { rootedTest } from './changing-client.ts';

rootedTest('names: bound, looked up, bound anew, renamed, unbound', async ({ connect }) => {
  const zk = await connect();
  const names = new NamingService<string>(zk, '/names');
  await names.bind('db/primary', 'one');
  await assert.rejects(names.bind('db/primary', 'x'), (error) =>
    isZooKeeperError(error, 'NodeExists'),
  );
  assert.equal(await names.lookup('db/primary', { isFresh: true }), 'one');
  assert.equal(await names.lookup('db'), undefined);
  await names.rebind('db/primary', 'two');
  await names.rebind('db/replica', 'three');
  await names.rename('db/primary', 'old/primary');
  assert.equal(await names.lookup('db/primary'), undefined);
  assert.equal(await names.lookup('old/primary'), 'two');
  assert.deepEqual(await names.list(), ['db', 'old']);
  assert.deepEqual(await names.list('db'), ['replica']);
  assert.equal(await names.unbind('old/primary'), true);
  assert.equal(await names.unbind('old/primary'), false);
  assert.deepEqual(await names.list('nothing'), []);
});

rootedTest('names: bound for a session → gone with it', async ({ connect }) => {
  const zk = await connect();
  const owner = await connect();
  await new NamingService<number>(owner, '/names').bind('it', 7, { ephemeral: true });
  const names = new NamingService<number>(zk, '/names');
  assert.equal(await names.lookup('it', { isFresh: true }), 7);
  await owner.close();
  assert.equal(await names.lookup('it', { isFresh: true }), undefined);
});

rootedTest('names: what is none → refused by its value', async ({ connect }) => {
  const zk = await connect();
  const names = new NamingService(zk, '/names');
  for (const name of ['', '/a', 'a/']) {
    await assert.rejects(
      async () => names.bind(name, 1),
      (error: Error) => error.message.includes(`"${name}"`),
    );
  }
});
