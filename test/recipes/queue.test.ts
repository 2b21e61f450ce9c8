import assert from 'node:assert/strict';
import { Queue } from '../../src/recipes/index.ts';
import { recipeTest } from './recipe-test.ts';

recipeTest('queue: put by several → taken in the order of putting', async (context) => {
  const clients = await context.connectAll(3);
  const names: string[] = [];
  for (let n = 0; n < 9; n++) {
    const zk = clients[n % 3];
    assert.ok(zk !== undefined);
    names.push(await new Queue(zk, context.path).put(String(n)));
  }
  const [zk] = clients;
  assert.ok(zk !== undefined);
  const queue = new Queue(zk, context.path);
  for (const name of names) assert.equal((await queue.take()).name, name);
});

recipeTest('queue: an item of Curator’s SimpleDistributedQueue → taken', async (context) => {
  const zk = await context.connect();
  const options = { mode: 'persistentSequential', createParents: true } as const;
  await zk.create(`${context.path}/qn-`, 'from Java', options);
  const item = await new Queue(zk, context.path).take();
  assert.equal(item.name, 'qn-0000000000');
  assert.ok(Math.abs(item.putAtMs - Date.now()) < 60_000);
});

recipeTest(
  'queue: taken side by side by one object and by another → each item once',
  async (context) => {
    const [one, two] = await context.connectTwo();
    const queue = new Queue(one, context.path);
    const names: string[] = [];
    for (let n = 0; n < 12; n++) names.push(await queue.put(String(n)));
    const other = new Queue(two, context.path);
    const takes = Array.from({ length: 12 }, (_, n) => (n % 3 === 0 ? other : queue).take());
    const taken = (await Promise.all(takes)).map(({ name }) => name);
    assert.deepEqual(taken.toSorted(), names.toSorted());
    assert.equal(await queue.poll(), null);
    const last = await queue.put('last');
    assert.equal((await queue.take()).name, last);
  },
);
