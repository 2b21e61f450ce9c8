import assert from 'node:assert/strict';
import { LockingQueue } from '../../src/recipes/index.ts';
import { endSession } from '../client/end-session.ts';
import { recipeTest, startHolder, untilChildren } from './recipe-test.ts';

const text = ({ data }: { data: Uint8Array }) => new TextDecoder().decode(data);

recipeTest(
  'locking queue: many take, the server restarts → each item is consumed, one has it at a time',
  async (context) => {
    const clients = await context.connectAll(4);
    const [zk] = clients;
    assert.ok(zk !== undefined);
    const queue = new LockingQueue(zk, context.path);
    for (let n = 0; n < 20; n++) await queue.put(String(n));
    const held = new Set<string>();
    const consumed: string[] = [];
    const work = clients.map(async (each) => {
      const own = new LockingQueue(each, context.path);
      while (consumed.length < 20) {
        const claim = await own.poll();
        if (claim === null) break;
        assert.ok(!held.has(claim.name));
        held.add(claim.name);
        await each.exists('/', { retry: { delayMs: () => 10 } });
        held.delete(claim.name);
        await claim.consume();
        consumed.push(text(claim));
      }
    });
    await context.server.restart();
    await Promise.all(work);
    assert.equal(new Set(consumed).size, consumed.length);
    assert.equal(consumed.length, 20);
    assert.equal(await queue.size(), 0);
    // A claim on an item that was consumed a moment before is taken back behind the scenes.
    await untilChildren(zk, `${context.path}/taken`, (children) => children.length === 0);
  },
);

recipeTest(
  'locking queue: the consumer is killed → the item is handed out again',
  async (context) => {
    const zk = await context.connect();
    const queue = new LockingQueue(zk, context.path);
    await queue.put('job');
    const holder = await startHolder(context, 'queue', context.path);
    assert.equal(holder.line, 'job');
    assert.equal(await queue.poll(), null);
    const taking = queue.take();
    await holder.kill();
    const claim = await taking;
    assert.equal(text(claim), 'job');
    await claim.consume();
    assert.equal(await queue.size(), 0);
  },
);

recipeTest(
  'locking queue: given back → comes in its old place, to one who waits',
  async (context) => {
    const [one, two] = await context.connectTwo();
    const queue = new LockingQueue(one, context.path);
    await queue.put('b', { priority: 200 });
    await queue.put('a', { priority: 5 });
    const a = await queue.take();
    const b = await queue.take();
    assert.deepEqual([text(a), text(b)], ['a', 'b']);
    const waiting = new LockingQueue(two, context.path).take();
    await untilChildren(one, `${context.path}/taken`, (children) => children.length === 2);
    await a.release();
    const again = await waiting;
    assert.equal(text(again), 'a');
    assert.ok(again.fencingToken > a.fencingToken);
  },
);

recipeTest('locking queue: two takes at once by one client → two items', async (context) => {
  const zk = await context.connect();
  const queue = new LockingQueue(zk, context.path);
  const takes = [queue.take(), queue.take(), queue.take()];
  for (const data of 'abc') await queue.put(data);
  const claims = await Promise.all(takes);
  assert.equal(new Set(claims.map(({ name }) => name)).size, 3);
});

recipeTest(
  'locking queue: the consumer expires → told, another has it, consuming is refused',
  async (context) => {
    const one = await context.connect({ onExpired: 'renew' });
    const two = await context.connect();
    const queue = new LockingQueue(one, context.path);
    await queue.put('job');
    const claim = await queue.take();
    const next = new LockingQueue(two, context.path).take();
    await endSession(one);
    const other = await next;
    assert.equal(claim.signal.aborted, true);
    await assert.rejects(claim.consume(), { code: 'Lost' });
    await claim.release();
    assert.equal(other.isHeld, true);
    await other.consume();
  },
);

recipeTest(
  'locking queue: time limit and abort while waiting → told, no watch left',
  async (context) => {
    const zk = await context.connect();
    const queue = new LockingQueue(zk, context.path);
    await assert.rejects(queue.take({ timeoutMs: 10 }), { code: 'Timeout' });
    const controller = new AbortController();
    const waiting = queue.take({ signal: controller.signal });
    await zk.exists('/');
    controller.abort(new Error('enough'));
    await assert.rejects(waiting, /enough/);
    await zk.exists('/');
    await zk.exists('/');
    for (const name of ['entries', 'taken']) {
      await assert.rejects(zk.removeWatches(`${context.path}/${name}`), { code: 'NoWatcher' });
    }
  },
);

recipeTest('locking queue: bad arguments → BadArguments', async (context) => {
  const zk = await context.connect();
  assert.throws(() => new LockingQueue(zk, 'x'), { code: 'BadArguments' });
  assert.throws(() => new LockingQueue(zk, '/x', { names: 1 as never }), { code: 'BadArguments' });
  const queue = new LockingQueue(zk, context.path);
  await assert.rejects(queue.put(7 as never), { code: 'BadArguments' });
  await assert.rejects(queue.put('x', { priority: 1000 }), { code: 'BadArguments' });
});
