import assert from 'node:assert/strict';
import { RevocableLock } from '../../src/recipes/index.ts';
import { endSession } from '../client/end-session.ts';
import { aborted, recipeTest, untilChildren } from './recipe-test.ts';

recipeTest(
  'revocable lock: asked to give back → told, releases, the next one holds',
  async (context) => {
    const [one, two] = await context.connectTwo();
    const lock = new RevocableLock(one, context.path);
    const other = new RevocableLock(two, context.path);
    assert.equal(await other.revoke(), false);
    await one.create(context.path);
    const working = lock.run(async (held) => {
      assert.equal(held.revocation.aborted, false);
      await aborted(held.revocation);
      assert.equal(held.signal.aborted, false);
      return held.fencingToken;
    });
    // Two clients are in no order by themselves.
    await untilChildren(one, context.path, (children) => children.length === 1);
    const next = other.acquire();
    await untilChildren(one, context.path, (children) => children.length === 2);
    assert.equal(await other.revoke(), true);
    const token = await working;
    const held = await next;
    assert.ok(held.fencingToken > token);
    assert.equal(held.revocation.aborted, false);
    await held[Symbol.asyncDispose]();
    assert.equal(held.isHeld, false);
  },
);

recipeTest(
  'revocable lock: asked for while it waited → told as soon as it holds',
  async (context) => {
    const [one, two] = await context.connectTwo();
    const first = await new RevocableLock(one, context.path).acquire();
    const waiting = new RevocableLock(two, context.path).acquire();
    const children = await untilChildren(one, context.path, (names) => names.length === 2);
    const name = children.find((each) => !first.path.endsWith(each));
    await one.setData(`${context.path}/${name}`, '__REVOKE__');
    await first.release();
    await aborted((await waiting).revocation);
  },
);

recipeTest(
  'revocable lock: other data are written to its node → nothing is asked',
  async (context) => {
    const zk = await context.connect();
    const held = await new RevocableLock(zk, context.path, { identifier: 'me' }).acquire();
    await zk.setData(held.path, 'you');
    await zk.exists(held.path);
    await zk.exists(held.path);
    assert.equal(held.revocation.aborted, false);
    await zk.setData(held.path, '__REVOKE__');
    await aborted(held.revocation);
  },
);

recipeTest('revocable lock: the session expires → lost, not revoked', async (context) => {
  const zk = await context.connect();
  const held = await new RevocableLock(zk, context.path).acquire();
  const lost = aborted(held.signal);
  await endSession(zk);
  await lost;
  assert.equal(held.revocation.aborted, false);
  assert.equal(held.isHeld, false);
  await held.release();
});

recipeTest('revocable lock: bad arguments → BadArguments', async (context) => {
  const zk = await context.connect();
  assert.throws(() => new RevocableLock(zk, 'x'), { code: 'BadArguments' });
  const abortOn = 'x' as never;
  assert.throws(() => new RevocableLock(zk, '/x', { abortOn }), { code: 'BadArguments' });
});
