/** The public client against our own server in this process. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import {
  isZooKeeperError,
  type StateChange,
  type WatchEvent,
  ZooKeeper,
  ZooKeeperError,
  type ZooKeeperOptions,
} from '../../src/client/index.ts';
import { cleanUp, startEmbedded, temporaryDirectory } from '../server/embedded-server.ts';
import { connectedClient } from './connected-client.ts';

async function start(t: TestContext, options: ZooKeeperOptions = {}, chroot = '') {
  const server = await startEmbedded(t, { config: { tickTime: 100 } });
  const zk = await ZooKeeper.connect(`127.0.0.1:${server.port}${chroot}`, options);
  cleanUp(t, () => zk.close());
  return { server, zk };
}

const text = ({ data }: { readonly data: Uint8Array }) => Buffer.from(data).toString();

test('client: connect → a session, its server and state', async (t) => {
  const { server, zk } = await start(t, { sessionTimeoutMs: 1000 });
  assert.equal(zk.state, 'connected');
  assert.ok(zk.isConnected);
  assert.notEqual(zk.session.id, 0n);
  assert.equal(zk.session.timeoutMs, 1000);
  assert.equal(zk.server, `127.0.0.1:${server.port}`);
  assert.equal(zk.chroot, '');
  await zk.create('/a');
  assert.equal(zk.lastZxid, (await zk.exists('/a'))?.czxid);
});

test('client: create, read, set, list, delete → what the server keeps', async (t) => {
  const { zk } = await start(t);
  assert.equal(await zk.create('/a', 'grüße'), '/a');
  const read = await zk.getData('/a');
  assert.equal(text(read), 'grüße');
  assert.equal(read.stat.version, 0);
  assert.equal(read.stat.ephemeralOwner, 0n);
  const stat = await zk.setData('/a', new Uint8Array([1, 2, 3]), { version: 0 });
  assert.equal(stat.version, 1);
  assert.equal(stat.dataLength, 3);
  assert.deepEqual((await zk.getData('/a')).data, new Uint8Array([1, 2, 3]));
  const child = await zk.createWithStat('/a/b', '', { mode: 'ephemeral' });
  assert.equal(child.path, '/a/b');
  assert.equal(child.stat.ephemeralOwner, zk.session.id);
  assert.deepEqual(await zk.getChildren('/a'), ['b']);
  const listed = await zk.getChildrenWithStat('/a');
  assert.deepEqual([listed.children, listed.stat.numChildren], [['b'], 1]);
  await zk.delete('/a/b');
  await zk.delete('/a', { version: 1 });
  assert.equal(await zk.exists('/a'), null);
});

test('client: null as data → no data at all, which is not the same as no bytes', async (t) => {
  const { zk } = await start(t);
  await zk.create('/null', null);
  await zk.create('/empty');
  await zk.multi().create('/both', null).commit();
  assert.deepEqual(
    [(await zk.getData('/null')).isNull, (await zk.getData('/both')).isNull],
    [true, true],
  );
  assert.equal('isNull' in (await zk.getData('/empty')), false);
  const [read] = await zk.multiRead().getData('/null').commit();
  assert.ok(read.ok && read.isNull === true && read.data.length === 0);
});

test('connected: rounds are limited, no server answers → ConnectionLoss that says why', async (t) => {
  const { server, zk } = await start(t, { reconnect: { baseMs: 10, maxMs: 20 } });
  await zk.connected({ roundsMax: 1 });
  await server.stop();
  const port = server.port;
  const isRefused = (error: unknown) =>
    isZooKeeperError(error, 'ConnectionLoss') && error.message.includes(`:${port}`);
  const other = new ZooKeeper(`127.0.0.1:${port},127.0.0.1:${port}`, { reconnect: { baseMs: 10 } });
  cleanUp(t, () => other.close());
  await assert.rejects(other.connected({ roundsMax: 2 }), isRefused);
  assert.equal(other.state, 'connecting');
});

test('client: sequential nodes → the path with its number', async (t) => {
  const { zk } = await start(t);
  await zk.create('/q');
  assert.equal(await zk.create('/q/n-', '', { mode: 'persistentSequential' }), '/q/n-0000000000');
  assert.equal(await zk.create('/q/', '', { mode: 'ephemeralSequential' }), '/q/0000000001');
});

test('client: container node → created, and told in Stat', async (t) => {
  const { zk } = await start(t);
  assert.equal(await zk.create('/c', '', { mode: 'container' }), '/c');
  const { stat } = await zk.createWithStat('/d', 'x', { mode: 'container' });
  assert.equal(stat.dataLength, 1);
});

test('client: errors of the server → ZooKeeperError with code, number, operation, path', async (t) => {
  const { zk } = await start(t);
  await zk.create('/a');
  await zk.create('/a/b');
  const cases: [Promise<unknown>, string, number, string, string][] = [
    [zk.getData('/x'), 'NoNode', -101, 'getData', '/x'],
    [zk.create('/a'), 'NodeExists', -110, 'create', '/a'],
    [zk.delete('/a'), 'NotEmpty', -111, 'delete', '/a'],
    [zk.setData('/a', '', { version: 7 }), 'BadVersion', -103, 'setData', '/a'],
    [zk.getChildren('/x'), 'NoNode', -101, 'getChildren', '/x'],
    [zk.setAcl('/a', []), 'InvalidAcl', -114, 'setAcl', '/a'],
  ];
  for (const [promise, code, errorCode, operation, path] of cases) {
    await assert.rejects(promise, (error) => {
      assert.ok(error instanceof ZooKeeperError);
      const { outcome } = error;
      assert.deepEqual(
        {
          code: error.code,
          errorCode: error.errorCode,
          operation: error.operation,
          path: error.path,
          outcome,
        },
        { code, errorCode, operation, path, outcome: 'failed' },
      );
      return true;
    });
  }
});

test('client: delete of a missing node, quietly → fine', async (t) => {
  const { zk } = await start(t);
  await zk.delete('/x', { quiet: true });
  await assert.rejects(zk.delete('/x'), (error) => isZooKeeperError(error, 'NoNode'));
});

test('client: arguments that cannot be right → BadArguments that names them, nothing sent', async (t) => {
  const { zk } = await start(t);
  const bad = (value: unknown) => value as never;
  const cases: [() => Promise<unknown>, RegExp][] = [
    [() => zk.getData('a'), /getData "a": Path must start with/],
    [() => zk.getData(bad(7)), /a path is a string, not number 7/],
    [() => zk.create('/a/', 'x'), /Path must not end with/],
    [() => zk.create('/a', bad(5)), /data is bytes or a string, not number 5/],
    [() => zk.create('/a', '', { mode: bad('temporary') }), /no mode string temporary/],
    [() => zk.create('/a', '', { ttlMs: 5 }), /persistent has no ttlMs/],
    [() => zk.create('/a', '', { mode: 'persistentWithTtl' }), /ttlMs is a whole number/],
    [() => zk.create('/a', '', { acl: bad([{}]) }), /an acl entry has permissions/],
    [() => zk.setData('/a', bad(null)), /data is bytes or a string, not null/],
    [() => zk.setData('/a', '', { version: 1.5 }), /a version is a whole number, not number 1.5/],
    [() => zk.setData('/a', new Uint8Array(2 ** 20)), /bytes; a request has at most 1048575/],
    [() => zk.multi().commit(), /a multi has at least one operation/],
    [() => zk.addAuth('', 'x'), /a scheme is a name/],
  ];
  const before = zk.lastZxid;
  for (const [call, message] of cases) {
    await assert.rejects(call, (error) => {
      assert.ok(isZooKeeperError(error, 'BadArguments'), String(error));
      assert.equal(error.outcome, 'notSent');
      assert.match(error.message, message);
      return true;
    });
  }
  assert.equal(zk.lastZxid, before);
});

test('client: options that cannot be right → the constructor throws', () => {
  const bad = (options: object) => () => new ZooKeeper('a:1', options);
  assert.throws(bad({ sessionTimeoutMs: 0 }), /sessionTimeoutMs is a whole number above 0/);
  assert.throws(bad({ session: { id: 5, password: new Uint8Array(16) } }), /a bigint of 64 bits/);
  assert.throws(bad({ session: { id: 5n, password: new Uint8Array(3) } }), /is 16 bytes/);
  assert.throws(bad({ onExpired: 'retry' }), /stop or renew, not string retry/);
  assert.throws(bad({ auth: [{ scheme: 'digest', auth: 5 }] }), /a string or bytes/);
});

test('client: one-shot watches → told once, before the reply to the change', async (t) => {
  const { zk } = await start(t);
  const events: WatchEvent[] = [];
  const watch = (event: WatchEvent) => void events.push(event);
  assert.equal(await zk.exists('/a', { watch }), null);
  await zk.create('/a');
  assert.deepEqual(
    events.map(({ type }) => type),
    ['nodeCreated'],
  );
  await zk.getData('/a', { watch });
  await zk.getChildren('/a', { watch });
  await zk.create('/a/b');
  await zk.create('/a/c');
  await zk.setData('/a', 'x');
  await zk.setData('/a', 'y');
  assert.deepEqual(
    events.splice(0).map(({ type, path }) => `${type} ${path}`),
    ['nodeCreated /a', 'nodeChildrenChanged /a', 'nodeDataChanged /a'],
  );
  await zk.getData('/a/b', { watch });
  await zk.getChildren('/a/b', { watch });
  await zk.delete('/a/b');
  assert.deepEqual(
    events.map(({ type, path }) => `${type} ${path}`),
    ['nodeDeleted /a/b'],
  );
});

test('client: chroot → in front of every path sent, gone from every path seen', async (t) => {
  const { server, zk } = await start(t);
  await zk.create('/app');
  const app = await ZooKeeper.connect(`127.0.0.1:${server.port}/app`);
  cleanUp(t, () => app.close());
  assert.equal(app.chroot, '/app');
  assert.equal(await app.create('/n-', '', { mode: 'persistentSequential' }), '/n-0000000000');
  const events: WatchEvent[] = [];
  await app.exists('/a', { watch: (event) => events.push(event) });
  await app.getChildren('/', { watch: (event) => events.push(event) });
  const created = await app.createWithStat('/a', 'x');
  assert.equal(created.path, '/a');
  assert.deepEqual(
    events.map(({ path }) => path),
    ['/a', '/'],
  );
  const [path] = await app.multi().create('/m', '').commit();
  assert.equal(path, '/m');
  assert.deepEqual((await zk.getChildren('/app')).sort(), ['a', 'm', 'n-0000000000']);
  await assert.rejects(
    app.getData('/x'),
    (error) => isZooKeeperError(error) && error.path === '/x',
  );
});

test('client: acl → set, read, enforced for those who are not named', async (t) => {
  const { server, zk } = await start(t, { auth: [{ scheme: 'digest', auth: 'me:secret' }] });
  const acl = [{ permissions: ['read', 'write'], scheme: 'auth', id: '' }] as const;
  await zk.create('/a', 'x');
  assert.equal((await zk.setAcl('/a', acl, { aclVersion: 0 })).aversion, 1);
  const read = await zk.getAcl('/a');
  assert.deepEqual(read.acl[0]?.permissions, ['read', 'write']);
  assert.equal(read.acl[0]?.scheme, 'digest');
  const other = await ZooKeeper.connect(`127.0.0.1:${server.port}`);
  cleanUp(t, () => other.close());
  await assert.rejects(other.getData('/a'), (error) => isZooKeeperError(error, 'NoAuth'));
  await other.addAuth('digest', 'me:secret');
  assert.equal(text(await other.getData('/a')), 'x');
});

test('client: auth of an unknown scheme → refused, the client ends as authFailed', async (t) => {
  const { zk } = await start(t);
  await assert.rejects(zk.addAuth('nonsense', 'x'), (error) =>
    isZooKeeperError(error, 'AuthFailed'),
  );
  assert.equal(zk.state, 'authFailed');
  await assert.rejects(zk.getData('/'), (error) => isZooKeeperError(error, 'AuthFailed'));
  await assert.rejects(zk.connected(), (error) => isZooKeeperError(error, 'AuthFailed'));
});

test('client: aborted signal → its reason, before and while waiting', async (t) => {
  const { zk } = await start(t);
  const reason = new Error('enough');
  await assert.rejects(zk.getData('/', { signal: AbortSignal.abort(reason) }), reason);
  const controller = new AbortController();
  const waiting = zk.getData('/', { signal: controller.signal });
  await Promise.resolve();
  controller.abort(reason);
  await assert.rejects(waiting, reason);
  assert.ok(await zk.exists('/'), 'the reply to the aborted request was taken');
});

test('client: restart of the server → same session, watches and ephemerals kept', async (t) => {
  const dataDir = temporaryDirectory(t);
  const first = await startEmbedded(t, { dataDir });
  const { port } = first;
  const zk = await ZooKeeper.connect(`127.0.0.1:${port}`, { reconnect: { baseMs: 10 } });
  cleanUp(t, () => zk.close());
  const changes: StateChange[] = [];
  zk.onState((change) => changes.push(change));
  const events: WatchEvent[] = [];
  await zk.create('/e', 'x', { mode: 'ephemeral' });
  await zk.getData('/e', { watch: (event) => events.push(event) });
  const { id } = zk.session;
  await first.stop();
  await startEmbedded(t, { dataDir, clientPort: port });
  // Called while there is no connection, it waits for one.
  const { stat } = await zk.getData('/e');
  assert.equal(stat.ephemeralOwner, id);
  assert.equal(zk.session.id, id);
  assert.deepEqual(
    changes.map(({ state }) => state),
    ['disconnected', 'connected'],
  );
  await zk.setData('/e', 'y');
  assert.deepEqual(
    events.map(({ type }) => type),
    ['nodeDataChanged'],
  );
});

test('client: session taken up by id and password → ephemerals stay, the first is cut off', async (t) => {
  const { server, zk } = await start(t);
  await zk.create('/e', '', { mode: 'ephemeral' });
  const session = zk.session;
  const other = await ZooKeeper.connect(`127.0.0.1:${server.port}`, { session });
  cleanUp(t, () => other.close());
  assert.equal(other.session.id, session.id);
  assert.equal((await other.exists('/e'))?.ephemeralOwner, session.id);
});

test('client: session that the server does not have → expired, the end', async (t) => {
  const { server } = await start(t);
  const session = { id: 77n, password: new Uint8Array(16) };
  await assert.rejects(ZooKeeper.connect(`127.0.0.1:${server.port}`, { session }), (error) =>
    isZooKeeperError(error, 'SessionExpired'),
  );
});

test('client: closed → ephemerals are gone, every call rejects with InvalidState', async (t) => {
  const { server, zk } = await start(t);
  const other = await ZooKeeper.connect(`127.0.0.1:${server.port}`);
  cleanUp(t, () => other.close());
  await zk.create('/e', '', { mode: 'ephemeral' });
  const last = zk.setData('/e', 'x');
  await Promise.all([zk.close(), zk.close()]);
  await zk.close();
  assert.equal((await last).version, 1);
  assert.equal(zk.state, 'closed');
  await assert.rejects(zk.getData('/'), (error) => isZooKeeperError(error, 'InvalidState'));
  await assert.rejects(zk.addAuth('ip', ''), (error) => isZooKeeperError(error, 'InvalidState'));
  assert.equal(await other.exists('/e'), null);
});

test('client: await using → closed at the end of the block', async (t) => {
  const { server } = await start(t);
  const zk = await ZooKeeper.connect(`127.0.0.1:${server.port}`);
  await zk[Symbol.asyncDispose]();
  assert.equal(zk.state, 'closed');
});

test('client: nobody listens → connect rejects in time, and the client is closed', async () => {
  const started = performance.now();
  await assert.rejects(
    ZooKeeper.connect('127.0.0.1:1', { timeoutMs: 100 }),
    (error) =>
      isZooKeeperError(error, 'RequestTimeout') &&
      /127\.0\.0\.1:1: ECONNREFUSED/.test(error.message),
  );
  assert.ok(performance.now() - started < 5000);
});

test('client: a session time-out of a millisecond → connects all the same', async (t) => {
  const { other } = await connectedClient(t);
  const zk = await other({ sessionTimeoutMs: 1 });
  assert.equal(zk.session.timeoutMs, 200);
});
