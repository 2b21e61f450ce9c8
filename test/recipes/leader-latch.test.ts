import assert from 'node:assert/strict';
import { LeaderLatch } from '../../src/recipes/index.ts';
import { recipeTest, startHolder, untilChildren } from './recipe-test.ts';

recipeTest('leader latch: the leader is killed → the next one leads', async (context) => {
  const zk = await context.connect();
  const holder = await startHolder(context, 'latch', context.path);
  const latch = new LeaderLatch(zk, context.path, { identifier: 'second' });
  context.cleanUp(() => latch.close());
  await latch.start();
  assert.equal((await latch.participants()).length, 2);
  assert.equal(String((await latch.leader())?.fencingToken), holder.line);
  await holder.kill();
  assert.ok((await latch.leadership()).fencingToken > BigInt(holder.line));
  assert.equal((await latch.leader())?.identifier, 'second');
});

recipeTest('leader latch: a latch of Curator stands before it → waited for', async (context) => {
  const zk = await context.connect();
  const mode = 'ephemeralSequential';
  const options = { mode, createParents: true } as const;
  const curator = await zk.create(`${context.path}/_c_1-latch-`, 'curator', options);
  const latch = new LeaderLatch(zk, context.path);
  await latch.start();
  assert.equal((await latch.leader())?.identifier, 'curator');
  const leading = latch.leadership();
  await zk.delete(curator);
  await leading;
  await latch[Symbol.asyncDispose]();
  await untilChildren(zk, context.path, (children) => children.length === 0);
  assert.equal(await latch.leader(), null);
});
