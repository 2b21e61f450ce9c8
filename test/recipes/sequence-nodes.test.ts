import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  createSequenceNode,
  parseSequenceName,
  sortSequenceNames,
  waitForDeletion,
  waitForTurn,
} from '../../src/recipes/sequence-nodes.ts';
import { endSession } from '../client/end-session.ts';
import { recipeTest, untilChildren } from './recipe-test.ts';

const never = new AbortController().signal;
const prefixes = ['lock-'];

test('sequence name: with prefix and digits → parsed; without → undefined', () => {
  assert.equal(parseSequenceName('_c_1-lock-0000000042', prefixes)?.sequence, 42);
  assert.equal(parseSequenceName('lock-0000000042', prefixes)?.sequence, 42);
  assert.equal(parseSequenceName('lock--2147483648', prefixes)?.sequence, -2147483648);
  for (const name of ['lock-', 'lock-42', 'other-0000000042', '0000000042', 'lock-000000042x']) {
    assert.equal(parseSequenceName(name, prefixes), undefined, name);
  }
});

test('sequence names: the counter has wrapped around → the order of creation all the same', () => {
  const names = ['lock--2147483648', 'lock-2147483647', 'config', 'lock-2147483646'];
  assert.deepEqual(
    sortSequenceNames(names, prefixes).map(({ name }) => name),
    ['lock-2147483646', 'lock-2147483647', 'lock--2147483648'],
  );
});

recipeTest(
  'sequence node: made → protected, ephemeral, owned by the session, in a container',
  async (context) => {
    const zk = await context.connect();
    const directory = `${context.path}/a/b`;
    const node = await createSequenceNode(zk, { directory, prefix: 'lock-', data: 'x' }, never);
    assert.match(node.name, /^_c_[0-9a-f-]{36}-lock-0000000000$/);
    assert.equal(node.sessionId, zk.session.id);
    const { data, stat } = await zk.getData(node.path);
    assert.equal(String.fromCharCode(...data), 'x');
    assert.equal(stat.czxid, node.czxid);
  },
);

recipeTest('sequence node: given up while it is made → the node goes', async (context) => {
  const zk = await context.connect();
  const controller = new AbortController();
  const directory = context.path;
  const made = createSequenceNode(zk, { directory, prefix: 'lock-' }, controller.signal);
  controller.abort(new Error('enough'));
  await assert.rejects(made, /enough/);
  // What the client asks next comes behind the create and the deletion that follows it.
  const other = await createSequenceNode(zk, { directory, prefix: 'lock-' }, never);
  await untilChildren(zk, directory, (names) => names.length === 1 && names[0] === other.name);
});

recipeTest('deletion: no such node → at once, and no watch is left', async (context) => {
  const zk = await context.connect();
  await waitForDeletion(zk, `${context.path}/none`, { signal: never });
  await assert.rejects(zk.removeWatches(`${context.path}/none`), { code: 'NoWatcher' });
});

recipeTest('deletion: the wait is aborted → its reason, and no watch is left', async (context) => {
  const zk = await context.connect();
  await zk.create(context.path);
  const controller = new AbortController();
  const waiting = waitForDeletion(zk, context.path, { signal: controller.signal });
  await zk.exists(context.path);
  controller.abort(new Error('enough'));
  await assert.rejects(waiting, /enough/);
  await zk.exists(context.path);
  await assert.rejects(zk.removeWatches(context.path), { code: 'NoWatcher' });
});

recipeTest('deletion: changed, then deleted while the server restarts → seen', async (context) => {
  const [one, two] = await context.connectTwo();
  await one.create(context.path);
  const waiting = waitForDeletion(one, context.path, { signal: never });
  await one.setData(context.path, 'x');
  await context.server.restart();
  await two.delete(context.path, { retry: { delayMs: () => 10 } });
  await waiting;
});

recipeTest('turn: the own node is deleted by another → gone', async (context) => {
  const [one, two] = await context.connectTwo();
  const directory = context.path;
  const first = await createSequenceNode(one, { directory, prefix: 'lock-' }, never);
  const own = await createSequenceNode(one, { directory, prefix: 'lock-' }, never);
  const turn = waitForTurn(one, own, { prefixes, signal: never });
  await two.delete(own.path);
  await two.delete(first.path);
  assert.equal(await turn, 'gone');
});

recipeTest('turn: renewed session while the one before stays → gone at once', async (context) => {
  const one = await context.connect({ onExpired: 'renew' });
  const two = await context.connect();
  const directory = context.path;
  await createSequenceNode(two, { directory, prefix: 'lock-' }, never);
  const own = await createSequenceNode(one, { directory, prefix: 'lock-' }, never);
  const turn = waitForTurn(one, own, { prefixes, signal: never });
  await endSession(one);
  assert.equal(await turn, 'gone');
});

recipeTest(
  'turn: the one before gives up while an earlier one stays → still not first',
  async (context) => {
    const zk = await context.connect();
    const directory = context.path;
    const make = () => createSequenceNode(zk, { directory, prefix: 'lock-' }, never);
    const nodes = [await make(), await make(), await make()];
    const [first, middle, last] = nodes;
    assert.ok(first !== undefined && middle !== undefined && last !== undefined);
    assert.equal(await waitForTurn(zk, last, { prefixes, signal: never, isTry: true }), 'blocked');
    let isFirst = false;
    const turn = waitForTurn(zk, last, { prefixes, signal: never }).then((answer) => {
      isFirst = true;
      return answer;
    });
    await zk.delete(middle.path);
    // The reads that follow the event come before these replies.
    await zk.exists(directory);
    await zk.exists(directory);
    assert.equal(isFirst, false);
    await zk.delete(first.path);
    assert.equal(await turn, 'first');
  },
);
