import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import {
  type RunningServer,
  type ServerOptions,
  type ServingChange,
  StartupError,
  startServer,
} from '../../src/server/index.ts';
import { createAsk } from '../scenario/asks.ts';
import { cleanUp, temporaryDirectory } from './embedded-server.ts';
import { findFreePorts } from './quorum/election-ports.ts';
import { SocketClient } from './socket-client.ts';

const PORTS = { client: 0, quorum: 0, election: 0 };

async function start(
  t: TestContext,
  folder: string,
  options: Partial<ServerOptions> & { readonly lines?: string } = {},
): Promise<RunningServer> {
  const { lines = '', ...rest } = options;
  const configFile = join(folder, 'zoo.cfg');
  const dataDir = join(folder, 'data');
  mkdirSync(dataDir, { recursive: true });
  writeFileSync(
    configFile,
    `dataDir=${dataDir}\ntickTime=200\nclientPort=2181\nclientPortAddress=127.0.0.1\n${lines}`,
  );
  const server = await startServer({ configFile, listenPorts: PORTS, ...rest });
  cleanUp(t, () => server.kill());
  return server;
}

function openFiles(folder: string): string[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc/self/fd').flatMap((name) => {
    try {
      const path = readlinkSync(`/proc/self/fd/${name}`);
      return path.startsWith(folder) ? [path] : [];
    } catch {
      return [];
    }
  });
}

const existsAsk = { kind: 'exists', path: '/x', watch: false } as const;

test('embedded: killed and started again → what was acknowledged is there, no file is open between', async (t) => {
  const folder = temporaryDirectory(t);
  const first = await start(t, folder);
  const client = await SocketClient.connect(first.ports.client);
  assert.equal((await client.call(createAsk('/x'))).err, 0);
  // One more is under way.
  client.send(createAsk('/y'));
  await first.kill();
  await client.ended();
  assert.equal(first.mode, null);
  assert.deepEqual(openFiles(folder), []);
  const second = await start(t, folder);
  const after = await SocketClient.connect(second.ports.client);
  assert.equal((await after.call(existsAsk)).err, 0);
  await second.stop();
  assert.deepEqual(openFiles(folder), []);
});

test('embedded: paused → no write is answered and no session expires until it is resumed', async (t) => {
  const server = await start(t, temporaryDirectory(t));
  const client = await SocketClient.connect(server.ports.client);
  const { zxid } = server.applied;
  server.pause();
  client.send(createAsk('/x'));
  client.send({ kind: 'ping' });
  const applied = server.waitUntilApplied(zxid + 1);
  const isApplied = await Promise.race([applied.then(() => true), endOfTurns(50)]);
  assert.equal(isApplied, false);
  server.resume();
  await applied;
  assert.equal((await client.reply()).err, 0);
  server.pause();
  await server.stop();
});

/** Resolves with false after so many turns of the event loop. */
async function endOfTurns(count: number): Promise<boolean> {
  for (let turn = 0; turn < count; turn++) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  return false;
}

test('embedded: a session is expired → its connection ends, and it cannot be taken up', async (t) => {
  const server = await start(t, temporaryDirectory(t));
  const client = await SocketClient.open(server.ports.client);
  const { sessionId } = await client.handshake();
  assert.equal(await server.expireSession(1n), false);
  const { zxid } = server.applied;
  assert.equal(await server.expireSession(sessionId), true);
  assert.equal(server.applied.zxid, zxid + 1);
  await client.ended();
  assert.equal(await server.expireSession(sessionId), false);
});

test('embedded: a disk of its own that fails → told once, and it can be killed', async (t) => {
  const reasons: string[] = [];
  const folder = temporaryDirectory(t);
  let told: () => void = () => {};
  const fatal = new Promise<void>((resolve) => {
    told = resolve;
  });
  let isFull = false;
  const server = await start(t, folder, {
    createDisk: (_paths, onDone) => ({
      start(ops) {
        for (const { id } of ops) {
          setImmediate(() => {
            if (isFull) onDone({ id, ok: false, code: 'ENOSPC', message: 'ENOSPC: full' });
            else onDone({ id, ok: true, files: [] });
          });
        }
      },
      close: () => Promise.resolve(),
    }),
    onFatal(reason) {
      reasons.push(reason);
      told();
    },
  });
  const client = await SocketClient.open(server.ports.client);
  isFull = true;
  const refused = assert.rejects(client.handshake(), /has ended the connection/);
  await fatal;
  await server.kill();
  await refused;
  assert.equal(reasons.length, 1);
  assert.match(reasons[0] ?? '', /ENOSPC/);
  assert.deepEqual(readdirSync(join(folder, 'data', 'version-2')), []);
});

test('embedded: system properties with odd characters → count as they are', async (t) => {
  const server = await start(t, temporaryDirectory(t), {
    systemProperties: { 'jute.maxbuffer': 2000, 'zookeeper.some key': 'it\'s "odd" $HOME\\' },
  });
  const client = await SocketClient.connect(server.ports.client);
  const big = createAsk('/big', { data: new Uint8Array(3000) });
  await assert.rejects(client.call(big), /has ended the connection/);
});

test('embedded: a member behind other ports → it leads itself, and can be paused and killed', async (t) => {
  const [quorum = 0, election = 0] = await findFreePorts(2);
  const folder = temporaryDirectory(t);
  mkdirSync(join(folder, 'data'));
  writeFileSync(join(folder, 'data', 'myid'), '1\n');
  const changes: ServingChange[] = [];
  let onServing = () => {};
  const serving = new Promise<void>((resolve) => {
    onServing = resolve;
  });
  const server = await start(t, folder, {
    lines: `initLimit=10\nsyncLimit=5\nstandaloneEnabled=false
server.1=127.0.0.1:${quorum}:${election}:participant\n`,
    onServing(change) {
      changes.push(change);
      if (change.mode !== null) onServing();
    },
  });
  await serving;
  assert.equal(server.mode, 'leader');
  assert.deepEqual(changes.at(-1), { mode: 'leader', epoch: 1 });
  const { ports } = server;
  assert.equal(new Set([...Object.values(ports), quorum, election]).size, 5);
  const client = await SocketClient.connect(ports.client);
  assert.equal((await client.call(createAsk('/x'))).err, 0);
  const { zxid, digest } = server.applied;
  await server.waitUntilApplied(zxid);
  assert.ok(digest !== 0n);
  server.pause();
  server.resume();
  assert.equal((await client.call(existsAsk)).err, 0);
  await server.kill();
  await assert.rejects(server.waitUntilApplied(zxid + 1), /has ended/);
  assert.deepEqual(openFiles(folder), []);
});

test('embedded: a port that is taken → StartupError, and no file stays open', async (t) => {
  const folder = temporaryDirectory(t);
  const other = await start(t, temporaryDirectory(t));
  const listenPorts = { ...PORTS, client: other.ports.client };
  await assert.rejects(start(t, folder, { listenPorts }), StartupError);
  assert.deepEqual(openFiles(folder), []);
});
