import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Subscriptions } from '../../src/zkclient/subscriptions.ts';

type Listener = (text: string) => void;

/** Reads that are done at once, with the watches that they set. */
function rig() {
  const watches: (() => void)[] = [];
  const errors: unknown[] = [];
  const subscriptions = new Subscriptions<Listener>({
    read: async (path, onEvent) => {
      watches.push(onEvent);
      const text = `${path} ${watches.length}`;
      return (listener) => listener(text);
    },
    onError: (error) => errors.push(error),
  });
  return { watches, errors, subscriptions };
}
const turn = () => new Promise(setImmediate);

test('subscriptions: two listeners of a path → one watch; told after events only', async () => {
  const { watches, subscriptions } = rig();
  const told: string[] = [];
  subscriptions.add('/a', (text) => told.push(`one ${text}`));
  subscriptions.add('/a', (text) => told.push(`two ${text}`));
  await turn();
  assert.deepEqual([watches.length, told.length, subscriptions.size], [1, 0, 2]);
  watches[0]?.();
  await turn();
  assert.deepEqual(told, ['one /a 2', 'two /a 2']);
});

test('subscriptions: the last listener goes → later events are nobody’s', async () => {
  const { watches, subscriptions } = rig();
  const listener: Listener = () => assert.fail('told');
  subscriptions.add('/a', listener);
  await turn();
  subscriptions.remove('/a', listener);
  subscriptions.remove('/never', listener);
  watches[0]?.();
  await turn();
  assert.deepEqual([watches.length, subscriptions.size], [1, 0]);
});

test('subscriptions: a new session → every path is read again, and told', async () => {
  const { subscriptions } = rig();
  const told: string[] = [];
  subscriptions.add('/a', (text) => told.push(text));
  subscriptions.add('/b', (text) => told.push(text));
  await turn();
  subscriptions.lookAgain();
  await turn();
  assert.deepEqual(told.toSorted(), ['/a 3', '/b 4']);
  subscriptions.removeAll();
  assert.equal(subscriptions.size, 0);
});
