import assert from 'node:assert/strict';
import type { ZooKeeper } from '../../src/client/index.ts';
import { isRecipeError, Lock } from '../../src/recipes/index.ts';
import { endSession } from '../client/end-session.ts';
import { askFourLetterWord } from '../interop/running-server.ts';
import { FencingProof } from './fencing-proof.ts';
import {
  aborted,
  type RecipeContext,
  recipeTest,
  startHolder,
  untilChildren,
} from './recipe-test.ts';

/** Takes the lock this often; inside is a turn through the server, in which another would show. */
async function contend(zk: ZooKeeper, path: string, { proof, times }: Contention): Promise<void> {
  const lock = new Lock(zk, path);
  for (let n = 0; n < times; n++) {
    await lock.run(({ fencingToken }) => proof.alone(fencingToken, () => zk.exists('/')));
  }
}

/** How many sessions watch which node, as the server tells it. */
async function watchesBelow({ server, path }: RecipeContext): Promise<Map<string, number>> {
  const watched = new Map<string, number>();
  let at = '';
  for (const line of (await askFourLetterWord(server.port, 'wchp')).split('\n')) {
    if (line.startsWith('/')) at = line.trim();
    else if (line.startsWith('\t') && at.startsWith(path))
      watched.set(at, (watched.get(at) ?? 0) + 1);
  }
  return new Map([...watched].sort());
}

interface Contention {
  readonly proof: FencingProof;
  readonly times: number;
}

recipeTest('lock: many contend → one holder at a time, tokens only grow', async (context) => {
  const clients = await context.connectAll(8);
  const proof = new FencingProof();
  await Promise.all(clients.map((zk) => contend(zk, context.path, { proof, times: 5 })));
  proof.assertOrdered(40);
});

recipeTest(
  'lock: the server restarts while many contend → still one holder at a time',
  async (context) => {
    const clients = await context.connectAll(4);
    const proof = new FencingProof();
    const work = Promise.all(clients.map((zk) => contend(zk, context.path, { proof, times: 10 })));
    await clients[0]?.exists(context.path);
    await context.server.restart();
    await work;
    proof.assertOrdered(40);
  },
);

recipeTest('lock: many wait → each watches one node, one is woken', async (context) => {
  const clients = await context.connectAll(4);
  const [zk] = clients;
  assert.ok(zk !== undefined);
  const order: number[] = [];
  const first = await new Lock(zk, context.path).acquire();
  const waits: Promise<void>[] = [];
  for (const [index, each] of clients.entries()) {
    waits.push(
      new Lock(each, context.path).run(() => {
        order.push(index);
      }),
    );
    await untilChildren(zk, context.path, (children) => children.length === index + 2);
  }
  // Each asks for its watch some time after its node is there, and nothing says when.
  let watched = await watchesBelow(context);
  // A test that takes too long has its clients closed.
  while (watched.size < clients.length && zk.state !== 'closed')
    watched = await watchesBelow(context);
  const names = (await zk.getChildren(context.path)).toSorted((a, b) =>
    a.slice(-10) < b.slice(-10) ? -1 : 1,
  );
  const expected = names.slice(0, -1).map((name) => [`${context.path}/${name}`, 1] as const);
  assert.deepEqual(watched, new Map([...expected].sort()));
  await first.release();
  await Promise.all(waits);
  assert.deepEqual(order, [0, 1, 2, 3]);
});

recipeTest(
  'lock: the holder is killed → the next one holds, with a greater token',
  async (context) => {
    const zk = await context.connect();
    const holder = await startHolder(context, 'lock', context.path);
    const next = new Lock(zk, context.path).acquire();
    await untilChildren(zk, context.path, (children) => children.length === 2);
    await holder.kill();
    const held = await next;
    assert.ok(held.fencingToken > BigInt(holder.line));
    await held.release();
  },
);

recipeTest(
  'lock: the session of the holder expires → it is told, the next one holds',
  async (context) => {
    const [one, two] = await context.connectAll(2);
    assert.ok(one !== undefined && two !== undefined);
    const held = await new Lock(one, context.path).acquire();
    const next = new Lock(two, context.path).acquire();
    await endSession(one);
    assert.ok(isRecipeError(await aborted(held.signal), 'Lost'));
    assert.equal(held.isHeld, false);
    const after = await next;
    assert.ok(after.fencingToken > held.fencingToken);
    // To release what was lost does no harm to whoever has it now.
    await held.release();
    assert.equal((await two.getChildren(context.path)).length, 1);
  },
);

recipeTest('lock: the session expires while waiting → SessionExpired', async (context) => {
  const [one, two] = await context.connectTwo();
  await new Lock(one, context.path).acquire();
  const waiting = assert.rejects(new Lock(two, context.path).acquire(), { code: 'SessionExpired' });
  await untilChildren(one, context.path, (children) => children.length === 2);
  await endSession(two);
  await waiting;
  // The client may hear of it a moment before the node is gone.
  await untilChildren(one, context.path, (children) => children.length === 1);
});

