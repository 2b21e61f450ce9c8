import assert from 'node:assert/strict';
import { Barrier } from '../../src/recipes/index.ts';
import { endSession } from '../client/end-session.ts';
import { nextState, recipeTest } from './recipe-test.ts';

recipeTest('barrier: set, removed → all who wait go on', async (context) => {
  const clients = await context.connectAll(4);
  const [zk] = clients;
  assert.ok(zk !== undefined);
  const barrier = new Barrier(zk, context.path);
  assert.equal(await barrier.set(), true);
  assert.equal(await barrier.set(), false);
  assert.equal(await barrier.isSet(), true);
  let through = 0;
  const waits = clients.map(async (each) => {
    await new Barrier(each, context.path).wait();
    through++;
  });
  // The replies come behind the reads of those who wait.
  await Promise.all(clients.map((each) => each.exists('/')));
  assert.equal(through, 0);
  assert.equal(await barrier.remove(), true);
  await Promise.all(waits);
  assert.equal(await barrier.remove(), false);
  assert.equal(await barrier.isSet(), false);
  await barrier.wait();
});

recipeTest(
  'barrier: the server restarts while it is waited for → goes on when it is removed',
  async (context) => {
    const [one, two] = await context.connectTwo();
    const barrier = new Barrier(one, context.path);
    await barrier.set();
    const waiting = barrier.wait();
    const back = nextState(one, 'connected');
    await context.server.restart();
    await back;
    await new Barrier(two, context.path).remove();
    await waiting;
  },
);

recipeTest('barrier: ephemeral, and its maker expires → open', async (context) => {
  const [one, two] = await context.connectTwo();
  await new Barrier(one, context.path, { isEphemeral: true }).set();
  const waiting = new Barrier(two, context.path).wait();
  await endSession(one);
  await waiting;
});

recipeTest(
  'barrier: waited for by a client that expires → SessionExpired; renewed → waits on',
  async (context) => {
    const [one, two] = await context.connectTwo();
    const three = await context.connect({ onExpired: 'renew' });
    await new Barrier(one, context.path).set();
    const refused = assert.rejects(new Barrier(two, context.path).wait(), {
      code: 'SessionExpired',
    });
    const renewed = new Barrier(three, context.path).wait();
    await Promise.all([endSession(two), endSession(three)]);
    await refused;
    await new Barrier(one, context.path).remove();
    await renewed;
  },
);

recipeTest('barrier: bad arguments and time limits → BadArguments, Timeout', async (context) => {
  const zk = await context.connect();
  assert.throws(() => new Barrier(zk, 'x'), { code: 'BadArguments' });
  const barrier = new Barrier(zk, context.path);
  await barrier.set();
  await assert.rejects(barrier.wait({ timeoutMs: 10 }), { code: 'Timeout' });
  await assert.rejects(barrier.wait({ timeoutMs: -1 }), { code: 'BadArguments' });
});
