import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { readServerConfig } from '../../src/server/config/read-server-config.ts';
import type { Logger } from '../../src/server/logging/logger.ts';
import { makeLogger, silentLogger } from '../../src/server/logging/logger.ts';
import { StandaloneShell } from '../../src/server/standalone-shell.ts';
import { createAsk } from '../scenario/asks.ts';
import { cleanUp, temporaryDirectory } from './embedded-server.ts';
import { SocketClient } from './socket-client.ts';

interface ShellFacts {
  readonly dataDir: string;
  readonly lines?: string;
  readonly flags?: string;
  readonly logger?: Logger;
}

async function startShell(t: TestContext, facts: ShellFacts): Promise<StandaloneShell> {
  const text = `dataDir=${facts.dataDir}\nclientPort=1\nclientPortAddress=127.0.0.1\n${facts.lines ?? ''}`;
  const { config } = readServerConfig({
    args: ['zoo.cfg'],
    env: { SERVER_JVMFLAGS: facts.flags ?? '' },
    readFile(path) {
      if (path === 'zoo.cfg') return Buffer.from(text);
      throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
    },
  });
  const shell = new StandaloneShell({
    config: { ...config, clientPort: 0 },
    logger: facts.logger ?? silentLogger,
    onFatal: (reason) => assert.fail(reason),
  });
  let isStopped = false;
  const stop = shell.stop.bind(shell);
  shell.stop = async () => {
    if (isStopped) return;
    isStopped = true;
    await stop();
  };
  await shell.start();
  cleanUp(t, () => shell.stop());
  return shell;
}

test('shell: a stop → a client that waits has its reply or not, but what it was told is kept', async (t) => {
  const dataDir = temporaryDirectory(t);
  const shell = await startShell(t, { dataDir });
  const client = await SocketClient.connect(shell.port);
  for (let i = 0; i < 20; i++) assert.equal((await client.call(createAsk(`/x${i}`))).err, 0);
  await shell.stop();
  await client.ended();
  const again = await startShell(t, { dataDir });
  for (let i = 0; i < 20; i++) {
    assert.ok(again.server.database.tree.findPath(`/x${i}`) > 0, `/x${i}`);
  }
});

test('shell: a silent client → its session expires by the timer, and its ephemerals go', async (t) => {
  const shell = await startShell(t, {
    dataDir: temporaryDirectory(t),
    lines: 'tickTime=100\nminSessionTimeout=200\nmaxSessionTimeout=300\n',
  });
  const silent = await SocketClient.connect(shell.port);
  await silent.call(createAsk('/e', { flags: 1 }));
  await silent.ended();
  assert.equal(shell.server.database.tree.findPath('/e'), 0);
  assert.equal(shell.server.sessions.size, 0);
});

test('shell: connected without a session for too long → the end', async (t) => {
  const shell = await startShell(t, {
    dataDir: temporaryDirectory(t),
    lines: 'tickTime=100\n',
    flags: '-Dzookeeper.nio.sessionlessCnxnTimeout=150',
  });
  const client = await SocketClient.open(shell.port);
  await client.ended();
  assert.equal(shell.server.processor.connections.size, 0);
});

test('shell: what happens to the data → is told to the log', async (t) => {
  const dataDir = temporaryDirectory(t);
  const messages: string[] = [];
  let onDone = () => {};
  const done = new Promise<void>((resolve) => {
    onDone = resolve;
  });
  const logger = makeLogger('info', (_level, message) => {
    messages.push(message);
    if (message === 'snapshot done') onDone();
  });
  const shell = await startShell(t, { dataDir, logger });
  await done;
  await shell.stop();
  assert.deepEqual(messages, ['data loaded', 'snapshot started', 'snapshot done']);
  const files = readdirSync(join(dataDir, 'version-2'));
  assert.ok(files.includes('snapshot.0'), files.join(' '));
});

test('shell: a separate dataLogDir → the logs are there and the snapshots are not', async (t) => {
  const dataDir = temporaryDirectory(t);
  const logDir = temporaryDirectory(t);
  const shell = await startShell(t, { dataDir, lines: `dataLogDir=${logDir}\n` });
  const client = await SocketClient.connect(shell.port);
  await client.call(createAsk('/x'));
  client.close();
  await shell.stop();
  const isLog = (name: string) => name.startsWith('log.');
  assert.deepEqual(readdirSync(join(dataDir, 'version-2')).filter(isLog), []);
  assert.equal(readdirSync(join(logDir, 'version-2')).filter(isLog).length, 1);
});
