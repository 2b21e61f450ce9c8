/** Recipes over connections that are cut, with replies that are lost: what was done is found again. */
import assert from 'node:assert/strict';
import { text, ZooKeeper } from '../../src/client/index.ts';
import {
  AtomicLong,
  ConfigStore,
  DoubleBarrier,
  IdGenerator,
  LeaderLatch,
  LeasedLock,
  Lock,
  LockingQueue,
  PersistentEphemeralNode,
  Queue,
  ReadWriteLock,
  Semaphore,
  SingleNodeElection,
} from '../../src/recipes/index.ts';
import { CutWire } from './cut-wire.ts';
import { FencingProof } from './fencing-proof.ts';
import { type RecipeContext, recipeTest } from './recipe-test.ts';

interface Cut {
  readonly wire: CutWire;
  readonly zk: ZooKeeper;
}

async function connectByWire(context: RecipeContext): Promise<Cut> {
  const wire = await CutWire.to(context.server.port);
  context.cleanUp(() => wire.close());
  const zk = await ZooKeeper.connect(wire.connectString, {
    sessionTimeoutMs: 10_000,
    reconnect: { baseMs: 5, maxMs: 20 },
  });
  context.cleanUp(() => zk.close());
  return { wire, zk };
}

/**
 * Loses the reply to the first write of what `begin` does, which comes after this many reads: the
 * connection is cut once the server has made the write.
 */
async function losingReplies<T>(
  context: RecipeContext,
  { wire, reads = 0 }: Cut & { readonly reads?: number },
  begin: () => Promise<T>,
): Promise<T> {
  const other = await context.connect();
  await other.sync('/');
  void wire.loseReplies(reads);
  const outcome = begin();
  outcome.catch(() => {});
  // Any reply of the server shows the zxid of its newest write.
  const from = other.lastZxid;
  while (other.lastZxid === from) await other.sync('/');
  wire.cut();
  return outcome;
}

recipeTest(
  'lost replies: to the create of a lock → held by the node that is found, no second one',
  async (context) => {
    const cut = await connectByWire(context);
    await cut.zk.create(context.path);
    const lock = new Lock(cut.zk, context.path);
    const held = await losingReplies(context, cut, () => lock.acquire());
    assert.equal((await cut.zk.getChildren(context.path)).length, 1);
    assert.equal(held.isHeld, true);
    await losingReplies(context, cut, () => held.release());
    assert.deepEqual(await cut.zk.getChildren(context.path), []);
  },
);

recipeTest(
  'lost replies: to a downgrade → the read lock that was made is found',
  async (context) => {
    const cut = await connectByWire(context);
    const lock = new ReadWriteLock(cut.zk, context.path);
    const written = await lock.writeLock.acquire();
    const read = await losingReplies(context, cut, () => lock.downgrade(written));
    assert.equal(read.isHeld, true);
    assert.equal((await cut.zk.getChildren(context.path)).length, 1);
  },
);

recipeTest('lost replies: to the node of a master → it is the master', async (context) => {
  const cut = await connectByWire(context);
  const election = new SingleNodeElection(cut.zk, context.path);
  context.cleanUp(() => election.close());
  await losingReplies(context, cut, () => election.start());
  assert.equal((await election.leadership()).isHeld, true);
});

recipeTest(
  'lost replies: to taking and giving back a leased lock → known by its id',
  async (context) => {
    const cut = await connectByWire(context);
    const lock = new LeasedLock(cut.zk, context.path, { leaseMs: 60_000 });
    await (await lock.acquire()).release();
    const held = await lock.acquire();
    await losingReplies(context, cut, () => held.renew());
    assert.equal(held.isHeld, true);
    await losingReplies(context, { ...cut, reads: 2 }, () => held.release());
    assert.equal(await lock.holder(), null);
  },
);

recipeTest(
  'lost replies: to the create of an ephemeral node → it gets what was set meanwhile',
  async (context) => {
    const cut = await connectByWire(context);
    const node = new PersistentEphemeralNode(cut.zk, context.path, { data: '1' });
    context.cleanUp(() => node.close());
    await losingReplies(context, cut, async () => {
      const started = node.start();
      await node.setData('2');
      await started;
    });
    assert.equal((await cut.zk.getData(context.path, { serializer: text })).data, '2');
  },
);

