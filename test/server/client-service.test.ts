/** The client port of a server that serves at some times and at others does not. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { ClientService } from '../../src/server/client-service.ts';
import { readClocks } from '../../src/server/clocks.ts';
import { ConnectionGuard } from '../../src/server/connection-guard.ts';
import { StartupError } from '../../src/server/exit-code.ts';
import { silentLogger } from '../../src/server/logging/logger.ts';
import { encodeConnect } from '../../src/sim/clients/client-request.ts';
import { cleanUp } from './embedded-server.ts';
import { ToggledServer } from './toggled-server.ts';

const CONNECT = encodeConnect({
  protocolVersion: 0,
  lastZxidSeen: 0,
  timeOut: 10_000,
  sessionId: 0n,
  passwd: new Uint8Array(16),
  readOnly: false,
});

async function startService(t: TestContext, lines = '') {
  const server = await ToggledServer.start(
    t,
    `clientPortAddress=127.0.0.1\n4lw.commands.whitelist=*\n${lines}`,
  );
  const config = { ...server.config, clientPort: 0 };
  const guard = new ConnectionGuard(config);
  const service = new ClientService({
    config,
    logger: silentLogger,
    server,
    guard,
    enter: () => server.setNow(readClocks()),
    leave: () => service.flush(),
  });
  await service.listen();
  cleanUp(t, () => service.close());
  return { server, service, guard };
}

async function open(t: TestContext, port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  cleanUp(t, () => void socket.destroy());
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket;
}

async function readAll(socket: Socket): Promise<string> {
  const chunks: Buffer[] = [];
  socket.on('data', (chunk) => chunks.push(chunk));
  await new Promise((resolve) => socket.once('close', resolve));
  return Buffer.concat(chunks).toString();
}

async function ask(t: TestContext, port: number, word: string): Promise<string> {
  const socket = await open(t, port);
  socket.write(word);
  return readAll(socket);
}

const NOT_SERVING = 'This ZooKeeper instance is not currently serving requests\n';

test('service: nobody is served → words are answered as Java does, clients are cut off', async (t) => {
  const { server, service, guard } = await startService(t);
  server.isServing = false;
  const { port } = service;
  assert.equal(await ask(t, port, 'ruok'), 'imok');
  assert.equal(await ask(t, port, 'isro'), 'null');
  assert.equal(await ask(t, port, 'gtmk'), '306');
  for (const word of ['srvr', 'stat', 'mntr', 'conf', 'cons', 'dump', 'wchs', 'dirs', 'srst']) {
    assert.equal(await ask(t, port, word), NOT_SERVING, word);
  }
  assert.equal(await ask(t, port, 'hash'), NOT_SERVING.trimEnd());
  const client = await open(t, port);
  client.write(CONNECT);
  assert.equal(await readAll(client), '');
  assert.equal(guard.closedWithoutServer, 1);
});

test('service: serving begins and ends while somebody is connected → what counts is when it speaks', async (t) => {
  const { server, service } = await startService(t);
  server.isServing = false;
  const early = await open(t, service.port);
  const word = await open(t, service.port);
  word.write('ru');
  // Answered by the same loop after the two were accepted.
  await ask(t, service.port, 'ruok');
  server.isServing = true;
  word.write('ok');
  assert.equal(await readAll(word), 'imok');
  early.write(CONNECT.subarray(0, 10));
  await ask(t, service.port, 'ruok');
  const [connection, ...others] = server.processor?.connections ?? [];
  assert.ok(connection?.frames.isMidFrame);
  assert.equal(others.length, 0);
  server.processor?.close(connection, 'the role has ended');
  server.isServing = false;
  service.flush();
  assert.equal(await readAll(early), '');
});

test('service: connected without a session for too long → cut off, whether served or not', async (t) => {
  const { server, service, guard } = await startService(t, 'nio.sessionlessCnxnTimeout=1\n');
  const served = await open(t, service.port);
  await ask(t, service.port, 'ruok');
  server.isServing = false;
  const unserved = await open(t, service.port);
  await ask(t, service.port, 'ruok');
  const ended = [readAll(served), readAll(unserved)];
  let isOver = false;
  void Promise.all(ended).then(() => {
    isOver = true;
  });
  server.isServing = true;
  while (!isOver) {
    service.tick();
    service.flush();
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
  assert.equal(guard.sessionlessConnectionsExpired, 2);
});

test('service: the client port is taken → StartupError that names it', async (t) => {
  const { server, service, guard } = await startService(t);
  const second = new ClientService({
    config: { ...server.config, clientPort: service.port },
    logger: silentLogger,
    server,
    guard,
    enter: () => {},
    leave: () => {},
  });
  t.after(() => second.close());
  await assert.rejects(second.listen(), (error) => {
    assert.ok(error instanceof StartupError);
    assert.match(error.message, /^cannot listen on 127\.0\.0\.1:\d+: .*EADDRINUSE/);
    return true;
  });
});

test('service: clients are to connect elsewhere → there, who is connected stays', async (t) => {
  const { service } = await startService(t);
  const { port } = service;
  const connected = await open(t, port);
  const from = { host: '127.0.0.1', port };
  await service.move({ host: '127.0.0.5', port }, from);
  const elsewhere = connect({ port, host: '127.0.0.5' });
  await once(elsewhere, 'connect');
  elsewhere.destroy();
  const [error] = await once(connect({ port, host: '127.0.0.1' }), 'error');
  assert.equal(error.code, 'ECONNREFUSED');
  connected.write('ruok');
  assert.equal(await readAll(connected), 'imok');
});

test('service: clients are to connect where nobody can listen → as before', async (t) => {
  const { service } = await startService(t);
  const { port } = service;
  await service.move({ host: '192.0.2.7', port }, { host: '127.0.0.1', port });
  assert.equal(await ask(t, port, 'ruok'), 'imok');
});
