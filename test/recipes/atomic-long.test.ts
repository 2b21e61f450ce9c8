import assert from 'node:assert/strict';
import { AtomicLong } from '../../src/recipes/index.ts';
import { recipeTest } from './recipe-test.ts';

recipeTest(
  'atomic long: many increment, with few tries and a lock → each gets a value of its own',
  async (context) => {
    const clients = await context.connectAll(6);
    const seen: bigint[] = [];
    let lockedTries = 0;
    const work = clients.map(async (zk) => {
      const long = new AtomicLong(zk, context.path, { triesMax: 1, lock: `${context.path}-lock` });
      for (let n = 0; n < 5; n++) {
        const change = await long.increment();
        assert.equal(change.after, change.before + 1n);
        lockedTries += change.lockedTries;
        seen.push(change.after);
      }
    });
    await Promise.all(work);
    assert.equal(new Set(seen).size, 30);
    const [zk] = clients;
    assert.ok(zk !== undefined);
    assert.equal(await new AtomicLong(zk, context.path).get(), 30n);
    assert.ok(lockedTries > 0, 'nobody ever needed the lock');
  },
);

recipeTest(
  'atomic long: others are quicker each time and there is no lock → Exhausted',
  async (context) => {
    const [one, two] = await context.connectTwo();
    await one.create(context.path, new Uint8Array(8));
    let others: Promise<unknown> = Promise.resolve();
    const long = new AtomicLong(one, context.path, { triesMax: 3 });
    const next = (before: bigint) => {
      // The write of the other is on its way before this one, over a connection that is as quick.
      others = two.setData(context.path, new Uint8Array(8));
      return before + 1n;
    };
    const outcome = await long.update(next).catch((error: unknown) => error);
    await others;
    const isExhausted = (outcome as { code?: string }).code === 'Exhausted';
    // Which of two writes over two connections comes first is for the server to say.
    assert.ok(isExhausted || (outcome as { tries?: number }).tries !== undefined);
  },
);

recipeTest(
  'atomic long: add, decrement, set, compareAndSet → as their names say',
  async (context) => {
    const zk = await context.connect();
    const long = new AtomicLong(zk, context.path);
    assert.equal(await long.get(), 0n);
    assert.equal((await long.add(5n)).after, 5n);
    assert.deepEqual(await long.decrement(), { before: 5n, after: 4n, tries: 1, lockedTries: 0 });
    assert.equal(await long.compareAndSet(5n, 9n), null);
    assert.equal((await long.compareAndSet(4n, 9n))?.after, 9n);
    assert.equal((await long.set(-1n)).before, 9n);
    assert.deepEqual([...(await zk.getData(context.path)).data], Array(8).fill(255));
  },
);

recipeTest(
  'atomic long: the server restarts while many increment → nothing twice, nothing lost',
  async (context) => {
    const clients = await context.connectAll(3);
    let done = 0n;
    let unknown = 0n;
    const work = clients.map(async (zk) => {
      const long = new AtomicLong(zk, context.path, { triesMax: 1000 });
      for (let n = 0; n < 10; n++) {
        try {
          await long.increment();
          done++;
        } catch (error) {
          // The reply was lost, and others have changed it since.
          assert.equal((error as { code?: string }).code, 'ConnectionLoss');
          assert.equal((error as { outcome?: string }).outcome, 'unknown');
          unknown++;
        }
      }
    });
    await context.server.restart();
    await Promise.all(work);
    const [zk] = clients;
    assert.ok(zk !== undefined);
    const value = await new AtomicLong(zk, context.path).get();
    assert.ok(value >= done && value <= done + unknown, `${value}, ${done}, ${unknown}`);
  },
);

recipeTest('atomic long: bad arguments, strange data → BadArguments, Corrupt', async (context) => {
  const zk = await context.connect();
  assert.throws(() => new AtomicLong(zk, 'x'), { code: 'BadArguments' });
  const bad = [{ triesMax: 0 }, { lockedTriesMax: 0.5 }, { lock: 'x' }, { lock: '/x' }];
  for (const options of bad) {
    assert.throws(() => new AtomicLong(zk, '/x', options), { code: 'BadArguments' });
  }
  const long = new AtomicLong(zk, context.path);
  for (const value of [1 as never, 2n ** 63n, -(2n ** 63n) - 1n]) {
    await assert.rejects(long.add(value), { code: 'BadArguments' });
    await assert.rejects(long.set(value), { code: 'BadArguments' });
    await assert.rejects(long.compareAndSet(0n, value), { code: 'BadArguments' });
  }
  await long.set(2n ** 63n - 1n);
  await assert.rejects(long.increment(), { code: 'BadArguments' });
  await zk.setData(context.path, 'abc');
  await assert.rejects(long.get(), { code: 'Corrupt' });
});
