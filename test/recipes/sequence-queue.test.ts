import assert from 'node:assert/strict';
import { DelayedQueue, PriorityQueue, Queue } from '../../src/recipes/index.ts';
import { endSession } from '../client/end-session.ts';
import { nextState, recipeTest } from './recipe-test.ts';

const text = (item: { data: Uint8Array } | null) =>
  item === null ? null : new TextDecoder().decode(item.data);

const KINDS = { Queue, PriorityQueue, DelayedQueue } as const;

for (const [name, Kind] of Object.entries(KINDS)) {
  recipeTest(
    `sequence queue ${name}: many put and take, the server restarts → each item once`,
    async (context) => {
      const clients = await context.connectAll(4);
      const taken: (string | null)[] = [];
      const [one, two, three, four] = clients;
      assert.ok(
        one !== undefined && two !== undefined && three !== undefined && four !== undefined,
      );
      let lost = 0;
      const takers = [one, two].map(async (zk) => {
        const queue = new Kind(zk, context.path);
        for (;;) {
          try {
            const item = text(await queue.take());
            if (item === 'end') return;
            taken.push(item);
          } catch (error) {
            assert.equal((error as { code?: string }).code, 'ConnectionLoss');
            lost++;
          }
        }
      });
      const putters = [three, four].map(async (zk, index) => {
        const queue = new Kind(zk, context.path);
        for (let n = 0; n < 15; n++) await queue.put(`${index}-${n}`);
      });
      await context.server.restart();
      await Promise.all(putters);
      const queue = new Kind(three, context.path);
      for (const zk of [one, two]) await new Kind(zk, context.path).put('end');
      await Promise.all(takers);
      assert.equal(new Set(taken).size, taken.length);
      assert.ok(taken.length + lost >= 30 && taken.length <= 30, `${taken.length} and ${lost}`);
      assert.equal(await queue.size(), 0);
    },
    { isForOursOnly: name !== 'Queue' },
  );

  recipeTest(
    `sequence queue ${name}: empty, then one comes → poll null, take waits; peek leaves it`,
    async (context) => {
      const [one, two] = await context.connectTwo();
      const queue = new Kind(one, context.path);
      assert.equal(await queue.poll(), null);
      assert.equal(await queue.peek(), null);
      assert.equal(await queue.size(), 0);
      const taking = queue.take();
      await new Kind(two, context.path).put(new Uint8Array([104, 105]));
      assert.equal(text(await taking), 'hi');
      const item = await queue.put('x');
      assert.equal((await queue.peek())?.name, item);
      assert.equal(await queue.size(), 1);
      assert.equal(text(await queue.poll()), 'x');
    },
  );

  recipeTest(
    `sequence queue ${name}: plain names, protected names and strangers → items, items, left alone`,
    async (context) => {
      const zk = await context.connect();
      const plain = new Kind(zk, context.path, { names: 'plain' });
      assert.doesNotMatch(await plain.put('1'), /^_c_/);
      const queue = new Kind(zk, context.path);
      assert.match(await queue.put('2'), /^_c_/);
      await zk.create(`${context.path}/stranger`);
      assert.deepEqual([text(await plain.take()), text(await plain.take())], ['1', '2']);
      assert.equal(await plain.size(), 0);
    },
  );

  recipeTest(
    `sequence queue ${name}: time limit, abort, expiry while waiting → told`,
    async (context) => {
      const [one, two] = await context.connectTwo();
      const queue = new Kind(one, context.path);
      await assert.rejects(queue.take({ timeoutMs: 10 }), { code: 'Timeout' });
      const ended = new AbortController();
      const items = queue.items({ signal: ended.signal });
      const first = items.next();
      await queue.put('a');
      assert.equal(text((await first).value), 'a');
      const last = items.next();
      ended.abort();
      assert.equal((await last).done, true);
      const refused = assert.rejects(new Kind(two, context.path).take(), {
        code: 'SessionExpired',
      });
      await endSession(two);
      await refused;
    },
  );

  recipeTest(`sequence queue ${name}: bad arguments → BadArguments`, async (context) => {
    const zk = await context.connect();
    assert.throws(() => new Kind(zk, 'x'), { code: 'BadArguments' });
    assert.throws(() => new Kind(zk, '/x', { names: 'y' as never }), { code: 'BadArguments' });
    for (const data of [undefined, 7, {}, null]) {
      const put = new Kind(zk, context.path).put(data as never);
      await assert.rejects(put, { code: 'BadArguments' });
    }
  });
}

recipeTest('sequence queue: renewed while waiting → gets the next item', async (context) => {
  const one = await context.connect({ onExpired: 'renew' });
  const two = await context.connect();
  const taking = new Queue(one, context.path).take();
  const back = nextState(one, 'connected');
  await endSession(one);
  await back;
  await new Queue(two, context.path).put('x');
  assert.equal(text(await taking), 'x');
});
