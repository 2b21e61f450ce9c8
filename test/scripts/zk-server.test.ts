/** bin/zkServer.sh and the launchers, with a stand-in for the server. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Answers any word as srvr, and writes the port it got into its configuration, or as it is told. */
const STAND_IN = `
import { appendFileSync, closeSync, writeSync } from 'node:fs';
import { createServer } from 'node:net';
if (process.env.STAND_IN === 'print') {
  const { UV_THREADPOOL_SIZE, JVMFLAGS } = process.env;
  console.log(JSON.stringify([process.execArgv, process.argv.slice(2), UV_THREADPOOL_SIZE, JVMFLAGS]));
  process.exit(7);
}
const server = createServer((socket) => socket.once('data', () => socket.end('a\\nMode: ' + (process.env.STAND_IN_MODE ?? 'standalone') + '\\n')));
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address();
  const { STAND_IN_FILE: file, STAND_IN_LINES: lines } = process.env;
  const usual = 'clientPort=PORT\\nclientPortAddress=127.0.0.1\\n';
  appendFileSync(file ?? process.argv[2], (lines ?? usual).replace('PORT', port));
  if (process.env.STAND_IN !== 'slow') {
    writeSync(3, '\\n');
    closeSync(3);
  }
});
process.on('SIGTERM', () => process.exit(0));
setTimeout(() => process.exit(9), 60_000);
`;

function install(t: TestContext): string {
  const home = mkdtempSync(join(tmpdir(), 'zooid-script-'));
  t.after(() => rmSync(home, { recursive: true }));
  cpSync(join(ROOT, 'bin'), join(home, 'bin'), { recursive: true });
  cpSync(join(ROOT, 'package.json'), join(home, 'package.json'));
  mkdirSync(join(home, 'dist/server'), { recursive: true });
  mkdirSync(join(home, 'conf'));
  writeFileSync(join(home, 'dist/server/main.js'), STAND_IN);
  writeFileSync(join(home, 'conf/zoo.cfg'), `dataDir=${home}/data\n`);
  return home;
}

function run(home: string, words: readonly string[], env: Record<string, string> = {}) {
  const [program = '', ...args] = words;
  const options = { cwd: home, encoding: 'utf8', env: { ...process.env, ...env } } as const;
  return spawnSync(program, args, options);
}

test('zkServer.sh: start, status, stop → the words of ZooKeeper', (t) => {
  const home = install(t);
  const script = join(home, 'bin/zkServer.sh');
  const pidFile = join(home, 'data/zookeeper_server.pid');
  try {
    const started = run(home, [script, 'start']);
    assert.equal(started.stdout, 'Starting zookeeper ... STARTED\n', started.stderr);
    assert.match(started.stderr, /^Using config: .*\/conf\/zoo\.cfg$/m);
    const again = run(home, [script, 'start']);
    assert.match(again.stdout, /already running as process \d+\.\n$/);
    assert.equal(again.status, 1);
    const status = run(home, [script, 'status']);
    assert.match(status.stdout, /^Client port found: \d+\. Client address: 127\.0\.0\.1\. /);
    assert.match(status.stdout, /^Mode: standalone$/m);
    assert.equal(status.status, 0);
  } finally {
    const stopped = run(home, [script, 'stop']);
    assert.equal(stopped.stdout, 'Stopping zookeeper ... STOPPED\n');
  }
  assert.equal(existsSync(pidFile), false);
  const gone = run(home, [script, 'status']);
  assert.match(gone.stdout, /Error contacting service\. It is probably not running\.\n$/);
  assert.equal(gone.status, 1);
  const nothing = run(home, [script, 'stop']);
  assert.match(nothing.stdout, /no zookeeper to stop \(could not find file .*\.pid\)\n$/);
  assert.equal(nothing.status, 0);
});

