import assert from 'node:assert/strict';
import { SharedCounter } from '../../src/recipes/index.ts';
import { endSession } from '../client/end-session.ts';
import { recipeTest } from './recipe-test.ts';

recipeTest('shared counter: many add → nothing is lost', async (context) => {
  const clients = await context.connectAll(5);
  const work = clients.map(async (zk) => {
    const counter = new SharedCounter(zk, context.path);
    for (let n = 0; n < 5; n++) await counter.add(n % 2 === 0 ? 2 : -1);
  });
  await Promise.all(work);
  const [zk] = clients;
  assert.ok(zk !== undefined);
  const { value, version } = await new SharedCounter(zk, context.path).get();
  assert.deepEqual([value, version], [20, 24]);
});

recipeTest(
  'shared counter: trySet with an old version → null; with the current one → written',
  async (context) => {
    const [one, two] = await context.connectTwo();
    const counter = new SharedCounter(one, context.path, { seed: 10 });
    const seed = await counter.get();
    assert.deepEqual(seed, { value: 10, version: -1 });
    const first = await counter.trySet(seed, 11);
    assert.deepEqual(first, { value: 11, version: 0 });
    assert.equal(await new SharedCounter(two, context.path).trySet(seed, 12), null);
    assert.deepEqual(await counter.trySet({ value: 11, version: 0 }, 12), {
      value: 12,
      version: 1,
    });
    assert.deepEqual(await counter.set(5), { value: 5, version: 2 });
  },
);

recipeTest(
  'shared counter: changes → the value now, then newer ones, through restart and renewal',
  async (context) => {
    const one = await context.connect({ onExpired: 'renew' });
    const two = await context.connect();
    const writer = new SharedCounter(two, context.path);
    const ended = new AbortController();
    const changes = new SharedCounter(one, context.path, { seed: 7 }).changes({
      signal: ended.signal,
    });
    const next = async () => (await changes.next()).value?.value;
    assert.equal(await next(), 7);
    let change = next();
    await writer.set(1);
    assert.equal(await change, 1);
    await context.server.restart();
    await two.sync('/', { retry: { delayMs: () => 10 } });
    change = next();
    await writer.set(2);
    assert.equal(await change, 2);
    change = next();
    await endSession(one);
    await writer.set(3);
    assert.equal(await change, 3);
    // Deleted, it is at its seed again.
    change = next();
    await two.delete(context.path);
    assert.equal(await change, 7);
    const last = changes.next();
    ended.abort();
    assert.equal((await last).done, true);
  },
);

recipeTest('shared counter: the bytes of Curator → read and written', async (context) => {
  const zk = await context.connect();
  await zk.create(context.path, new Uint8Array([0xff, 0xff, 0xff, 0xfe]));
  const counter = new SharedCounter(zk, context.path, { encoding: 'int32' });
  assert.equal((await counter.get()).value, -2);
  await counter.add(258);
  assert.deepEqual([...(await zk.getData(context.path)).data], [0, 0, 1, 0]);
  await assert.rejects(counter.set(2 ** 31), { code: 'BadArguments' });
  await counter.set(2 ** 31 - 1);
  await assert.rejects(counter.add(1), { code: 'BadArguments' });
});

recipeTest(
  'shared counter: bad arguments, strange data → BadArguments, Corrupt',
  async (context) => {
    const zk = await context.connect();
    assert.throws(() => new SharedCounter(zk, 'x'), { code: 'BadArguments' });
    for (const options of [{ seed: 0.5 }, { seed: '1' }, { encoding: 'float' }]) {
      assert.throws(() => new SharedCounter(zk, '/x', options as never), { code: 'BadArguments' });
    }
    const counter = new SharedCounter(zk, context.path);
    for (const value of [0.5, Number.NaN, 2 ** 53, '1' as never]) {
      await assert.rejects(counter.set(value), { code: 'BadArguments' });
      await assert.rejects(counter.add(value), { code: 'BadArguments' });
    }
    for (const data of ['x', '1.5', '0x10', ' 1', '99999999999999999']) {
      await zk.create(context.path, data);
      await assert.rejects(counter.get(), { code: 'Corrupt' }, data);
      await zk.delete(context.path);
    }
    await zk.create(context.path, 'abc');
    const int32 = new SharedCounter(zk, context.path, { encoding: 'int32' });
    await assert.rejects(int32.get(), { code: 'Corrupt' });
  },
);
