import assert from 'node:assert/strict';
import { LeasedLock } from '../../src/recipes/index.ts';
import { endSession } from '../client/end-session.ts';
import { FencingProof } from './fencing-proof.ts';
import { recipeTest, untilChildren } from './recipe-test.ts';

const LONG = { leaseMs: 60_000 };

recipeTest(
  'leased lock: many contend → one holder at a time, tokens only grow',
  async (context) => {
    const clients = await context.connectAll(4);
    const proof = new FencingProof();
    const work = clients.map(async (zk) => {
      const lock = new LeasedLock(zk, context.path, LONG);
      for (let n = 0; n < 3; n++) {
        await lock.run(({ fencingToken }) => proof.alone(fencingToken, () => zk.exists('/')));
      }
    });
    await Promise.all(work);
    proof.assertOrdered(12);
  },
);

recipeTest(
  'leased lock: the session ends → held on; its time ends → the next one holds',
  async (context) => {
    const [one, two] = await context.connectTwo();
    const options = { leaseMs: 300, clockToleranceMs: 0 };
    const held = await new LeasedLock(one, context.path, {
      ...options,
      identifier: 'one',
    }).acquire();
    await endSession(one);
    assert.equal(held.isHeld, true);
    const other = new LeasedLock(two, context.path, options);
    assert.equal(await other.tryAcquire(), null);
    assert.equal((await other.holder())?.identifier, 'one');
    const next = await other.acquire();
    // By then the first one has counted its time to the end, on its own clock.
    assert.equal(held.isHeld, false);
    assert.ok(next.fencingToken > held.fencingToken);
  },
);

recipeTest(
  'leased lock: somebody comes by the same name → takes it over at once',
  async (context) => {
    const [one, two] = await context.connectTwo();
    const options = { ...LONG, identifier: 'worker-1' };
    const held = await new LeasedLock(one, context.path, options).acquire();
    const again = await new LeasedLock(two, context.path, options).acquire({ timeoutMs: 5000 });
    assert.ok(again.fencingToken > held.fencingToken);
    await assert.rejects(held.renew(), { code: 'Lost' });
    await held.release();
    assert.equal((await new LeasedLock(one, context.path, LONG).tryAcquire()) === null, true);
    await again.release();
    assert.notEqual(await new LeasedLock(one, context.path, LONG).tryAcquire(), null);
  },
);

recipeTest(
  'leased lock: given back while others wait → the first of them holds',
  async (context) => {
    const [one, two] = await context.connectTwo();
    const held = await new LeasedLock(one, context.path, LONG).acquire();
    const waiting = new LeasedLock(two, context.path, LONG).acquire();
    await untilChildren(one, `${context.path}/lock`, (children) => children.length === 1);
    await held[Symbol.asyncDispose]();
    assert.equal((await waiting).isHeld, true);
  },
);

recipeTest(
  'leased lock: the time limit of the wait is over → Timeout, and nobody stands in front',
  async (context) => {
    const [one, two] = await context.connectTwo();
    await new LeasedLock(one, context.path, LONG).acquire();
    const waiting = new LeasedLock(two, context.path, LONG).acquire({ timeoutMs: 30 });
    await assert.rejects(waiting, { code: 'Timeout' });
    await untilChildren(one, `${context.path}/lock`, (children) => children.length === 0);
  },
);

recipeTest('leased lock: the server restarts → held on, renewed, given back', async (context) => {
  const zk = await context.connect();
  const held = await new LeasedLock(zk, context.path, LONG).acquire();
  await context.server.restart();
  await zk.sync('/', { retry: { delayMs: () => 10 } });
  const before = held.remainingMs;
  await held.renew();
  assert.ok(held.remainingMs > before);
  await held.release();
  assert.equal((await zk.getData(held.path)).data.length, 0);
});

recipeTest(
  'leased lock: bad arguments and strange data → BadArguments, Corrupt',
  async (context) => {
    const zk = await context.connect();
    for (const leaseMs of [0, -5, Number.NaN, '1' as never, Number.POSITIVE_INFINITY]) {
      const make = () => new LeasedLock(zk, context.path, { leaseMs });
      assert.throws(make, { code: 'BadArguments' }, String(leaseMs));
    }
    const identifier = 1 as never;
    const make = () => new LeasedLock(zk, context.path, { ...LONG, identifier });
    assert.throws(make, { code: 'BadArguments' });
    assert.throws(() => new LeasedLock(zk, 'a', LONG), { code: 'BadArguments' });
    await zk.create(`${context.path}/holder`, 'me!', { createParents: true });
    await assert.rejects(new LeasedLock(zk, context.path, LONG).acquire(), { code: 'Corrupt' });
  },
);
