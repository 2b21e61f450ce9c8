/** Each switch with what a client sees of it. The client is a raw one: bytes in, bytes out. */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { ConfigError } from '../../src/server/index.ts';
import { TestServer, type TestServerOptions } from '../../src/testing/index.ts';
import { authBody, createBody, pathBody, pathWatchBody } from '../interop/raw-body.ts';
import { acl, Op, RawClient } from '../interop/raw-client.ts';
import { askFourLetterWord } from '../interop/running-server.ts';
import { create, EPHEMERAL, ended, exists, takeUp, tryToConnect } from './asks.ts';

const MODES = ['inProcess', 'process'] as const;

function start(t: TestContext, options: TestServerOptions = {}): Promise<TestServer> {
  return TestServer.start({ ...options, after: (cleanUp) => t.after(cleanUp) });
}

for (const mode of MODES) {
  test(`test server, ${mode}: started → serves at its address, and says what it is`, async (t) => {
    const server = await start(t, { mode });
    assert.equal(server.connectString, `127.0.0.1:${server.port}`);
    const { status, failure, id, epoch } = server;
    const wanted = { mode: 'standalone', status: 'running', failure: null, id: 1, epoch: 0 };
    assert.deepEqual({ mode: server.mode, status, failure, id, epoch }, wanted);
    assert.match(await askFourLetterWord(server.port, 'srvr'), /^Mode: standalone$/m);
    assert.match(await askFourLetterWord(server.port, 'conf'), /^tickTime=200$/m);
    const client = await RawClient.connect(server.port, { timeOut: 30_000 });
    assert.equal(client.timeOut, 30_000);
    assert.deepEqual(server.sessions, [client.sessionId]);
    const before = await server.digest();
    await create(client, '/x');
    const after = await server.digest();
    assert.ok(after.zxid > before.zxid && after.digest !== before.digest);
  });

  test(`test server, ${mode}: killed and restarted → connections end, data and sessions are there`, async (t) => {
    const server = await start(t, { mode });
    const client = await RawClient.connect(server.port);
    await create(client, '/x', { flags: EPHEMERAL });
    await server.kill();
    await ended(client);
    assert.deepEqual([server.mode, server.status, server.failure], [null, 'ended', null]);
    assert.equal(typeof (await tryToConnect(server.port)), 'string');
    const { connectString } = server;
    await server.restart();
    assert.equal(server.connectString, connectString);
    const again = await takeUp(client, server.port);
    assert.ok(again !== null);
    assert.equal(await exists(server.port, '/x'), true);
  });

  test(`test server, ${mode}: stopped and restarted, and restarted while it runs → the data are there`, async (t) => {
    const server = await start(t, { mode });
    const client = await RawClient.connect(server.port);
    await create(client, '/x');
    await server.stop();
    await ended(client);
    await server.stop();
    assert.equal(await server.waitForEnd(), null);
    await assert.rejects(server.digest(), /Server 1 has ended: digest needs one that runs/);
    await server.restart();
    await server.restart();
    assert.equal(await exists(server.port, '/x'), true);
  });

  test(`test server, ${mode}: paused → clients connect and hear nothing; resumed → they are answered`, async (t) => {
    const server = await start(t, { mode });
    const client = await RawClient.connect(server.port);
    server.pause();
    server.pause();
    assert.equal(server.status, 'paused');
    client.send(Op.create, createBody('/x'));
    const newcomer = RawClient.connect(server.port);
    await assert.rejects(client.connection.nextFrame(100), /No frame and no end/);
    const isServed = await Promise.race([newcomer.then(() => true), Promise.resolve(false)]);
    assert.equal(isServed, false);
    await assert.rejects(server.digest(), /Server 1 is paused: digest needs one that goes on/);
    await assert.rejects(server.fillDisk(), /Server 1 is paused: fillDisk/);
    server.resume();
    server.resume();
    assert.equal((await client.nextReply())?.err, 0);
    assert.notEqual((await newcomer).sessionId, 0n);
    server.pause();
    await server.stop();
    await ended(client);
    await server.restart();
    server.pause();
    await server.kill();
    await server.restart();
    assert.equal(await exists(server.port, '/x'), true);
  });

  test(`test server, ${mode}: a session is expired → its connection and its ephemerals go at once`, async (t) => {
    const server = await start(t, { mode });
    const client = await RawClient.connect(server.port, { timeOut: 60_000 });
    const other = await RawClient.connect(server.port);
    await create(client, '/e', { flags: EPHEMERAL });
    await other.must(Op.exists, pathWatchBody('/e', true));
    await server.expireSession({ id: client.sessionId });
    await ended(client);
    assert.equal(await takeUp(client, server.port), null);
    await assert.rejects(server.expireSession(client.sessionId), /has no session 0x[0-9a-f]+/);
    await other.must(Op.ping);
    assert.equal(other.events.length, 1);
  });

  test(`test server, ${mode}: the disk is full → the server ends at its next write; freed and restarted → as before`, async (t) => {
    const server = await start(t, { mode });
    const client = await RawClient.connect(server.port);
    await create(client, '/before');
    await server.fillDisk();
    await client.must(Op.exists, pathWatchBody('/before'));
    client.send(Op.create, createBody('/during'));
    assert.match((await server.waitForEnd()) ?? '', /ENOSPC/);
    await ended(client);
    assert.match(server.failure ?? '', /ENOSPC/);
    await server.freeDisk();
    await server.restart();
    assert.equal(server.failure, null);
    assert.equal(await exists(server.port, '/before'), true);
    assert.equal(await exists(server.port, '/during'), false);
  });
}

