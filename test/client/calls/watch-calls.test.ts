import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isZooKeeperError, type WatchEvent, ZooKeeper } from '../../../src/client/index.ts';
import { cleanUp, startEmbedded, temporaryDirectory } from '../../server/embedded-server.ts';
import { connectedClient } from '../connected-client.ts';

/** A listener that keeps what it hears as text. */
function recorder() {
  const heard: string[] = [];
  const listener = (event: WatchEvent) => {
    const reason = event.type === 'continuityBroken' ? ` ${event.reason}` : '';
    heard.push(`${event.type} ${event.path}${reason}`);
  };
  return { heard, listener };
}

test('addWatch: persistent → every event of the node and its children’s list', async (t) => {
  const { zk } = await connectedClient(t);
  const { heard, listener } = recorder();
  await zk.addWatch('/a', listener);
  await zk.create('/a');
  await zk.setData('/a', '1');
  await zk.create('/a/b');
  await zk.setData('/a/b', '1');
  await zk.setData('/a', '2');
  await zk.delete('/a/b');
  await zk.delete('/a');
  assert.deepEqual(heard, [
    ...['nodeCreated /a', 'nodeDataChanged /a', 'nodeChildrenChanged /a', 'nodeDataChanged /a'],
    ...['nodeChildrenChanged /a', 'nodeDeleted /a'],
  ]);
});

test('addWatch: persistent recursive → every node below, no lists', async (t) => {
  const { zk, other } = await connectedClient(t);
  await zk.create('/app');
  const app = await other({ chroot: '/app' });
  const { heard, listener } = recorder();
  await app.addWatch('/', listener, { mode: 'persistentRecursive' });
  await zk.create('/app/b');
  await zk.create('/app/b/c');
  await zk.setData('/app', '1');
  await zk.delete('/app/b/c');
  await app.sync();
  assert.deepEqual(heard, [
    ...['nodeCreated /b', 'nodeCreated /b/c', 'nodeDataChanged /', 'nodeDeleted /b/c'],
  ]);
});

test('addWatch: removed by what it resolves with → hears watchRemoved, then nothing', async (t) => {
  const { zk } = await connectedClient(t);
  const { heard, listener } = recorder();
  const remove = await zk.addWatch('/a', listener);
  await remove();
  await remove();
  await zk.create('/a');
  assert.deepEqual(heard, ['watchRemoved /a']);
});

test('addWatch: one of two listeners removed → the other one still hears', async (t) => {
  const { zk } = await connectedClient(t);
  const [first, second] = [recorder(), recorder()];
  const remove = await zk.addWatch('/a', first.listener);
  await zk.addWatch('/a', second.listener);
  await remove();
  await zk.create('/a');
  assert.deepEqual(first.heard, ['watchRemoved /a']);
  assert.deepEqual(second.heard, ['nodeCreated /a']);
});

test('addWatch: removed while another is being added → the other one hears', async (t) => {
  const { zk } = await connectedClient(t);
  const [first, second] = [recorder(), recorder()];
  const remove = await zk.addWatch('/a', first.listener);
  const adding = zk.addWatch('/a', second.listener);
  await Promise.all([remove(), adding]);
  await zk.create('/a');
  assert.deepEqual(second.heard, ['nodeCreated /a']);
});

test('addWatch: removed beside a one-shot watch of the same node → that one stays', async (t) => {
  const { zk } = await connectedClient(t);
  const [oneShot, persistent] = [recorder(), recorder()];
  await zk.create('/a');
  await zk.getChildren('/a', { watch: oneShot.listener });
  const remove = await zk.addWatch('/a', persistent.listener, { mode: 'persistentRecursive' });
  await remove();
  await zk.create('/a/b');
  assert.deepEqual(oneShot.heard, ['nodeChildrenChanged /a']);
  assert.deepEqual(persistent.heard, ['watchRemoved /a']);
});

test('addWatch: bad arguments → BadArguments that names them', async (t) => {
  const { zk } = await connectedClient(t);
  const bad = (value: unknown) => value as never;
  await assert.rejects(
    zk.addWatch('a', () => {}),
    /addWatch "a": Path must start/,
  );
  await assert.rejects(zk.addWatch('/a', bad(7)), /a watch is a function, not number 7/);
  await assert.rejects(
    zk.addWatch('/a', () => {}, { mode: bad('once') }),
    /no mode string once/,
  );
  await assert.rejects(zk.getData('/', { watch: bad(true) }), /a watch is a function, not boolean/);
  await assert.rejects(zk.removeWatches('/a', { kind: bad('all') }), /no kind string all/);
});

test('removeWatches: by kind → takes that one and tells its listener', async (t) => {
  const { zk } = await connectedClient(t);
  const [data, children] = [recorder(), recorder()];
  await zk.create('/a');
  await zk.getData('/a', { watch: data.listener });
  await zk.getChildren('/a', { watch: children.listener });
  await zk.removeWatches('/a', { kind: 'data' });
  await zk.setData('/a', 'x');
  await zk.create('/a/b');
  assert.deepEqual(data.heard, ['watchRemoved /a']);
  assert.deepEqual(children.heard, ['nodeChildrenChanged /a']);
});

test('removeWatches: without a kind → all of the path, exists and persistent ones, too', async (t) => {
  const { zk } = await connectedClient(t);
  const { heard, listener } = recorder();
  const persistent = recorder();
  await zk.exists('/a', { watch: listener });
  await zk.addWatch('/a', persistent.listener);
  await zk.removeWatches('/a');
  await zk.create('/a');
  assert.deepEqual(heard, ['watchRemoved /a']);
  assert.deepEqual(persistent.heard, ['watchRemoved /a']);
});

