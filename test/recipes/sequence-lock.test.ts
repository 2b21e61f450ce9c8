import assert from 'node:assert/strict';
import { SequenceLock } from '../../src/recipes/sequence-lock.ts';
import { recipeTest } from './recipe-test.ts';

const layout = { prefix: 'x-', prefixes: ['x-'] };

recipeTest(
  'sequence lock: run → the result; the error of the work; released after both',
  async (context) => {
    const zk = await context.connect();
    const lock = new SequenceLock(zk, context.path, { layout });
    assert.equal(await lock.run(() => 7), 7);
    await assert.rejects(
      lock.run(() => {
        throw new Error('no');
      }),
      /no/,
    );
    assert.deepEqual(await zk.getChildren(context.path), []);
  },
);

recipeTest(
  'sequence lock: lost while the work runs → Lost, though the work returns',
  async (context) => {
    const zk = await context.connect();
    const lock = new SequenceLock(zk, context.path, { layout });
    const run = lock.run(async (held) => {
      await zk.delete(held.path);
      await zk.exists('/');
      return 'done';
    });
    await assert.rejects(run, { code: 'Lost' });
  },
);

recipeTest('sequence lock: its own ACL and identifier → on the node', async (context) => {
  const zk = await context.connect();
  const acl = [
    { permissions: ['read', 'create', 'delete'], scheme: 'world', id: 'anyone' },
  ] as const;
  const lock = new SequenceLock(zk, context.path, { layout, acl, identifier: 'é' });
  await lock.run(async (held) => {
    const { data } = await zk.getData(held.path);
    assert.equal(new TextDecoder().decode(data), 'é');
    const { acl: found } = await zk.getAcl(held.path);
    assert.deepEqual(found, acl);
  });
});
