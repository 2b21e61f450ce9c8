import assert from 'node:assert/strict';
import { DoubleBarrier } from '../../src/recipes/index.ts';
import { endSession } from '../client/end-session.ts';
import { recipeTest, untilChildren } from './recipe-test.ts';

recipeTest(
  'double barrier: several rounds → nobody begins or ends before the others',
  async (context) => {
    const members = 4;
    const clients = await context.connectAll(members);
    let entered = 0;
    let left = 0;
    const work = clients.map(async (zk) => {
      const barrier = new DoubleBarrier(zk, context.path, { members });
      for (let round = 1; round <= 3; round++) {
        entered++;
        await barrier.enter();
        assert.equal(barrier.isInside, true);
        assert.ok(entered >= members * round, `${entered} have entered in round ${round}`);
        left++;
        await barrier.leave();
        assert.ok(left >= members * round, `${left} have left in round ${round}`);
      }
    });
    await Promise.all(work);
    assert.deepEqual(await clients[0]?.getChildren(context.path), []);
  },
);

recipeTest('double barrier: the server restarts while some wait → all begin', async (context) => {
  const clients = await context.connectAll(3);
  const barriers = clients.map((zk) => new DoubleBarrier(zk, context.path, { members: 3 }));
  const [one, two, three] = barriers;
  const waits = [one?.enter(), two?.enter()];
  const [zk] = clients;
  assert.ok(zk !== undefined);
  await zk.ensurePath(context.path);
  await untilChildren(zk, context.path, (children) => children.length === 2);
  await context.server.restart();
  await three?.enter();
  await Promise.all(waits);
  await Promise.all(barriers.map((barrier) => barrier.leave()));
});

recipeTest(
  'double barrier: a ready node is left of an earlier round → lets nobody in',
  async (context) => {
    const [one, two] = await context.connectTwo();
    await one.create(`${context.path}/ready`, '', { createParents: true });
    const first = new DoubleBarrier(one, context.path, { members: 2 });
    await assert.rejects(first.enter({ timeoutMs: 30 }), { code: 'Timeout' });
    assert.equal(first.isInside, false);
    await untilChildren(one, context.path, (children) => children.length === 1);
    const second = new DoubleBarrier(two, context.path, { members: 2 });
    await Promise.all([first.enter(), second.enter()]);
    assert.equal(await first.count(), 2);
    await Promise.all([first.leave(), second.leave()]);
    assert.deepEqual(await one.getChildren(context.path), []);
  },
);

recipeTest(
  'double barrier: a member expires inside → the others can leave; it is told',
  async (context) => {
    const [one, two] = await context.connectTwo();
    const first = new DoubleBarrier(one, context.path, { members: 2 });
    const second = new DoubleBarrier(two, context.path, { members: 2 });
    await Promise.all([first.enter(), second.enter()]);
    const leaving = first.leave();
    await endSession(two);
    await leaving;
    await assert.rejects(second.leave(), { code: 'SessionExpired' });
  },
);

recipeTest('double barrier: leaving takes too long → Timeout, and it has left', async (context) => {
  const [one, two] = await context.connectTwo();
  const first = new DoubleBarrier(one, context.path, { members: 2 });
  const second = new DoubleBarrier(two, context.path, { members: 2 });
  await Promise.all([first.enter(), second.enter()]);
  await assert.rejects(first.leave({ timeoutMs: 20 }), { code: 'Timeout' });
  await second.leave();
  // `ready` may stay, as when a member dies: it lets nobody in.
  const isLeft = (names: string[]) => names.every((name) => name === 'ready');
  await untilChildren(one, context.path, isLeft);
});

recipeTest(
  'double barrier: out of order, bad arguments → InvalidState, BadArguments',
  async (context) => {
    const zk = await context.connect();
    for (const members of [0, 1.5, '2' as never]) {
      const make = () => new DoubleBarrier(zk, context.path, { members });
      assert.throws(make, { code: 'BadArguments' });
    }
    assert.throws(() => new DoubleBarrier(zk, '/', { members: 1 }), { code: 'BadArguments' });
    const barrier = new DoubleBarrier(zk, context.path, { members: 1 });
    await assert.rejects(barrier.leave(), { code: 'InvalidState' });
    await barrier.enter();
    await assert.rejects(barrier.enter(), { code: 'InvalidState' });
    await barrier.leave();
  },
);
