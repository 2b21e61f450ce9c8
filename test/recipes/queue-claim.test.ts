import assert from 'node:assert/strict';
import { LockingQueue } from '../../src/recipes/index.ts';
import { recipeTest } from './recipe-test.ts';

recipeTest(
  'queue claim: consumed, then released or disposed → nothing comes back',
  async (context) => {
    const zk = await context.connect();
    const queue = new LockingQueue(zk, context.path);
    await queue.put('x');
    const claim = await queue.take();
    await claim.consume();
    assert.equal(claim.isHeld, false);
    assert.equal(claim.signal.aborted, false);
    await claim.release();
    await claim[Symbol.asyncDispose]();
    await assert.rejects(claim.consume(), { code: 'InvalidState' });
    assert.equal(await queue.poll(), null);
  },
);

recipeTest('queue claim: disposed without being consumed → given back', async (context) => {
  const zk = await context.connect();
  const queue = new LockingQueue(zk, context.path);
  await queue.put('x');
  await (await queue.take())[Symbol.asyncDispose]();
  assert.notEqual(await queue.poll(), null);
});

recipeTest(
  'queue claim: the claim is deleted by another → lost, consuming is refused',
  async (context) => {
    const [one, two] = await context.connectTwo();
    const queue = new LockingQueue(one, context.path);
    await queue.put('x');
    const claim = await queue.take();
    await two.delete(`${context.path}/taken/${claim.name}`);
    await one.sync('/');
    await one.exists('/');
    await assert.rejects(claim.consume());
    assert.equal(await queue.size(), 1);
  },
);
