import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { ConfigError, StartupError, startStandaloneServer } from '../../src/server/index.ts';
import { createAsk } from '../scenario/asks.ts';
import { startEmbedded, temporaryDirectory } from './embedded-server.ts';
import { SocketClient } from './socket-client.ts';

test('embedded: started, stopped and started again → the data are there, on another free port', async (t) => {
  const dataDir = temporaryDirectory(t);
  const first = await startEmbedded(t, { dataDir });
  const before = await SocketClient.connect(first.port);
  assert.equal((await before.call(createAsk('/x'))).err, 0);
  await first.stop();
  await first.stop();
  await before.ended();
  const second = await startEmbedded(t, { dataDir });
  const after = await SocketClient.connect(second.port);
  assert.equal((await after.call({ kind: 'exists', path: '/x', watch: false })).err, 0);
  after.close();
});

test('embedded: two servers in one process → do not see each other', async (t) => {
  const servers = [await startEmbedded(t), await startEmbedded(t)];
  const clients = await Promise.all(servers.map(({ port }) => SocketClient.connect(port)));
  assert.equal((await clients[0]?.call(createAsk('/x')))?.err, 0);
  const other = await clients[1]?.call({ kind: 'exists', path: '/x', watch: false });
  assert.equal(other?.err, -101);
  for (const client of clients) client.close();
});

test('embedded: keys of zoo.cfg → count as in a file; a wrong value is a ConfigError that names it', async (t) => {
  const config = { tickTime: 500, minSessionTimeout: 1000, maxSessionTimeout: 3000 };
  const server = await startEmbedded(t, { config });
  const client = await SocketClient.open(server.port);
  assert.equal((await client.handshake()).timeOut, 3000);
  client.close();
  await assert.rejects(
    startStandaloneServer({ dataDir: temporaryDirectory(t), config: { tickTime: 'fast' } }),
    (error) => error instanceof ConfigError && /tickTime.*fast/.test(error.message),
  );
});

test('embedded: a data directory with odd characters in its name → used as it is named', async (t) => {
  const dataDir = join(temporaryDirectory(t), 'größe = #1 \\ a:b');
  const server = await startEmbedded(t, { dataDir });
  const client = await SocketClient.connect(server.port);
  client.close();
  await server.stop();
  await startEmbedded(t, { dataDir });
});

test('embedded: a port that is taken → StartupError, and everything is let go', async (t) => {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  t.after(() => taken.close());
  const address = taken.address();
  assert.ok(typeof address === 'object' && address !== null);
  const dataDir = temporaryDirectory(t);
  const start = startStandaloneServer({ dataDir, clientPort: address.port });
  await assert.rejects(start, StartupError);
  await startEmbedded(t, { dataDir });
});

test('embedded: a data directory that is a file → StartupError', async (t) => {
  const dataDir = join(temporaryDirectory(t), 'file');
  writeFileSync(dataDir, 'x');
  await assert.rejects(startStandaloneServer({ dataDir }), StartupError);
});

test('embedded: a configuration of an ensemble → ConfigError', async (t) => {
  const dataDir = temporaryDirectory(t);
  writeFileSync(join(dataDir, 'myid'), '1\n');
  const servers = { 'server.1': '127.0.0.1:1:2', 'server.2': '127.0.0.1:3:4' };
  const config = { ...servers, initLimit: 5, syncLimit: 2 };
  await assert.rejects(startStandaloneServer({ dataDir, config }), ConfigError);
});

test('embedded: the disk fails → told once, nothing is acknowledged, and it can still be stopped', async (t) => {
  const dataDir = temporaryDirectory(t);
  const reasons: string[] = [];
  let onTold = () => {};
  const told = new Promise<void>((resolve) => {
    onTold = resolve;
  });
  const server = await startEmbedded(t, {
    dataDir,
    onFatal(reason) {
      reasons.push(reason);
      onTold();
    },
  });
  rmSync(dataDir, { recursive: true, maxRetries: 5 });
  const client = await SocketClient.open(server.port);
  // A session would be the first txn of the log, whose file cannot be made any more.
  const answer = assert.rejects(client.handshake(), /has ended the connection/);
  await told;
  await server.stop();
  await answer;
  assert.equal(reasons.length, 1);
  assert.match(reasons[0] ?? '', /ENOENT/);
});
