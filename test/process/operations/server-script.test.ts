/** bin/zkServer.sh and bin/zkServer-initialize.sh with the real server: how it starts, and how not. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { findFreePort } from '../../free-ports.ts';
import { type CommandEnd, runCommand } from '../../run-program.ts';
import { SocketClient } from '../../server/socket-client.ts';
import { makeDataDir, missingServer } from '../server-process.ts';
import { zooid } from './init-ensemble.ts';

const BIN = fileURLToPath(new URL('../../../bin', import.meta.url));

class Installation {
  readonly directory: string;
  readonly config: string;
  readonly data: string;
  readonly port: number;

  constructor(t: TestContext, port: number) {
    // Before the folder goes, where the script finds what to stop.
    t.after(() => this.server('stop'));
    this.directory = makeDataDir(t);
    this.config = join(this.directory, 'zoo.cfg');
    this.data = join(this.directory, 'data');
    this.port = port;
    this.configure({});
  }

  static async create(t: TestContext): Promise<Installation> {
    return new Installation(t, await findFreePort());
  }

  get pidFile(): string {
    return join(this.data, 'zookeeper_server.pid');
  }

  configure(more: Readonly<Record<string, string>>): void {
    const keys = {
      dataDir: this.data,
      clientPort: String(this.port),
      clientPortAddress: '127.0.0.1',
      'admin.enableServer': 'false',
      ...more,
    };
    const lines = Object.entries(keys).map(([key, value]) => `${key}=${value}\n`);
    writeFileSync(this.config, lines.join(''));
  }

  server(command: string, env: Record<string, string> = {}): Promise<CommandEnd> {
    const words = [join(BIN, 'zkServer.sh'), command, this.config];
    const logs = { ZOO_LOG_DIR: join(this.directory, 'logs') };
    return runCommand(words, { env: { ...process.env, ...logs, ...env } });
  }
}

test('zkServer.sh start: STARTED → a client is served at once, out of the terminal’s session', async (t) => {
  const missing = missingServer();
  if (missing !== undefined) return t.skip(missing);
  const installed = await Installation.create(t);
  const started = await installed.server('start');
  assert.equal(started.stdout, 'Starting zookeeper ... STARTED\n', started.stderr);
  const client = await SocketClient.connect(installed.port);
  client.socket.destroy();
  const pid = readFileSync(installed.pidFile, 'utf8');
  if (process.platform === 'linux') {
    // Behind the name in brackets: state, parent, group, session.
    const session = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[3];
    assert.equal(session, pid);
  }
  const again = await installed.server('start');
  assert.deepEqual(
    [again.code, again.stdout],
    [1, `Starting zookeeper ... already running as process ${pid}.\n`],
  );
  assert.match((await installed.server('status')).stdout, /^Mode: standalone$/m);
  const stopped = await installed.server('stop');
  assert.deepEqual([stopped.code, stopped.stdout], [0, 'Stopping zookeeper ... STOPPED\n']);
  await assert.rejects(SocketClient.open(installed.port), { code: 'ECONNREFUSED' });
});

test('zkServer.sh start: the server cannot start → its own sentence, exit 1, no pid file', async (t) => {
  const missing = missingServer();
  if (missing !== undefined) return t.skip(missing);
  const installed = await Installation.create(t);
  const other = createServer().listen(installed.port, '127.0.0.1');
  t.after(() => other.close());
  const refusals: readonly [Record<string, string>, RegExp][] = [
    [{}, new RegExp(`cannot listen on 127\\.0\\.0\\.1:${installed.port}: .*in use`)],
    [{ tickTime: 'soon' }, /zoo\.cfg:5: tickTime=soon is refused; allowed: /],
  ];
  for (const [keys, sentence] of refusals) {
    installed.configure(keys);
    const { code, stdout, stderr } = await installed.server('start');
    assert.deepEqual([code, stdout], [1, 'Starting zookeeper ... FAILED TO START\n']);
    assert.match(stderr, sentence);
    assert.equal(existsSync(installed.pidFile), false);
  }
});

test('zkServer.sh start: files that cannot be had → said before anything is started', async (t) => {
  const missing = missingServer();
  if (missing !== undefined) return t.skip(missing);
  const installed = await Installation.create(t);
  const file = join(installed.directory, 'file');
  writeFileSync(file, '');
  const noLog = await installed.server('start', { ZOO_LOG_DIR: join(file, 'logs') });
  assert.match(noLog.stdout, /FAILED TO START\n$/);
  assert.match(noLog.stderr, /file\/logs\/zookeeper-.*\.out cannot be written\.$/m);
  installed.configure({ dataDir: join(file, 'data') });
  const noData = await installed.server('start');
  assert.deepEqual(
    [noData.code, noData.stdout],
    [1, 'Starting zookeeper ... FAILED TO WRITE PID\n'],
  );
  const words = [join(BIN, 'zkServer.sh'), 'start', join(installed.directory, 'none.cfg')];
  const env = { ...process.env, ZOO_LOG_DIR: installed.directory };
  const noConfig = await runCommand(words, { env });
  assert.match(noConfig.stderr, /none\.cfg cannot be read\.$/m);
  assert.equal(noConfig.code, 1);
});

test('zkServer.sh: the pid file names another program → start starts, stop lets it live', async (t) => {
  const missing = missingServer();
  if (missing !== undefined) return t.skip(missing);
  const installed = await Installation.create(t);
  const other = spawn('sleep', ['600'], { stdio: 'ignore' });
  t.after(() => other.kill('SIGKILL'));
  mkdirSync(installed.data);
  writeFileSync(installed.pidFile, String(other.pid));
  assert.match((await installed.server('stop')).stdout, /STOPPED\n$/);
  assert.equal(existsSync(installed.pidFile), false);
  writeFileSync(installed.pidFile, String(other.pid));
  assert.match((await installed.server('start')).stdout, /STARTED\n$/);
  assert.notEqual(readFileSync(installed.pidFile, 'utf8'), String(other.pid));
  assert.equal(other.exitCode ?? other.signalCode, null);
});

test('zkServer-initialize.sh: a server that must not begin by itself → begins after it, once', async (t) => {
  const missing = missingServer();
  if (missing !== undefined) return t.skip(missing);
  const installed = await Installation.create(t);
  const log = join(installed.directory, 'log');
  installed.configure({ dataLogDir: log, 'db.autocreate': 'false' });
  const env = { ZOO_DATADIR_AUTOCREATE_DISABLE: '1' };
  const early = await installed.server('start', env);
  assert.equal(
    early.stdout,
    `ZooKeeper data directory is missing at ${installed.data} fix the path or run initialize\n`,
  );
  assert.equal(early.code, 1);
  const initialize = [join(BIN, 'zkServer-initialize.sh'), `--configfile=${installed.config}`];
  const made = await runCommand([...initialize, '--myid=3']);
  assert.deepEqual([made.code, made.stdout], [0, 'Using myid of 3\n']);
  assert.equal(readFileSync(join(installed.data, 'myid'), 'utf8'), '3\n');
  assert.match((await installed.server('start', env)).stdout, /STARTED\n$/);
  assert.equal(existsSync(join(log, 'initialize')), false, 'it counts once');
  await installed.server('stop');
  const again = await runCommand(initialize);
  assert.equal(again.code, 1);
  assert.match(again.stdout, /^ZooKeeper data directory already exists at .* \(or use --force /);
});

test('zooid ask: the configured server, one that is named, none → its answer, or why not', async (t) => {
  const missing = missingServer();
  if (missing !== undefined) return t.skip(missing);
  const server = await Installation.create(t);
  const ask = (...words: string[]) => zooid('ask', ...words, '--config', server.config);
  const silent = await ask('srvr');
  assert.deepEqual([silent.code, silent.stdout], [1, '']);
  assert.equal(silent.stderr, `127.0.0.1:${server.port} does not answer srvr (ECONNREFUSED).\n`);
  await server.server('start');
  assert.match((await ask('srvr')).stdout, /^Mode: standalone$/m);
  const named = await zooid('ask', 'ruok', `127.0.0.1:${server.port}`);
  assert.match(named.stdout, /^ruok is not executed because it is not in the whitelist\.\n$/);
  assert.equal(named.code, 1);
  for (const words of [['five5'], ['srvr', 'nowhere'], ['srvr', 'a:99999'], ['srvr', '--x']]) {
    const { code, stdout } = await ask(...words);
    assert.deepEqual([code, stdout], [2, ''], words.join(' '));
  }
  server.configure({ clientPort: 'soon' });
  assert.match((await ask('srvr')).stderr, /clientPort=soon is refused/);
});
