/** Each switch of an ensemble with what clients and servers see of it. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { TestEnsemble, type TestEnsembleOptions, TestServer } from '../../src/testing/index.ts';
import { createBody, pathWatchBody } from '../interop/raw-body.ts';
import { Op, RawClient } from '../interop/raw-client.ts';
import { askFourLetterWord } from '../interop/running-server.ts';
import { create, EPHEMERAL, ended, exists, takeUp } from './asks.ts';

function start(t: TestContext, options: TestEnsembleOptions = {}): Promise<TestEnsemble> {
  return TestEnsemble.start({ ...options, after: (cleanUp) => t.after(cleanUp) });
}

function aFollower(ensemble: TestEnsemble): TestServer {
  const [follower] = ensemble.followers();
  assert.ok(follower !== undefined);
  return follower;
}

test('test ensemble: started → all serve, a write is everywhere, the trees are equal', async (t) => {
  const ensemble = await start(t, { observers: 1 });
  assert.equal(ensemble.connectString.split(',').length, 4);
  assert.equal(ensemble.servers.length, 4);
  assert.equal(ensemble.followers().length, 2);
  assert.deepEqual(
    ensemble.observers().map(({ id }) => id),
    [4],
  );
  const leader = ensemble.leader();
  assert.equal(await ensemble.waitForLeader(), leader);
  for (const server of ensemble.servers) {
    assert.match(await askFourLetterWord(server.port, 'srvr'), new RegExp(`Mode: ${server.mode}`));
    assert.equal(server.epoch, 1);
    const client = await RawClient.connect(server.port);
    await create(client, `/from-${server.id}`);
  }
  const { zxid, digest } = await ensemble.digest();
  for (const server of ensemble.servers) {
    assert.deepEqual(await server.digest(), { zxid, digest });
  }
  assert.equal(ensemble.server(4), ensemble.observers()[0]);
  assert.throws(() => ensemble.server(5), /There is no server 5/);
});

test('test ensemble: the leader is killed → another leads, sessions go on; it comes back and follows', async (t) => {
  const ensemble = await start(t);
  const former = ensemble.leader();
  const client = await RawClient.connect(former.port, { timeOut: 30_000 });
  await create(client, '/e', { flags: EPHEMERAL });
  await former.kill();
  await ended(client);
  const leader = await ensemble.waitForLeader();
  assert.notEqual(leader, former);
  await ensemble.waitForServing();
  const again = await takeUp(client, leader.port);
  assert.ok(again !== null);
  await create(again, '/later');
  await former.restart();
  await ensemble.waitForServing();
  assert.equal(former.mode, 'follower');
  assert.equal(await exists(former.port, '/later'), true);
  assert.equal(await exists(former.port, '/e'), true);
  await ensemble.digest();
});

test('test ensemble: too few are left → nobody leads, nobody serves; one more → they do', async (t) => {
  const ensemble = await start(t);
  const [one, two] = ensemble.followers();
  assert.ok(one && two);
  const client = await RawClient.connect(ensemble.leader().port);
  await Promise.all([one.kill(), two.stop()]);
  assert.throws(() => ensemble.leader(), /Nobody leads\. Server 1: /);
  await ended(client);
  await assert.rejects(ensemble.waitForLeader({ timeoutMs: 1 }), /a server leads: not in 1 ms/);
  await two.restart();
  await ensemble.waitForServing();
  await ensemble.waitForLeader();
});

test('test ensemble: the leader is cut off from the others → they elect one; healed → it follows', async (t) => {
  const ensemble = await start(t, { tickTimeMs: 50 });
  const former = ensemble.leader();
  const client = await RawClient.connect(former.port);
  ensemble.partition(former);
  const leader = await ensemble.waitForLeader();
  assert.notEqual(leader, former);
  // What it was asked in the meantime is never promised.
  client.send(Op.create, createBody('/lost'));
  await ended(client);
  const other = await RawClient.connect(leader.port);
  await create(other, '/kept');
  ensemble.heal();
  await ensemble.waitForServing();
  assert.equal(former.mode, 'follower');
  assert.equal(await exists(former.port, '/kept'), true);
  assert.equal(await exists(former.port, '/lost'), false);
  await ensemble.digest();
});

test('test ensemble: a follower and an observer are cut off together → the rest go on without them', async (t) => {
  const ensemble = await start(t, { observers: 1, tickTimeMs: 50 });
  const follower = aFollower(ensemble);
  const [observer] = ensemble.observers();
  assert.ok(observer);
  const clients = await Promise.all(
    [follower, observer].map((server) => RawClient.connect(server.port)),
  );
  ensemble.partition([follower, observer]);
  await Promise.all(clients.map((client) => ended(client)));
  await create(await RawClient.connect(ensemble.leader().port), '/x');
  await ensemble.digest();
  ensemble.partition(observer);
  await follower.waitForServing();
  assert.equal(await exists(follower.port, '/x'), true);
  assert.equal(observer.mode, null);
  ensemble.heal();
  await observer.waitForServing();
  assert.equal(await exists(observer.port, '/x'), true);
});

test('test ensemble: clients cannot reach a server → their sessions expire, as others see', async (t) => {
  const ensemble = await start(t, { tickTimeMs: 50 });
  const follower = aFollower(ensemble);
  const client = await RawClient.connect(follower.port, { timeOut: 1_000 });
  await create(client, '/e', { flags: EPHEMERAL });
  const watcher = await RawClient.connect(ensemble.leader().port, { timeOut: 60_000 });
  await watcher.must(Op.exists, pathWatchBody('/e', true));
  follower.partitionClients();
  const frame = await watcher.connection.nextFrame();
  assert.equal(frame?.readInt32BE(0), -1);
  ensemble.heal();
  await ended(client);
});

test('test ensemble: the leader stands still → others elect one; it goes on → it follows', async (t) => {
  const ensemble = await start(t, { tickTimeMs: 50 });
  const former = ensemble.leader();
  former.pause();
  assert.equal(former.mode, 'leader');
  const leader = await ensemble.waitForLeader();
  assert.notEqual(leader, former);
  await ensemble.waitForServing();
  await create(await RawClient.connect(leader.port), '/x');
  former.resume();
  await ensemble.waitForServing();
  assert.equal(former.mode, 'follower');
  assert.equal(await exists(former.port, '/x'), true);
});

test('test ensemble: a session is expired → wherever its client is connected', async (t) => {
  const ensemble = await start(t, { observers: 1 });
  for (const server of ensemble.servers) {
    const client = await RawClient.connect(server.port, { timeOut: 60_000 });
    await create(client, `/e-${server.id}`, { flags: EPHEMERAL });
    await ensemble.expireSession(client.sessionId);
    await ended(client);
    assert.equal(await takeUp(client, ensemble.leader().port), null);
    assert.equal(await exists(server.port, `/e-${server.id}`), false);
    await assert.rejects(ensemble.expireSession({ id: client.sessionId }), /has no session/);
  }
});

test('test ensemble: a local session is expired → by the server that has it', async (t) => {
  const ensemble = await start(t, { config: { localSessionsEnabled: true } });
  const follower = aFollower(ensemble);
  const client = await RawClient.connect(follower.port);
  await ensemble.expireSession(client.sessionId);
  await ended(client);
  assert.equal(await takeUp(client, follower.port), null);
});

test('test ensemble: connections are dropped → of one session, wherever it is, or of all', async (t) => {
  const ensemble = await start(t);
  const clients = await Promise.all(ensemble.servers.map(({ port }) => RawClient.connect(port)));
  const [first, ...rest] = clients;
  assert.ok(first);
  assert.equal(ensemble.dropConnections(first.sessionId), 1);
  await ended(first);
  for (const client of rest) await client.must(Op.ping);
  assert.equal(ensemble.dropConnections(), 2);
  await Promise.all(rest.map((client) => ended(client)));
  assert.ok((await takeUp(first, ensemble.leader().port)) !== null);
});

test('test ensemble: traffic of all clients is delayed → every answer takes longer', async (t) => {
  const ensemble = await start(t, { size: 1 });
  const client = await RawClient.connect(ensemble.server(1).port);
  ensemble.delayClients(30);
  const startMs = performance.now();
  await client.must(Op.ping);
  assert.ok(performance.now() - startMs >= 59);
});

test('test ensemble: a follower with a full disk ends, is wiped and comes back → it has everything', async (t) => {
  const ensemble = await start(t);
  const follower = aFollower(ensemble);
  const client = await RawClient.connect(ensemble.leader().port);
  await create(client, '/a');
  await follower.fillDisk();
  await create(client, '/b');
  assert.match((await follower.waitForEnd()) ?? '', /ENOSPC/);
  follower.wipeData();
  await follower.freeDisk();
  await follower.restart();
  await ensemble.waitForServing();
  assert.equal(await exists(follower.port, '/a'), true);
  assert.equal(await exists(follower.port, '/b'), true);
  await ensemble.digest();
});

test('test ensemble: servers as processes → one is killed, another stands still, all come back', async (t) => {
  const ensemble = await start(t, { mode: 'process', size: 5, tickTimeMs: 100 });
  const former = ensemble.leader();
  const paused = aFollower(ensemble);
  await former.kill();
  paused.pause();
  const leader = await ensemble.waitForLeader();
  await ensemble.waitForServing();
  const client = await RawClient.connect(leader.port);
  await create(client, '/x');
  await ensemble.expireSession(client.sessionId);
  await ended(client);
  paused.resume();
  await former.restart();
  await ensemble.waitForServing();
  for (const server of ensemble.servers) assert.equal(await exists(server.port, '/x'), true);
  await ensemble.digest();
});

test('test ensemble: what cannot be → refused with the reason', async (t) => {
  await assert.rejects(start(t, { size: 0 }), /size: 0; a whole number from 1 to 20/);
  await assert.rejects(start(t, { observers: 1.5 }), /observers: 1\.5; a whole number from 0/);
  await assert.rejects(start(t, { config: { syncLimit: 'x' } }), /syncLimit/);
  await assert.rejects(
    start(t, { config: { sslQuorum: true } }),
    /sslQuorum: who connects must be/,
  );
});

test('test ensemble: it does not serve in time → rejected, and everything is gone', async (t) => {
  await assert.rejects(
    start(t, { startTimeoutMs: 1 }),
    /all servers serve: not in 1 ms\. Server 1: not serving\./,
  );
});

test('test ensemble: closed, twice → no server answers', async (t) => {
  const ensemble = await start(t);
  const client = await RawClient.connect(ensemble.leader().port);
  await ensemble[Symbol.asyncDispose]();
  await ensemble.close();
  await ended(client);
  for (const { status } of ensemble.servers) assert.equal(status, 'ended');
  assert.ok(ensemble.server(1) instanceof TestServer);
});