recipeTest(
  'lock: it expires while waiting and is renewed → queues up again and holds',
  async (context) => {
    const one = await context.connect();
    const two = await context.connect({ onExpired: 'renew' });
    const held = await new Lock(one, context.path).acquire();
    const waiting = new Lock(two, context.path).acquire();
    const before = await untilChildren(one, context.path, (children) => children.length === 2);
    await endSession(two);
    await untilChildren(one, context.path, (children) => {
      return children.length === 2 && children.some((name) => !before.includes(name));
    });
    await held.release();
    const next = await waiting;
    assert.equal(next.sessionId, two.session.id);
    assert.equal(next.isHeld, true);
  },
);

recipeTest('lock: the time is over → Timeout, and no node stays', async (context) => {
  const [one, two] = await context.connectTwo();
  const held = await new Lock(one, context.path).acquire();
  const lock = new Lock(two, context.path);
  await assert.rejects(lock.acquire({ timeoutMs: 20 }), (error) => {
    return isRecipeError(error, 'Timeout') && error.message.includes(context.path);
  });
  await untilChildren(one, context.path, (children) => children.length === 1);
  await held.release();
  await lock.run(() => {}, { timeoutMs: 5000 });
});

recipeTest('lock: the signal aborts → its reason, and no node stays', async (context) => {
  const [one, two] = await context.connectTwo();
  await new Lock(one, context.path).acquire();
  const controller = new AbortController();
  const waiting = new Lock(two, context.path).acquire({ signal: controller.signal });
  await untilChildren(one, context.path, (children) => children.length === 2);
  controller.abort(new Error('enough'));
  await assert.rejects(waiting, /enough/);
  await untilChildren(one, context.path, (children) => children.length === 1);
  const late = new Lock(two, context.path).acquire({ signal: controller.signal });
  await assert.rejects(late, /enough/);
});

recipeTest(
  'lock: tryAcquire → held when free, null when not, nothing left behind',
  async (context) => {
    const [one, two] = await context.connectAll(2);
    assert.ok(one !== undefined && two !== undefined);
    const held = await new Lock(one, context.path).tryAcquire();
    assert.ok(held !== null);
    assert.equal(await new Lock(two, context.path).tryAcquire(), null);
    assert.equal((await one.getChildren(context.path)).length, 1);
    await held.release();
    const other = await new Lock(two, context.path).tryAcquire();
    assert.ok(other !== null && other.fencingToken > held.fencingToken);
  },
);

recipeTest(
  'lock: contenders → those in the queue, in order, with what they wrote',
  async (context) => {
    const [one, two] = await context.connectAll(2);
    assert.ok(one !== undefined && two !== undefined);
    const lock = new Lock(one, context.path, { identifier: 'one' });
    assert.deepEqual(await lock.contenders(), []);
    const held = await lock.acquire();
    const waiting = new Lock(two, context.path, { identifier: 'two' }).acquire();
    await untilChildren(one, context.path, (children) => children.length === 2);
    const contenders = await lock.contenders();
    assert.deepEqual(
      contenders.map(({ identifier }) => identifier),
      ['one', 'two'],
    );
    assert.equal(contenders[0]?.fencingToken, held.fencingToken);
    assert.equal(contenders[1]?.sessionId, two.session.id);
    await held.release();
    await waiting;
  },
);

recipeTest(
  'lock: nodes of Curator and kazoo, and strangers → waited for, and left out',
  async (context) => {
    const zk = await context.connect();
    await zk.create(context.path);
    await zk.create(`${context.path}/config`);
    const mode = 'ephemeralSequential';
    const curator = await zk.create(`${context.path}/_c_0-lock-`, '', { mode });
    const kazoo = await zk.create(`${context.path}/0__lock__`, '', { mode });
    const waiting = new Lock(zk, context.path).acquire();
    await untilChildren(zk, context.path, (children) => children.length === 4);
    await zk.delete(curator);
    const lock = new Lock(zk, context.path);
    assert.equal((await lock.contenders()).length, 2);
    assert.equal(await lock.tryAcquire(), null);
    await zk.delete(kazoo);
    assert.equal((await waiting).isHeld, true);
  },
);

recipeTest('lock: bad arguments → BadArguments that names them', async (context) => {
  const zk = await context.connect();
  for (const path of ['', 'a', '/', '/a/', '//a', '/a/../b', '/a\u0000', 7]) {
    assert.throws(() => new Lock(zk, path as string), { code: 'BadArguments' }, String(path));
  }
  const bad: object[] = [{ abortOn: 'never' }, { identifier: 7 }];
  for (const options of bad) {
    assert.throws(() => new Lock(zk, '/a', options), { code: 'BadArguments' });
  }
  for (const timeoutMs of [-1, Number.NaN, '1' as never]) {
    await assert.rejects(new Lock(zk, context.path).acquire({ timeoutMs }), {
      code: 'BadArguments',
    });
  }
  assert.equal(await zk.exists(context.path), null);
});