test('test server: the disk is full while it is down → a later start meets it', async (t) => {
  const server = await start(t);
  await server.stop();
  server.wipeData();
  await server.fillDisk();
  const failure = await server.restart().then(() => server.waitForEnd(), String);
  assert.match(failure ?? '', /ENOSPC/);
  assert.equal(server.status, 'ended');
  await server.freeDisk();
  await server.restart();
  assert.equal(server.mode, 'standalone');
});

test('test server: connections are dropped, of a session or all → the sessions live on', async (t) => {
  const server = await start(t);
  const [one, two] = [await RawClient.connect(server.port), await RawClient.connect(server.port)];
  assert.equal(server.dropConnections(one.sessionId), 1);
  await ended(one);
  await two.must(Op.ping);
  assert.equal(server.dropConnections(one.sessionId), 0);
  assert.equal(server.dropConnections(), 1);
  await ended(two);
  for (const client of [one, two]) assert.ok((await takeUp(client, server.port)) !== null);
});

test('test server: traffic is delayed → every answer takes twice that longer; 0 ends it', async (t) => {
  const server = await start(t);
  const client = await RawClient.connect(server.port);
  server.delayClients(40);
  const startMs = performance.now();
  await client.must(Op.ping);
  assert.ok(performance.now() - startMs >= 79);
  server.delayClients(0);
  await client.must(Op.ping);
});

test('test server: clients are cut off → silence both ways; healed → what was asked is answered', async (t) => {
  const server = await start(t);
  const client = await RawClient.connect(server.port);
  server.partitionClients();
  client.send(Op.create, createBody('/x'));
  await assert.rejects(client.connection.nextFrame(50), /No frame and no end/);
  const { zxid } = await server.digest();
  server.healClients();
  assert.equal((await client.nextReply())?.err, 0);
  assert.ok((await server.digest()).zxid > zxid);
});

test('test server: cut off, restarted → still cut off', async (t) => {
  const server = await start(t);
  server.partitionClients();
  await server.restart();
  const client = RawClient.connect(server.port, { answerTimeoutMs: 50 });
  await assert.rejects(client, /No frame and no end/);
});

test('test server: data are wiped → an empty server; not while it runs', async (t) => {
  const server = await start(t);
  const client = await RawClient.connect(server.port);
  await create(client, '/x');
  assert.throws(() => server.wipeData(), /Server 1 is running: stop or kill it/);
  await server.kill();
  server.wipeData();
  await server.restart();
  assert.equal(await exists(server.port, '/x'), false);
  assert.equal(await takeUp(client, server.port), null);
});