test('removeWatches: a persistent kind → the other one stays', async (t) => {
  const { zk } = await connectedClient(t);
  const [flat, deep] = [recorder(), recorder()];
  await zk.addWatch('/', flat.listener);
  await zk.addWatch('/', deep.listener, { mode: 'persistentRecursive' });
  await zk.removeWatches('/', { kind: 'persistent' });
  await zk.create('/a');
  assert.deepEqual([flat.heard, deep.heard], [['watchRemoved /'], ['nodeCreated /a']]);
  await zk.removeWatches('/', { kind: 'persistentRecursive' });
  assert.equal(deep.heard.at(-1), 'watchRemoved /');
});

test('removeWatches: one listener of two → only that one', async (t) => {
  const { zk } = await connectedClient(t);
  const [first, second] = [recorder(), recorder()];
  await zk.getData('/', { watch: first.listener });
  await zk.getData('/', { watch: second.listener });
  await zk.removeWatches('/', { kind: 'data', listener: first.listener });
  await zk.setData('/', 'x');
  assert.deepEqual(first.heard, ['watchRemoved /']);
  assert.deepEqual(second.heard, ['nodeDataChanged /']);
});

test('removeWatches: no such watch → NoWatcher', async (t) => {
  const { zk } = await connectedClient(t);
  const isNone = (error: unknown) => isZooKeeperError(error, 'NoWatcher');
  await assert.rejects(zk.removeWatches('/a'), isNone);
  await zk.getData('/', { watch: () => {} });
  await assert.rejects(zk.removeWatches('/', { kind: 'children' }), isNone);
  await assert.rejects(zk.removeWatches('/', { listener: () => {} }), isNone);
});

test('watches: server restarted → one-shot ones hear what they missed, others of the gap', async (t) => {
  const dataDir = temporaryDirectory(t);
  const server = await startEmbedded(t, { dataDir });
  const { port } = server;
  const zk = await ZooKeeper.connect(`127.0.0.1:${port}`, { reconnect: { baseMs: 10 } });
  cleanUp(t, () => zk.close());
  const persistent = recorder();
  const broken = new Promise<void>((resolve) => {
    void zk.addWatch('/p', (event) => {
      persistent.listener(event);
      if (event.type === 'continuityBroken') resolve();
    });
  });
  await zk.create('/p');
  await server.stop();
  await startEmbedded(t, { dataDir, clientPort: port });
  await broken;
  await zk.setData('/p', 'x');
  assert.deepEqual(persistent.heard, [
    ...['nodeCreated /p', 'continuityBroken /p reconnected', 'nodeDataChanged /p'],
  ]);
});

test('watches: client closed → each listener hears it last', async (t) => {
  const { zk } = await connectedClient(t);
  const [oneShot, persistent] = [recorder(), recorder()];
  await zk.getData('/', { watch: oneShot.listener });
  await zk.addWatch('/a', persistent.listener);
  await zk.close();
  assert.deepEqual(oneShot.heard, ['watchRemoved /']);
  assert.deepEqual(persistent.heard, ['watchRemoved /a']);
});

test('watch: a loop over the events → left early, the watch is removed', async (t) => {
  const { zk, other } = await connectedClient(t);
  const writer = await other();
  const seen: string[] = [];
  const events = zk.watch('/', { recursive: true });
  await zk.exists('/');
  await writer.create('/a');
  await writer.create('/a/b');
  for await (const { type, path } of events) {
    seen.push(`${type} ${path}`);
    if (seen.length === 2) break;
  }
  assert.deepEqual(seen, ['nodeCreated /a', 'nodeCreated /a/b']);
  await assert.rejects(zk.removeWatches('/'), (error) => isZooKeeperError(error, 'NoWatcher'));
});

test('watch: aborted → the loop ends with the reason', async (t) => {
  const { zk } = await connectedClient(t);
  const controller = new AbortController();
  const reason = new Error('enough');
  const reading = (async () => {
    for await (const event of zk.watch('/', { signal: controller.signal })) assert.fail(event.type);
  })();
  await zk.exists('/');
  controller.abort(reason);
  await assert.rejects(reading, reason);
});

test('watch: reader too slow → one continuityBroken instead of what did not fit', async (t) => {
  const { zk } = await connectedClient(t);
  const events = zk.watch('/', { bufferMax: 3 });
  for (let i = 0; i < 5; i++) await zk.setData('/', String(i));
  const { value: first } = await events.next();
  assert.deepEqual(first, { type: 'continuityBroken', path: '/', reason: 'overflow' });
  const { value: second } = await events.next();
  assert.equal(second.type, 'nodeDataChanged');
  await events.return?.();
});

test('watch: client closed → watchRemoved, then the end', async (t) => {
  const { zk } = await connectedClient(t);
  const events = zk.watch('/');
  await zk.exists('/');
  await zk.close();
  assert.deepEqual((await events.next()).value, { type: 'watchRemoved', path: '/' });
  assert.equal((await events.next()).done, true);
});

test('watch: cannot be set → the first reading rejects', async (t) => {
  const { zk } = await connectedClient(t);
  await zk.close();
  const events = zk.watch('/');
  await assert.rejects(events.next(), (error) => isZooKeeperError(error, 'InvalidState'));
  assert.equal((await events.next()).done, true);
});
