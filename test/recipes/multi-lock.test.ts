import assert from 'node:assert/strict';
import { Lock, MultiLock, ReadWriteLock, Semaphore } from '../../src/recipes/index.ts';
import { endSession } from '../client/end-session.ts';
import { aborted, recipeTest, untilChildren } from './recipe-test.ts';

recipeTest(
  'multi lock: taken in opposite orders by many → no deadlock, one at a time',
  async (context) => {
    const clients = await context.connectAll(4);
    let inside = 0;
    const work = clients.map(async (zk, index) => {
      const locks = ['a', 'b', 'c'].map((name) => new Lock(zk, `${context.path}/${name}`));
      const lock = new MultiLock(index % 2 === 0 ? locks : locks.toReversed());
      for (let n = 0; n < 3; n++) {
        await lock.run(async (held) => {
          assert.equal(++inside, 1);
          assert.equal(held.fencingTokens.length, 3);
          await zk.exists('/');
          inside--;
        });
      }
    });
    await Promise.all(work);
  },
);

recipeTest(
  'multi lock: one of them cannot be had in time → Timeout, none is held',
  async (context) => {
    const [one, two] = await context.connectTwo();
    const paths = ['a', 'b'].map((name) => `${context.path}/${name}`);
    await new Lock(one, `${context.path}/b`).acquire();
    const lock = new MultiLock(paths.map((path) => new Lock(two, path)));
    await assert.rejects(lock.acquire({ timeoutMs: 30 }), { code: 'Timeout' });
    await untilChildren(one, `${context.path}/a`, (children) => children.length === 0);
    await untilChildren(one, `${context.path}/b`, (children) => children.length === 1);
  },
);

recipeTest(
  'multi lock: locks of several kinds → held together, one lost is told',
  async (context) => {
    const [one, two] = await context.connectTwo();
    const lock = new MultiLock([
      new Semaphore(one, `${context.path}/s`, { leasesMax: 1 }),
      new ReadWriteLock(two, `${context.path}/rw`).writeLock,
      new Lock(one, `${context.path}/l`),
    ]);
    assert.deepEqual(
      lock.paths,
      ['l', 'rw', 's'].map((name) => `${context.path}/${name}`),
    );
    const held = await lock.acquire();
    assert.equal(held.isHeld, true);
    const lost = aborted(held.signal);
    await endSession(two);
    await lost;
    assert.equal(held.isHeld, false);
    await held.release();
    await held[Symbol.asyncDispose]();
    assert.deepEqual(await one.getChildren(`${context.path}/l`), []);
  },
);

recipeTest('multi lock: bad arguments → BadArguments', async (context) => {
  const zk = await context.connect();
  assert.throws(() => new MultiLock([]), { code: 'BadArguments' });
  assert.throws(() => new MultiLock('ab' as never), { code: 'BadArguments' });
  const twice = [new Lock(zk, '/a'), new Lock(zk, '/a')];
  assert.throws(() => new MultiLock(twice), { code: 'BadArguments' });
});