test('test server: a super user, keys of zoo.cfg and system properties → count', async (t) => {
  const server = await start(t, {
    superPassword: 'se:cret',
    tickTimeMs: 50,
    config: { maxSessionTimeout: 5_000, '4lw.commands.whitelist': 'ruok' },
    systemProperties: { 'jute.maxbuffer': 5_000 },
  });
  const client = await RawClient.connect(server.port, { timeOut: 1 });
  assert.equal(client.timeOut, 100);
  const long = await RawClient.connect(server.port, { timeOut: 60_000 });
  assert.equal(long.timeOut, 5_000);
  assert.match(await askFourLetterWord(server.port, 'conf'), /not in the whitelist/);
  await long.must(Op.create, createBody('/mine', { acl: [acl(31, 'digest', 'a:b')] }));
  assert.equal((await long.request(Op.getData, pathWatchBody('/mine')))?.err, -102);
  await long.must(Op.auth, authBody('digest', 'super:se:cret'));
  await long.must(Op.getData, pathWatchBody('/mine'));
  long.send(Op.create, createBody('/big', { data: 'x'.repeat(10_000) }));
  await ended(long);
});

test('test server: a logger → hears the server, also one in a process of its own', async (t) => {
  for (const mode of MODES) {
    const lines: string[] = [];
    const hear = (message: string) => void lines.push(message);
    const ignore = () => {};
    const logger = {
      isEnabled: (level: string) => ['info', 'warn', 'error'].includes(level),
      ...{ trace: ignore, debug: ignore, info: hear, warn: hear, error: hear },
    };
    const server = await start(t, { mode, logger });
    await server.stop();
    assert.ok(lines.includes('data loaded'), `${mode}: ${lines}`);
  }
});

test('test server: what cannot work → rejected with the reason, and nothing is left', async (t) => {
  const left = () => readdirSync(tmpdir()).filter((name) => name.startsWith('zooid-testing-'));
  const before = new Set(left());
  for (const mode of MODES) {
    const config = { tickTime: 'fast' };
    await assert.rejects(
      start(t, { mode, config }),
      (error) => error instanceof ConfigError && /tickTime.*fast/.test(error.message),
    );
  }
  const mode = 'thread' as 'process';
  await assert.rejects(start(t, { mode }), /mode: thread; there are inProcess and process/);
  assert.deepEqual(
    left().filter((name) => !before.has(name) && isOurs(name)),
    [],
  );
});

/** Other tests make such folders at the same time: theirs have a server that is configured well. */
function isOurs(name: string): boolean {
  return existsSync(join(tmpdir(), name)) && readdirSync(join(tmpdir(), name)).length === 0;
}

test('test server: closed → its folder and its port go; a directory of the user stays', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'zooid-own-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const own = await start(t, { dataDir: folder });
  const server = await start(t);
  const client = await RawClient.connect(server.port);
  for (const each of [own, server]) await each[Symbol.asyncDispose]();
  await server.close();
  await ended(client);
  assert.equal(existsSync(dirname(dirname(server.dataDir))), false);
  assert.ok(readdirSync(folder).includes('version-2'));
  assert.equal(await tryToConnect(own.port), 'ECONNREFUSED');
  await assert.rejects(server.restart(), /Server 1 is closed/);
});

for (const mode of MODES) {
  test(`test server, ${mode}: closed while it starts → it does not stay, and the start is told`, async () => {
    let onGiven: (cleanUp: () => Promise<void>) => void = () => {};
    const given = new Promise<() => Promise<void>>((resolve) => {
      onGiven = resolve;
    });
    const starting = TestServer.start({ mode, after: (cleanUp) => onGiven(cleanUp) });
    const refused = assert.rejects(starting, /Server 1 was closed while it started/);
    await (await given)();
    await refused;
  });
}

test('test server: a wait that is aborted or too long → rejects', async (t) => {
  const server = await start(t);
  await server.waitForServing();
  await assert.rejects(
    server.waitForEnd({ timeoutMs: 1 }),
    /Server 1 ends: not in 1 ms. Server 1: standalone\./,
  );
  const reason = new Error('enough');
  await assert.rejects(server.waitForEnd({ signal: AbortSignal.abort(reason) }), reason);
});

test('test server: a sync on a path → the order of ZooKeeper holds through the relay', async (t) => {
  const server = await start(t);
  const client = await RawClient.connect(server.port);
  client.send(Op.create, createBody('/a'));
  client.send(Op.sync, pathBody('/a'));
  client.send(Op.exists, pathWatchBody('/a'));
  const replies = [await client.nextReply(), await client.nextReply(), await client.nextReply()];
  assert.deepEqual(
    replies.map((reply) => [reply?.xid, reply?.err]),
    [
      [1, 0],
      [2, 0],
      [3, 0],
    ],
  );
});
