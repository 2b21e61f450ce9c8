import assert from 'node:assert/strict';
import { DelayedQueue } from '../../src/recipes/index.ts';
import { recipeTest } from './recipe-test.ts';

const text = ({ data }: { data: Uint8Array }) => new TextDecoder().decode(data);

recipeTest(
  'delayed queue: due later → not taken before, then in the order of being due',
  async (context) => {
    const zk = await context.connect();
    const queue = new DelayedQueue(zk, context.path);
    await queue.put('in an hour', { delayMs: 3_600_000 });
    assert.equal(await queue.poll(), null);
    assert.notEqual(await queue.peek(), null);
    const dueMs = Date.now() + 80;
    await queue.put('soon', { dueAt: new Date(dueMs) });
    await queue.put('long ago', { dueAt: new Date(2000) });
    await queue.put('earlier', { dueAt: new Date(1000) });
    const taken: string[] = [];
    for (let n = 0; n < 3; n++) taken.push(text(await queue.take()));
    assert.deepEqual(taken, ['earlier', 'long ago', 'soon']);
    assert.ok(Date.now() >= dueMs);
    assert.equal(await queue.size(), 1);
  },
);

recipeTest(
  'delayed queue: waits for one and another is due before it → takes that one',
  async (context) => {
    const [one, two] = await context.connectTwo();
    await new DelayedQueue(one, context.path).put('in an hour', { delayMs: 3_600_000 });
    const taking = new DelayedQueue(one, context.path).take();
    await new DelayedQueue(two, context.path).put('now');
    assert.equal(text(await taking), 'now');
    const waiting = new DelayedQueue(one, context.path).take({ timeoutMs: 20 });
    await assert.rejects(waiting, { code: 'Timeout' });
  },
);

recipeTest('delayed queue: times that cannot be → BadArguments', async (context) => {
  const queue = new DelayedQueue(await context.connect(), context.path);
  const bad = [
    { delayMs: -1 },
    { delayMs: Number.NaN },
    { delayMs: 1e30 },
    { delayMs: '1' as never },
  ];
  const dates = [new Date(Number.NaN), new Date(-1)].map((dueAt) => ({ dueAt }));
  for (const options of [...bad, ...dates, { delayMs: 1, dueAt: new Date() }]) {
    await assert.rejects(queue.put('x', options), { code: 'BadArguments' });
  }
});
