import assert from 'node:assert/strict';
import { PriorityQueue } from '../../src/recipes/index.ts';
import { recipeTest } from './recipe-test.ts';

const text = ({ data }: { data: Uint8Array }) => new TextDecoder().decode(data);

recipeTest(
  'priority queue: several priorities → the most urgent first, among equals the oldest',
  async (context) => {
    const zk = await context.connect();
    const queue = new PriorityQueue(zk, context.path);
    for (const [data, priority] of Object.entries({ a: 500, b: 0, c: 500, d: 999, e: 10 })) {
      await queue.put(data, { priority });
    }
    await queue.put('f');
    assert.equal(text(await queue.take()), 'b');
    // One that is more urgent than those that were seen already.
    await queue.put('g', { priority: 1 });
    const rest: string[] = [];
    while ((await queue.size()) > 0) rest.push(text(await queue.take()));
    assert.deepEqual(rest, ['g', 'e', 'f', 'a', 'c', 'd']);
  },
);

recipeTest('priority queue: priorities that cannot be → BadArguments', async (context) => {
  const queue = new PriorityQueue(await context.connect(), context.path);
  for (const priority of [-1, 1000, 0.5, '1' as never, Number.NaN]) {
    await assert.rejects(queue.put('x', { priority }), { code: 'BadArguments' });
  }
});
