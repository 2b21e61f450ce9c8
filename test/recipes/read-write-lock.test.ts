import assert from 'node:assert/strict';
import { ReadWriteLock } from '../../src/recipes/index.ts';
import { endSession } from '../client/end-session.ts';
import { recipeTest, untilChildren } from './recipe-test.ts';

recipeTest('read write lock: readers and writers contend → a writer is alone', async (context) => {
  const clients = await context.connectAll(6);
  let readers = 0;
  let writers = 0;
  let readersMost = 0;
  let lastToken = 0n;
  const work = clients.map(async (zk, index) => {
    const lock = new ReadWriteLock(zk, context.path);
    for (let n = 0; n < 4; n++) {
      if ((index + n) % 3 === 0) {
        await lock.writeLock.run(async ({ fencingToken }) => {
          assert.deepEqual([readers, ++writers], [0, 1]);
          assert.ok(fencingToken > lastToken);
          lastToken = fencingToken;
          await zk.exists('/');
          writers--;
        });
      } else {
        await lock.readLock.run(async () => {
          readersMost = Math.max(readersMost, ++readers);
          assert.equal(writers, 0);
          await zk.exists('/');
          readers--;
        });
      }
    }
  });
  await Promise.all(work);
  assert.ok(readersMost > 1, 'readers never read together');
});

recipeTest(
  'read write lock: a reader behind a waiting writer → waits its turn',
  async (context) => {
    const [one, two] = await context.connectTwo();
    const lock = new ReadWriteLock(one, context.path);
    const other = new ReadWriteLock(two, context.path);
    const reading = await lock.readLock.acquire();
    const beside = await other.readLock.tryAcquire();
    assert.ok(beside !== null);
    const order: string[] = [];
    const writing = other.writeLock.run(() => order.push('write'));
    await untilChildren(one, context.path, (children) => children.length === 3);
    assert.equal(await lock.readLock.tryAcquire(), null);
    const later = other.readLock.run(() => order.push('read'));
    await untilChildren(one, context.path, (children) => children.length === 4);
    assert.deepEqual(
      (await lock.readLock.contenders()).map(({ name }) => /READ|WRIT/.exec(name)?.[0]),
      ['READ', 'READ', 'WRIT', 'READ'],
    );
    await reading.release();
    assert.deepEqual(order, []);
    await beside.release();
    await Promise.all([writing, later]);
    assert.deepEqual(order, ['write', 'read']);
  },
);

recipeTest(
  'read write lock: the writer before it gives up → the reader reads at once',
  async (context) => {
    const [one, two] = await context.connectTwo();
    const lock = new ReadWriteLock(one, context.path);
    const reading = await lock.readLock.acquire();
    const controller = new AbortController();
    const writing = lock.writeLock.acquire({ signal: controller.signal });
    await untilChildren(one, context.path, (children) => children.length === 2);
    const later = new ReadWriteLock(two, context.path).readLock.acquire();
    await untilChildren(one, context.path, (children) => children.length === 3);
    controller.abort(new Error('enough'));
    await assert.rejects(writing, /enough/);
    assert.equal((await later).isHeld, true);
    await reading.release();
  },
);

recipeTest(
  'read write lock: downgraded → readers behind come in, writers do not',
  async (context) => {
    const [one, two] = await context.connectTwo();
    const lock = new ReadWriteLock(one, context.path, { identifier: 'one' });
    const other = new ReadWriteLock(two, context.path);
    const written = await lock.writeLock.acquire();
    const reader = other.readLock.acquire();
    await untilChildren(one, context.path, (children) => children.length === 2);
    const read = await lock.downgrade(written);
    assert.ok(read.fencingToken > written.fencingToken);
    assert.equal(written.isHeld, false);
    assert.equal(written.signal.aborted, false);
    await written.release();
    await (await reader).release();
    assert.equal(await other.writeLock.tryAcquire(), null);
    await read.release();
    const next = await other.writeLock.acquire();
    assert.ok(next.fencingToken > read.fencingToken);
  },
);

recipeTest('read write lock: the writer expires → the reader behind it reads', async (context) => {
  const [one, two] = await context.connectTwo();
  await new ReadWriteLock(one, context.path).writeLock.acquire();
  const reading = new ReadWriteLock(two, context.path).readLock.acquire();
  await untilChildren(two, context.path, (children) => children.length === 2);
  await endSession(one);
  assert.equal((await reading).isHeld, true);
});

recipeTest(
  'read write lock: a kazoo WriteLock node → stops readers and writers',
  async (context) => {
    const zk = await context.connect();
    const mode = 'ephemeralSequential';
    const kazoo = await zk.create(`${context.path}/0__lock__`, '', { mode, createParents: true });
    const lock = new ReadWriteLock(zk, context.path);
    assert.equal(await lock.readLock.tryAcquire(), null);
    assert.equal(await lock.writeLock.tryAcquire(), null);
    await zk.delete(kazoo);
    await zk.create(`${context.path}/0__rlock__`, '', { mode });
    assert.equal(await lock.writeLock.tryAcquire(), null);
    assert.notEqual(await lock.readLock.tryAcquire(), null);
  },
);

recipeTest('read write lock: bad arguments → BadArguments', async (context) => {
  const zk = await context.connect();
  assert.throws(() => new ReadWriteLock(zk, 'a'), { code: 'BadArguments' });
  const lock = new ReadWriteLock(zk, context.path);
  const read = await lock.readLock.acquire();
  await assert.rejects(lock.downgrade(read), { code: 'BadArguments' });
  const elsewhere = await new ReadWriteLock(zk, `${context.path}-b`).writeLock.acquire();
  await assert.rejects(lock.downgrade(elsewhere), { code: 'BadArguments' });
  assert.equal(elsewhere.isHeld, true);
});

recipeTest(
  'read write lock: the server restarts while many contend → a writer is alone',
  async (context) => {
    const clients = await context.connectAll(4);
    let readers = 0;
    let writers = 0;
    const work = clients.map(async (zk, index) => {
      const { readLock, writeLock } = new ReadWriteLock(zk, context.path);
      for (let n = 0; n < 4; n++) {
        const isWriter = (index + n) % 2 === 0;
        await (isWriter ? writeLock : readLock).run(async () => {
          if (isWriter) writers++;
          else readers++;
          assert.ok(writers === 0 || (writers === 1 && readers === 0));
          await zk.exists('/', { retry: { delayMs: () => 10 } });
          if (isWriter) writers--;
          else readers--;
        });
      }
    });
    await context.server.restart();
    await Promise.all(work);
  },
  { isForOursOnly: true },
);