recipeTest('lost replies: to putting an item → it is there once', async (context) => {
  const cut = await connectByWire(context);
  await cut.zk.create(context.path);
  const queue = new Queue(cut.zk, context.path);
  await losingReplies(context, cut, () => queue.put('x'));
  assert.equal(await queue.size(), 1);
});

recipeTest(
  'lost replies: to claiming and consuming an item → claimed, consumed',
  async (context) => {
    const cut = await connectByWire(context);
    const queue = new LockingQueue(cut.zk, context.path);
    await queue.put('x');
    assert.equal(await queue.size(), 1);
    await (await queue.take()).release();
    const claim = await losingReplies(context, { ...cut, reads: 2 }, () => queue.take());
    await losingReplies(context, cut, () => claim.consume());
    assert.equal(await queue.size(), 0);
    assert.deepEqual(await cut.zk.getChildren(`${context.path}/taken`), []);
  },
);

recipeTest('lost replies: to taking a block of ids → the block is skipped', async (context) => {
  const cut = await connectByWire(context);
  const ids = new IdGenerator(cut.zk, context.path, { format: '{sequence:4}' });
  assert.equal(await ids.next(), '0001');
  assert.equal(await losingReplies(context, { ...cut, reads: 1 }, () => ids.next()), '0003');
});

recipeTest(
  'lost replies: to a change of a number → rejects, its outcome is unknown',
  async (context) => {
    const cut = await connectByWire(context);
    const long = new AtomicLong(cut.zk, context.path);
    await long.increment();
    const change = losingReplies(context, { ...cut, reads: 1 }, () => long.increment());
    await assert.rejects(change, { code: 'ConnectionLoss', outcome: 'unknown' });
    assert.equal(await long.get(), 2n);
  },
);

recipeTest(
  'lost replies: cut again and again while many contend → locks, leases, latches go on',
  async (context) => {
    const cuts = [];
    for (let n = 0; n < 3; n++) cuts.push(await connectByWire(context));
    const proof = new FencingProof();
    let inside = 0;
    const work = cuts.map(async ({ zk, wire }, index) => {
      const lock = new Lock(zk, `${context.path}/lock`);
      const semaphore = new Semaphore(zk, `${context.path}/semaphore`, { leasesMax: 2 });
      for (let n = 0; n < 4; n++) {
        await lock.run(({ fencingToken }) =>
          proof.alone(fencingToken, async () => {
            if ((n + index) % 2 === 0) wire.cut();
            await zk.exists('/', { retry: { delayMs: () => 5 } });
          }),
        );
        await semaphore.run(async () => {
          assert.ok(++inside <= 2);
          if ((n + index) % 3 === 0) wire.cut();
          await zk.exists('/', { retry: { delayMs: () => 5 } });
          inside--;
        });
      }
      const latch = new LeaderLatch(zk, `${context.path}/latch`);
      await latch.start();
      wire.cut();
      await latch.leadership();
      await latch.close();
      const barrier = new DoubleBarrier(zk, `${context.path}/barrier`, { members: 3 });
      const entering = barrier.enter();
      wire.cut();
      await entering;
      const leaving = barrier.leave();
      wire.cut();
      await leaving;
    });
    await Promise.all(work);
    proof.assertOrdered(12);
  },
);

recipeTest(
  'lost replies: to any of the reads of who follows a configuration → told of the version',
  async (context) => {
    const { wire, zk } = await connectByWire(context);
    const store = new ConfigStore<number>(await context.connect(), context.path);
    await store.publish(1);
    let told = 0;
    let onTold = (): void => {};
    await new ConfigStore<number>(zk, context.path).follow(({ version }) => {
      told = version;
      onTold();
    });
    for (const version of [2, 3, 4]) {
      const next = new Promise<void>((resolve) => {
        onTold = () => {
          if (told === version) resolve();
        };
      });
      // The notification comes through, and as many reads after it.
      const lost = wire.loseReplies(version - 1);
      await store.publish(version);
      await Promise.race([lost, next]);
      wire.cut();
      await next;
    }
    assert.equal(told, 4);
  },
);
