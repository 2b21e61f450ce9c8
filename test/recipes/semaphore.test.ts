import assert from 'node:assert/strict';
import { Semaphore } from '../../src/recipes/index.ts';
import { endSession } from '../client/end-session.ts';
import { aborted, recipeTest, startHolder, untilChildren } from './recipe-test.ts';

recipeTest('semaphore: many contend → never more leases than there are', async (context) => {
  const clients = await context.connectAll(6);
  let inside = 0;
  let most = 0;
  let onThree = () => {};
  const three = new Promise<void>((resolve) => {
    onThree = resolve;
  });
  const work = clients.map(async (zk) => {
    const semaphore = new Semaphore(zk, context.path, { leasesMax: 3 });
    for (let n = 0; n < 3; n++) {
      await semaphore.run(async () => {
        most = Math.max(most, ++inside);
        if (inside === 3) onThree();
        await three;
        const leases = await zk.getChildren(`${context.path}/leases`);
        assert.ok(leases.length <= 3);
        inside--;
      });
    }
  });
  await Promise.all(work);
  assert.equal(most, 3);
});

recipeTest(
  'semaphore: the server restarts while many contend → all get theirs',
  async (context) => {
    const clients = await context.connectAll(4);
    let inside = 0;
    const work = clients.map(async (zk) => {
      const semaphore = new Semaphore(zk, context.path, { leasesMax: 2 });
      for (let n = 0; n < 4; n++) {
        await semaphore.run(async () => {
          assert.ok(++inside <= 2);
          await zk.exists('/', { retry: { delayMs: () => 10 } });
          inside--;
        });
      }
    });
    await context.server.restart();
    await Promise.all(work);
  },
);

recipeTest('semaphore: several leases → all or none, in the order of asking', async (context) => {
  const [one, two] = await context.connectTwo();
  const semaphore = new Semaphore(one, context.path, { leasesMax: 3, identifier: 'one' });
  const other = new Semaphore(two, context.path, { leasesMax: 3, identifier: 'two' });
  const leases = await semaphore.acquireMany(2);
  assert.ok((leases[0]?.fencingToken ?? 0n) < (leases[1]?.fencingToken ?? 0n));
  await assert.rejects(other.acquireMany(2, { timeoutMs: 30 }), { code: 'Timeout' });
  await untilChildren(one, `${context.path}/locks`, (children) => children.length === 0);
  const waiting = other.acquireMany(2);
  await untilChildren(one, `${context.path}/locks`, (children) => children.length === 1);
  // One is free, but somebody stands in front.
  assert.equal(await semaphore.tryAcquire(), null);
  await leases[0]?.release();
  assert.equal((await waiting).length, 2);
  assert.deepEqual(
    (await other.holders()).map(({ identifier }) => identifier),
    ['one', 'two', 'two'],
  );
  assert.equal(await semaphore.tryAcquire(), null);
});

recipeTest('semaphore: tryAcquire → a lease while one is free', async (context) => {
  const zk = await context.connect();
  const semaphore = new Semaphore(zk, context.path, { leasesMax: 1 });
  const lease = await semaphore.tryAcquire();
  assert.equal(lease?.isHeld, true);
  assert.equal(await semaphore.tryAcquire(), null);
  await lease?.release();
  assert.equal((await semaphore.tryAcquire())?.isHeld, true);
});

recipeTest('semaphore: the holder is killed → its lease is given to the next', async (context) => {
  const zk = await context.connect();
  const holder = await startHolder(context, 'semaphore', context.path);
  const waiting = new Semaphore(zk, context.path, { leasesMax: 1 }).acquire();
  await untilChildren(zk, `${context.path}/locks`, (children) => children.length === 1);
  await holder.kill();
  assert.ok((await waiting).fencingToken > BigInt(holder.line));
});

recipeTest(
  'semaphore: the holder and the one in front expire → told; the next one gets it',
  async (context) => {
    const [one, two, three] = await context.connectAll(3);
    assert.ok(one !== undefined && two !== undefined && three !== undefined);
    const lease = await new Semaphore(one, context.path, { leasesMax: 1 }).acquire();
    const front = new Semaphore(two, context.path, { leasesMax: 1 }).acquire();
    await untilChildren(three, `${context.path}/locks`, (children) => children.length === 1);
    const next = new Semaphore(three, context.path, { leasesMax: 1 }).acquire();
    await untilChildren(three, `${context.path}/locks`, (children) => children.length === 2);
    const refused = assert.rejects(front, { code: 'SessionExpired' });
    await endSession(two);
    await refused;
    const lost = aborted(lease.signal);
    await endSession(one);
    await lost;
    assert.equal((await next).isHeld, true);
  },
);

recipeTest(
  'semaphore: the one in front is renewed → gets a lease all the same',
  async (context) => {
    const one = await context.connect();
    const two = await context.connect({ onExpired: 'renew' });
    const lease = await new Semaphore(one, context.path, { leasesMax: 1 }).acquire();
    const waiting = new Semaphore(two, context.path, { leasesMax: 1 }).acquire();
    const locks = `${context.path}/locks`;
    const before = await untilChildren(one, locks, (children) => children.length === 1);
    await endSession(two);
    await untilChildren(one, locks, ([name]) => name !== undefined && name !== before[0]);
    await lease.release();
    assert.equal((await waiting).sessionId, two.session.id);
  },
);

recipeTest(
  'semaphore: the container goes with the last lease → the one in front gets a lease',
  async (context) => {
    const [one, two] = await context.connectTwo();
    const lease = await new Semaphore(one, context.path, { leasesMax: 1 }).acquire();
    const front = new Semaphore(two, context.path, { leasesMax: 1 }).acquire();
    await untilChildren(one, `${context.path}/locks`, (children) => children.length === 1);
    // With each of them it comes one request nearer to its watch on the leases.
    for (let trips = 0; trips < 10; trips++) await two.exists('/');
    await one.multi().delete(lease.path).delete(`${context.path}/leases`).commit();
    assert.equal((await front).isHeld, true);
  },
);

recipeTest('semaphore: another number of leases → Conflict', async (context) => {
  const [one, two] = await context.connectTwo();
  await new Semaphore(one, context.path, { leasesMax: 2 }).acquire();
  const other = new Semaphore(two, context.path, { leasesMax: 3 });
  await assert.rejects(other.acquire(), { code: 'Conflict' });
  await assert.rejects(other.tryAcquire(), { code: 'Conflict' });
  await untilChildren(one, `${context.path}/locks`, (children) => children.length === 0);
});

recipeTest('semaphore: bad arguments → BadArguments', async (context) => {
  const zk = await context.connect();
  for (const leasesMax of [0, -1, 1.5, Number.NaN, '2' as never, undefined as never]) {
    const make = () => new Semaphore(zk, context.path, { leasesMax });
    assert.throws(make, { code: 'BadArguments' }, String(leasesMax));
  }
  assert.throws(() => new Semaphore(zk, '/', { leasesMax: 1 }), { code: 'BadArguments' });
  const semaphore = new Semaphore(zk, context.path, { leasesMax: 2 });
  for (const count of [0, 3, 0.5]) {
    await assert.rejects(semaphore.acquireMany(count), { code: 'BadArguments' });
  }
});
