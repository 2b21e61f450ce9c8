import assert from 'node:assert/strict';
import { ThresholdBarrier } from '../../src/recipes/index.ts';
import { endSession } from '../client/end-session.ts';
import { recipeTest, untilChildren } from './recipe-test.ts';

recipeTest(
  'threshold barrier: enough have arrived → open for all, and stays so',
  async (context) => {
    const clients = await context.connectAll(4);
    const barriers = clients.map((zk) => new ThresholdBarrier(zk, context.path, { threshold: 3 }));
    const [watcher, ...others] = barriers;
    assert.ok(watcher !== undefined);
    let isOpen = false;
    const waiting = watcher.wait().then(() => {
      isOpen = true;
    });
    const arrival = await others[0]?.arrive();
    await others[1]?.arrive();
    assert.equal(isOpen, false);
    assert.equal(await watcher.isOpen(), false);
    await Promise.all(others.map((barrier) => barrier.arriveAndWait()));
    await waiting;
    await arrival?.release();
    assert.equal(await watcher.isOpen(), true);
    await watcher.wait();
  },
);

recipeTest(
  'threshold barrier: one arrives twice, one expires → counted once, counted no more',
  async (context) => {
    const [one, two] = await context.connectTwo();
    const options = { threshold: 2, identifier: 'me' };
    const barrier = new ThresholdBarrier(one, context.path, options);
    const first = await barrier.arrive();
    assert.equal((await barrier.arrive()).fencingToken, first.fencingToken);
    assert.equal(await barrier.isOpen(), false);
    const other = new ThresholdBarrier(two, context.path, options);
    assert.deepEqual(
      (await other.arrivals()).map(({ identifier }) => identifier),
      ['me'],
    );
    await endSession(one);
    await other.arrive();
    assert.equal(await other.isOpen(), false);
  },
);

recipeTest(
  'threshold barrier: the server restarts while it is waited for → opens',
  async (context) => {
    const [one, two] = await context.connectTwo();
    const waiting = new ThresholdBarrier(one, context.path, { threshold: 1 }).wait();
    await context.server.restart();
    await new ThresholdBarrier(two, context.path, { threshold: 1 }).arrive();
    await waiting;
  },
);

recipeTest('threshold barrier: reset, opened by hand → closed, open', async (context) => {
  const [one, two] = await context.connectTwo();
  const barrier = new ThresholdBarrier(one, context.path, { threshold: 5 });
  await barrier.open();
  await barrier.open();
  await barrier.wait();
  await barrier.reset();
  await barrier.reset();
  assert.equal(await barrier.isOpen(), false);
  const waiting = barrier.wait();
  await new ThresholdBarrier(two, context.path, { threshold: 5 }).open();
  await waiting;
});

recipeTest(
  'threshold barrier: time limit, bad arguments → Timeout and counted no more, BadArguments',
  async (context) => {
    const zk = await context.connect();
    for (const threshold of [0, -1, 2.5, undefined as never]) {
      const make = () => new ThresholdBarrier(zk, context.path, { threshold });
      assert.throws(make, { code: 'BadArguments' });
    }
    assert.throws(() => new ThresholdBarrier(zk, 'x', { threshold: 1 }), { code: 'BadArguments' });
    const barrier = new ThresholdBarrier(zk, context.path, { threshold: 2 });
    await assert.rejects(barrier.arriveAndWait({ timeoutMs: 20 }), { code: 'Timeout' });
    await untilChildren(zk, `${context.path}/arrivals`, (children) => children.length === 0);
  },
);

recipeTest(
  'threshold barrier: given up between the arrival and the count → counted no more',
  async (context) => {
    const zk = await context.connect();
    const giveUp = new AbortController();
    // The count is the first that asks for children.
    const impatient = new Proxy(zk, {
      get(target, name) {
        if (name === 'getChildren') giveUp.abort(new Error('enough'));
        const member: unknown = Reflect.get(target, name, target);
        return typeof member === 'function' ? member.bind(target) : member;
      },
    });
    const barrier = new ThresholdBarrier(impatient, context.path, { threshold: 2 });
    await assert.rejects(barrier.arrive({ signal: giveUp.signal }), { message: 'enough' });
    await untilChildren(zk, `${context.path}/arrivals`, (children) => children.length === 0);
  },
);