test('zkServer.sh: four files on one host → each its process, pid file and output', (t) => {
  const home = install(t);
  const script = join(home, 'bin/zkServer.sh');
  const names = ['zoo1.cfg', 'zoo2.cfg', 'zoo3.cfg', 'zoo4.cfg'];
  const modes = ['follower', 'leader', 'follower', 'observer'];
  for (const [at, name] of names.entries()) {
    writeFileSync(join(home, 'conf', name), `dataDir=${home}/data${at + 1}\n`);
  }
  const pidOf = (at: number) =>
    readFileSync(join(home, `data${at + 1}/zookeeper_server.pid`), 'utf8');
  try {
    for (const [at, name] of names.entries()) {
      const started = run(home, [script, 'start', name], { STAND_IN_MODE: modes[at] ?? '' });
      assert.match(started.stdout, /STARTED\n$/);
    }
    assert.equal(new Set(names.map((_, at) => pidOf(at))).size, 4);
    const outputs = readdirSync(join(home, 'logs'));
    assert.equal(outputs.length, 4, outputs.join(' '));
    const before = pidOf(1);
    const again = run(home, [script, 'restart', 'zoo2.cfg'], { STAND_IN_MODE: 'follower' });
    assert.match(again.stdout, /STOPPED\nStarting zookeeper \.\.\. STARTED\n$/);
    assert.notEqual(pidOf(1), before);
    for (const [at, name] of names.entries()) {
      const status = run(home, [script, 'status', name]);
      const mode = at === 1 ? 'follower' : modes[at];
      assert.match(status.stdout, new RegExp(`^Mode: ${mode}$`, 'm'));
      assert.equal(status.status, 0);
    }
  } finally {
    for (const name of names) assert.match(run(home, [script, 'stop', name]).stdout, /STOPPED\n$/);
  }
});

test('zkServer.sh: the client port stands in the server’s own line → status finds it', (t) => {
  const home = install(t);
  const script = join(home, 'bin/zkServer.sh');
  mkdirSync(join(home, 'data'));
  writeFileSync(join(home, 'data/myid'), '2\n');
  const config = join(home, 'conf/zoo.cfg');
  const dynamic = join(home, 'conf/zoo.cfg.dynamic');
  const other = 'server.1=127.0.0.1:1:2;1\n';
  const forms = [
    { file: config, lines: `${other}server.2=127.0.0.1:3:4;127.0.0.1:PORT\n` },
    { file: config, lines: `server.2=127.0.0.1:3:4:participant;PORT;1\n${other}` },
    { file: dynamic, lines: `${other}server.2 = 127.0.0.1:3:4:observer;127.0.0.1:PORT\n` },
  ];
  for (const { file, lines } of forms) {
    const isDynamic = file === dynamic;
    const pointer = isDynamic ? `dynamicConfigFile=${dynamic}\n` : '';
    writeFileSync(config, `dataDir=${home}/data\n${pointer}`);
    const env = { STAND_IN_FILE: file, STAND_IN_LINES: lines, STAND_IN_MODE: 'leader' };
    try {
      assert.match(run(home, [script, 'start'], env).stdout, /STARTED\n$/);
      const status = run(home, [script, 'status']);
      assert.equal(/^Client port not found in static config file\./.test(status.stdout), isDynamic);
      assert.match(status.stdout, /^Client port found: \d+\. Client address: /m);
      assert.match(status.stdout, /^Mode: leader$/m, lines);
    } finally {
      run(home, [script, 'stop']);
    }
  }
});

test('zkServer.sh: a start that takes longer than is waited for → STARTED, and a note', (t) => {
  const home = install(t);
  const script = join(home, 'bin/zkServer.sh');
  try {
    const started = run(home, [script, 'start'], { STAND_IN: 'slow', ZOOID_START_TIMEOUT: '1' });
    assert.equal(started.stdout, 'Starting zookeeper ... STARTED\n');
    assert.match(started.stderr, /^It does not serve yet; see .*\/logs\/zookeeper-.*\.out$/m);
    assert.match(run(home, [script, 'start']).stdout, /already running as process \d+\.\n$/);
  } finally {
    assert.match(run(home, [script, 'stop']).stdout, /STOPPED\n$/);
  }
});

test('zkServer.sh: status without a port to ask → where it looked, in ZooKeeper’s words, exit 1', (t) => {
  const home = install(t);
  const status = () => run(home, [join(home, 'bin/zkServer.sh'), 'status']);
  const noMyid = status();
  assert.equal(
    noMyid.stdout,
    `myid could not be determined, will not able to locate clientPort in the server configs.
Client port not found. Looking for secureClientPort in the static config.
Unable to find either secure or unsecure client port in any configs. Terminating.
`,
  );
  assert.equal(noMyid.status, 1);
  mkdirSync(join(home, 'data'));
  writeFileSync(join(home, 'data/myid'), '1\n');
  assert.equal(
    status().stdout,
    `Client port not found in static config file. Looking in dynamic config file.
Client port not found in the server configs
Client port not found. Looking for secureClientPort in the static config.
Unable to find either secure or unsecure client port in any configs. Terminating.
`,
  );
});

