/** The client against the built server as a process of its own, which is killed and paused. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { isZooKeeperError, ZooKeeper } from '../../src/client/index.ts';
import { makeDataDir, missingServer, ServerProcess } from './server-process.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

test('client: server killed under load → outcome said for each write, none lost', async (t) => {
  const missing = missingServer();
  if (missing !== undefined) return t.skip(missing);
  const dataDir = makeDataDir(t);
  const server = await ServerProcess.start({ dataDir });
  const zk = await ZooKeeper.connect(`127.0.0.1:${server.port}`, { reconnect: { baseMs: 20 } });
  t.after(() => zk.close());
  const made: string[] = [];
  const unknown: string[] = [];
  let isOver = false;
  const write = async (writer: number) => {
    for (let i = 0; !isOver; i++) {
      const path = `/${writer}-${i}`;
      try {
        await zk.create(path, 'x');
        made.push(path);
      } catch (error) {
        assert.ok(isZooKeeperError(error, 'ConnectionLoss'), String(error));
        assert.equal(error.outcome, 'unknown');
        unknown.push(path);
      }
    }
  };
  const writers = Array.from({ length: 20 }, (_, writer) => write(writer));
  while (made.length < 500) await zk.exists('/');
  const lost = new Promise<void>((resolve) => {
    zk.onState(({ state }) => state === 'disconnected' && resolve());
  });
  await server.kill();
  await lost;
  const again = await ServerProcess.start({ dataDir, port: server.port });
  t.after(() => again.kill());
  await zk.connected();
  isOver = true;
  await Promise.all(writers);
  const there = new Set((await zk.getChildren('/')).map((name) => `/${name}`));
  assert.deepEqual(
    made.filter((path) => !there.has(path)),
    [],
  );
  assert.ok(unknown.length <= 20, `${unknown.length} of unknown outcome`);
  assert.ok(
    [...there].every(
      (path) => path === '/zookeeper' || made.includes(path) || unknown.includes(path),
    ),
  );
});

test('client: server frozen → the connection is given up, and taken up when it thaws', async (t) => {
  const missing = missingServer();
  if (missing !== undefined) return t.skip(missing);
  const server = await ServerProcess.start({ dataDir: makeDataDir(t) });
  t.after(() => server.kill());
  const zk = await ZooKeeper.connect(`127.0.0.1:${server.port}`, {
    ...{ sessionTimeoutMs: 3000, connectionTimeoutMs: 500, reconnect: { baseMs: 20 } },
  });
  t.after(() => zk.close());
  const lost = new Promise<string | undefined>((resolve) => {
    zk.onState(({ state, reason }) => state === 'disconnected' && resolve(reason));
  });
  server.signal('SIGSTOP');
  await assert.rejects(zk.setData('/', 'x'), (error) => {
    return isZooKeeperError(error, 'ConnectionLoss') && error.outcome === 'unknown';
  });
  assert.match((await lost) ?? '', /nothing came from the server/);
  const back = zk.connected();
  server.signal('SIGCONT');
  await back;
  assert.ok(await zk.exists('/'));
});

test('client: closed → nothing keeps the process alive', async (t) => {
  const missing = missingServer();
  if (missing !== undefined) return t.skip(missing);
  const server = await ServerProcess.start({ dataDir: makeDataDir(t) });
  t.after(() => server.kill());
  const program = `
    import { ZooKeeper } from 'zooid';
    const zk = await ZooKeeper.connect('127.0.0.1:${server.port}');
    await zk.create('/a', 'x', { timeoutMs: 60000, signal: new AbortController().signal });
    await zk.close();
    const closedMs = performance.now();
    process.on('exit', () => process.stdout.write(String(performance.now() - closedMs)));
  `;
  const words = ['--input-type=module', '-e', program];
  const result = spawnSync(process.execPath, words, {
    cwd: ROOT,
    encoding: 'utf8',
    timeout: 20_000,
  });
  assert.equal(result.stderr, '');
  // The next timer that is left would be one of some seconds.
  assert.ok(Number(result.stdout) < 1500, `${result.stdout} ms from close to the exit`);
  assert.equal(result.signal, null);
});

test('client: program busy for longer than the server may be silent → still connected', async (t) => {
  const missing = missingServer();
  if (missing !== undefined) return t.skip(missing);
  const server = await ServerProcess.start({ dataDir: makeDataDir(t) });
  t.after(() => server.kill());
  const zk = await ZooKeeper.connect(`127.0.0.1:${server.port}`, { sessionTimeoutMs: 4500 });
  t.after(() => zk.close());
  const changes: string[] = [];
  zk.onState(({ state }) => changes.push(state));
  for (const pending of [false, true]) {
    const reading = pending ? zk.exists('/') : null;
    await new Promise((resolve) => process.nextTick(resolve));
    const endMs = performance.now() + 3200;
    while (performance.now() < endMs);
    await reading;
    await zk.exists('/');
  }
  assert.deepEqual(changes, []);
});
