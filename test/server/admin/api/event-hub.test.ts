import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { OPEN_ACL_ID } from '../../../../src/core/tree/acl-table.ts';
import { type WatchedEvent, WatchMode } from '../../../../src/core/tree/watch-manager.ts';
import { EventHub } from '../../../../src/server/admin/api/event-hub.ts';
import type { EventListener } from '../../../../src/server/admin/api/event-listener.ts';
import { cleanUp } from '../../embedded-server.ts';
import { ToggledServer } from '../../toggled-server.ts';
import { runAdmin } from '../running-admin.ts';

async function makeHub(t: TestContext) {
  const { words, server } = await runAdmin(t);
  const hub = new EventHub(words);
  cleanUp(t, () => hub.close());
  return { hub, server };
}

const anybody = { ids: [], path: '/' };

async function take(listener: EventListener | null) {
  assert.ok(listener !== null);
  return listener.take();
}

test('event hub: who begins to listen → is told the state, and again when it changes', async (t) => {
  const { hub, server } = await makeHub(t);
  const listener = hub.listen({ ids: [], path: null });
  const state = { kind: 'state', mode: 'standalone', leaderId: null, peerState: null };
  assert.deepEqual(await take(listener), [state]);
  server.isServing = false;
  hub.onEvent({ kind: 'state' });
  assert.deepEqual(await take(listener), [{ ...state, mode: null }]);
});

test('event hub: too many listen → refused, until one has gone', async (t) => {
  const { hub } = await makeHub(t);
  const listeners = Array.from({ length: 16 }, () => hub.listen(anybody));
  assert.equal(hub.listen(anybody), null);
  listeners[3]?.close();
  assert.notEqual(hub.listen(anybody), null);
});

test('event hub: it watches → as long as somebody listens, also in the next role', async (t) => {
  const { hub, server } = await makeHub(t);
  const watchCount = () => server.processor?.watches.watchCount;
  const [one, other] = [hub.listen(anybody), hub.listen({ ids: [], path: null })];
  assert.equal(watchCount(), 1);
  hub.onEvent({ kind: 'serving' });
  assert.equal(watchCount(), 1);
  one?.close();
  assert.equal(watchCount(), 0);
  other?.close();
});

test('event hub: another role → each listener watches in it, and its clients keep theirs', async (t) => {
  const { words } = await runAdmin(t);
  const next = await ToggledServer.start(t);
  let now = words.server;
  const hub = new EventHub({
    ...words,
    get server() {
      return now;
    },
  });
  cleanUp(t, () => hub.close());
  const [one, other] = [hub.listen(anybody), hub.listen(anybody)];
  const watches = next.processor?.watches;
  assert.ok(watches !== undefined && other !== null);
  const heard: string[] = [];
  const client = { watches: new Map(), notify: ({ path }: WatchedEvent) => heard.push(path) };
  watches.add(client, '/', WatchMode.persistentRecursive);
  now = next;
  hub.onEvent({ kind: 'serving' });
  assert.equal(watches.watchCount, 3);
  one?.close();
  assert.equal(watches.watchCount, 2);
  await other.take();
  watches.onDataChanged('/a', 1, OPEN_ACL_ID);
  assert.deepEqual(heard, ['/a']);
  const event = { kind: 'node', change: 'dataChanged', path: '/a', zxid: 1 };
  assert.deepEqual(await other.take(), [event]);
});

test('event hub: closed → everybody has a last word', async (t) => {
  const { hub } = await makeHub(t);
  const listener = hub.listen(anybody);
  await take(listener);
  hub.close();
  assert.deepEqual(await take(listener), [{ kind: 'lost', reason: 'the server stops' }]);
  assert.deepEqual(await take(listener), []);
});