test('zkServer.sh: start-foreground → node with the flags, the named file, its exit code', (t) => {
  const home = install(t);
  const script = join(home, 'bin/zkServer.sh');
  const env = { STAND_IN: 'print', ZK_SERVER_HEAP: '512', UV_THREADPOOL_SIZE: '3' };
  const bare = run(
    home,
    [script, '--config', join(home, 'conf'), 'start-foreground', 'x.cfg'],
    env,
  );
  assert.equal(bare.status, 7, bare.stderr);
  const [flags, args, threads] = JSON.parse(bare.stdout);
  assert.ok(flags.includes('--max-old-space-size=512'));
  assert.deepEqual(args, [join(home, 'conf/x.cfg')]);
  assert.equal(threads, '3');
  const path = run(home, [script, 'start-foreground', './conf/zoo.cfg'], env);
  assert.deepEqual(JSON.parse(path.stdout)[1], ['./conf/zoo.cfg']);
});

test('zkServer.sh: java.env adds to variables that nobody has set → read, the server started', (t) => {
  const home = install(t);
  const lines = ['export JVMFLAGS="-Da=b $JVMFLAGS"', 'ELSEWHERE="$NOBODY_HAS_SET_IT"'];
  writeFileSync(join(home, 'conf/java.env'), lines.join('\n'));
  const script = join(home, 'bin/zkServer.sh');
  const options = { cwd: home, encoding: 'utf8' } as const;
  const env = { ...process.env, STAND_IN: 'print', JVMFLAGS: undefined };
  const result = spawnSync(script, ['start-foreground'], { ...options, env });
  assert.equal(result.status, 7, result.stderr);
  assert.equal(JSON.parse(result.stdout)[3], '-Da=b ');
});

test('zkServer-initialize.sh: a path with escapes → the one that the server reads', (t) => {
  const home = install(t);
  writeFileSync(join(home, 'conf/zoo.cfg'), String.raw`dataDir = ${home}/a\:b\\c\ d`);
  const result = run(home, [join(home, 'bin/zkServer-initialize.sh'), '--myid', '3']);
  assert.equal(result.status, 0, result.stderr);
  assert.equal(readFileSync(join(home, String.raw`a:b\c d`, 'myid'), 'utf8'), '3\n');
});

test('zkServer.sh: no or an unknown command → usage, exit 1', (t) => {
  const home = install(t);
  for (const words of [[], ['dance']]) {
    const result = run(home, [join(home, 'bin/zkServer.sh'), ...words]);
    assert.match(result.stderr, /^Usage: /);
    assert.equal(result.status, 1);
  }
});

test('zooid-server: the same flags, arguments and exit code passed on', (t) => {
  const home = install(t);
  const words = [process.execPath, join(home, 'bin/zooid-server.js'), '--local', 'a b'];
  const environment: Record<string, string> = { STAND_IN: 'print' };
  const result = run(home, words, environment);
  assert.equal(result.status, 7, result.stderr);
  const [flags, args, threads] = JSON.parse(result.stdout);
  const text = readFileSync(join(home, 'bin/server-flags.txt'), 'utf8');
  const expected = text.split('\n').filter((line) => line.startsWith('-'));
  assert.ok(expected.length > 0);
  assert.deepEqual(flags, expected);
  assert.deepEqual(args, ['--local', 'a b']);
  assert.equal(threads, process.env['UV_THREADPOOL_SIZE'] ?? '8');
});

test('launchers: the server in one file → started while newer than every build', (t) => {
  const home = install(t);
  mkdirSync(join(home, 'dist/bundle'));
  mkdirSync(join(home, 'build'));
  writeFileSync(join(home, 'dist/bundle/main.js'), "console.log('bundle');\n");
  const starts = () =>
    [
      [join(home, 'bin/zkServer.sh'), 'start-foreground'],
      [process.execPath, join(home, 'bin/zooid-server.js')],
    ].map((words) => run(home, words, { STAND_IN: 'print' }).stdout.startsWith('bundle'));
  assert.deepEqual(starts(), [true, true]);
  const built = join(home, 'build/core.tsbuildinfo');
  writeFileSync(built, '');
  const later = new Date(Date.now() + 60_000);
  utimesSync(built, later, later);
  assert.deepEqual(starts(), [false, false]);
});
