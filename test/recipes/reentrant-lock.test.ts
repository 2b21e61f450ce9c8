import assert from 'node:assert/strict';
import { ReentrantLock } from '../../src/recipes/index.ts';
import { endSession } from '../client/end-session.ts';
import { recipeTest, untilChildren } from './recipe-test.ts';

recipeTest(
  'reentrant lock: asked for inside of itself → the same hold, one node',
  async (context) => {
    const zk = await context.connect();
    const lock = new ReentrantLock(zk, context.path);
    assert.equal(lock.isHeldHere, false);
    await lock.run(async (outer) => {
      assert.equal(lock.isHeldHere, true);
      await lock.run(async (inner) => {
        assert.equal(inner.fencingToken, outer.fencingToken);
        assert.equal((await zk.getChildren(context.path)).length, 1);
      });
      assert.equal(outer.isHeld, true);
      // Side by side: both are inside of the same hold.
      await Promise.all([lock.run(() => zk.exists('/')), lock.run(() => zk.exists('/'))]);
    });
    assert.deepEqual(await zk.getChildren(context.path), []);
  },
);

recipeTest(
  'reentrant lock: two runs beside each other on one object → one after the other',
  async (context) => {
    const zk = await context.connect();
    const lock = new ReentrantLock(zk, context.path);
    let inside = 0;
    const work = async () => {
      assert.equal(++inside, 1);
      await zk.exists('/');
      inside--;
    };
    await Promise.all(Array.from({ length: 5 }, () => lock.run(work)));
  },
);

recipeTest(
  'reentrant lock: what outlives its run asks again → waits like everybody',
  async (context) => {
    const [one, two] = await context.connectTwo();
    const lock = new ReentrantLock(one, context.path);
    let late: Promise<unknown> = Promise.resolve();
    let begin = () => {};
    await lock.run(() => {
      late = new Promise<void>((resolve) => {
        begin = resolve;
      }).then(() => lock.run(() => 'late'));
    });
    let leave = () => {};
    const other = new ReentrantLock(two, context.path).run(async () => {
      await new Promise<void>((resolve) => {
        leave = resolve;
      });
    });
    await untilChildren(one, context.path, (children) => children.length === 1);
    begin();
    await untilChildren(one, context.path, (children) => children.length === 2);
    leave();
    await other;
    assert.equal(await late, 'late');
  },
);

recipeTest(
  'reentrant lock: lost → an inner run is refused, the outer one rejects',
  async (context) => {
    const zk = await context.connect();
    const lock = new ReentrantLock(zk, context.path);
    const outer = lock.run(async () => {
      await endSession(zk);
      await assert.rejects(
        lock.run(() => {}),
        { code: 'Lost' },
      );
    });
    await assert.rejects(outer, { code: 'Lost' });
  },
);

recipeTest('reentrant lock: bad arguments → BadArguments', async (context) => {
  const zk = await context.connect();
  assert.throws(() => new ReentrantLock(zk, '/a//b'), { code: 'BadArguments' });
  const lock = new ReentrantLock(zk, context.path);
  await assert.rejects(
    lock.run(() => {}, { timeoutMs: -1 }),
    { code: 'BadArguments' },
  );
  assert.deepEqual(await lock.contenders(), []);
});
