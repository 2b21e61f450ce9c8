import assert from 'node:assert/strict';
import { type AbortOn, HeldNode } from '../../src/recipes/held-node.ts';
import { isRecipeError } from '../../src/recipes/index.ts';
import { createSequenceNode } from '../../src/recipes/sequence-nodes.ts';
import { endSession } from '../client/end-session.ts';
import { aborted, nextState, type RecipeContext, recipeTest } from './recipe-test.ts';

const never = new AbortController().signal;

async function hold(context: RecipeContext, abortOn?: AbortOn) {
  const zk = await context.connect();
  const create = { directory: context.path, prefix: 'node-', data: 'first' };
  const node = await createSequenceNode(zk, create, never);
  const seen: string[] = [];
  const onData = (data: Uint8Array) => seen.push(new TextDecoder().decode(data));
  return { zk, seen, held: new HeldNode({ zk, node, abortOn, onData }) };
}

recipeTest(
  'held: released, and once more → the node is gone, the signal is not aborted',
  async (context) => {
    const { zk, held } = await hold(context);
    assert.equal(held.isHeld, true);
    await Promise.all([held.release(), held.release()]);
    assert.equal(await zk.exists(held.path), null);
    assert.equal(held.isHeld, false);
    assert.equal(held.signal.aborted, false);
    assert.throws(() => held.throwIfLost(), { code: 'InvalidState' });
  },
);

recipeTest('held: disposed → released', async (context) => {
  const { zk, held } = await hold(context);
  await held[Symbol.asyncDispose]();
  assert.equal(await zk.exists(held.path), null);
});

recipeTest('held: the node is deleted by another → lost', async (context) => {
  const { held } = await hold(context);
  const other = await context.connect();
  await other.delete(held.path);
  const reason = await aborted(held.signal);
  assert.ok(isRecipeError(reason, 'Lost') && /was deleted/.test(reason.message));
  assert.throws(() => held.throwIfLost(), { code: 'Lost' });
  await held.release();
});

recipeTest('held: the session expires → lost; release is fine', async (context) => {
  const { zk, held } = await hold(context);
  const lost = aborted(held.signal);
  await endSession(zk);
  assert.ok(isRecipeError(await lost, 'Lost'));
  await held.release();
});

recipeTest('held: the client is closed → lost; release is fine', async (context) => {
  const { zk, held } = await hold(context);
  const closed = zk.close();
  assert.ok(isRecipeError(await aborted(held.signal), 'Lost'));
  await held.release();
  await closed;
});

recipeTest(
  'held: the server restarts → held on; with abortOn disconnected → lost',
  async (context) => {
    const first = await hold(context);
    const second = await hold(context, 'disconnected');
    const back = nextState(first.zk, 'connected');
    await context.server.restart();
    await back;
    assert.ok(isRecipeError(await aborted(second.held.signal), 'Lost'));
    assert.equal(first.held.isHeld, true);
    assert.notEqual(await first.zk.exists(first.held.path), null);
    // What was lost is released all the same: the session has lived on, and so has its node.
    assert.notEqual(await first.zk.exists(second.held.path), null);
    await second.held.release();
    assert.equal(await first.zk.exists(second.held.path), null);
  },
);

recipeTest('held: disconnected for a third of the session timeout → lost', async (context) => {
  const zk = await context.connect({ sessionTimeoutMs: 300, reconnect: { baseMs: 60_000 } });
  const node = await createSequenceNode(zk, { directory: context.path, prefix: 'node-' }, never);
  const held = new HeldNode({ zk, node });
  await context.server.restart();
  const reason = await aborted(held.signal);
  assert.ok(isRecipeError(reason, 'Lost') && /for 100 ms/.test(reason.message));
});

recipeTest('held: data change → told, and again', async (context) => {
  const { zk, seen, held } = await hold(context);
  await zk.exists(held.path);
  for (const data of ['second', 'third']) {
    await zk.setData(held.path, data);
    // The read that follows the event is answered before this one.
    await zk.exists(held.path);
    await zk.exists(held.path);
  }
  assert.deepEqual(seen, ['first', 'second', 'third']);
});

recipeTest(
  'held: released by something that fails → lost, and can still be released',
  async (context) => {
    const { zk, held } = await hold(context);
    const failing = held.releaseBy(() => Promise.reject(new Error('no')));
    await assert.rejects(failing, /no/);
    assert.ok(isRecipeError(held.signal.reason, 'Lost'));
    await held.release();
    assert.equal(await zk.exists(held.path), null);
  },
);

recipeTest(
  'held: release without a connection and with a time limit → Timeout, done later',
  async (context) => {
    const { zk, held } = await hold(context);
    const lost = nextState(zk, 'disconnected');
    const restarted = context.server.restart();
    await lost;
    await assert.rejects(held.release({ timeoutMs: 0 }), { code: 'Timeout' });
    await restarted;
    await held.release();
    assert.equal(await zk.exists(held.path), null);
  },
);
