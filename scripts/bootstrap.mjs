/**
 * What `npm start`, `npm test` and the other long commands call: sees to it that the
 * dependencies are installed and the sources built, then runs the command. Plain JavaScript with
 * nothing but Node's own modules, as it runs before anything is installed.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const NODE_NEEDED = [20, 19];

/** What each command runs, as a TypeScript file. `start` is the built server. */
const SCRIPTS = {
  test: 'scripts/test.ts',
  verify: 'scripts/test.ts',
  bench: 'bench/main.ts',
  sim: 'scripts/sim.ts',
  fuzz: 'scripts/fuzz.ts',
  soak: 'scripts/soak.ts',
  ensemble: 'scripts/ensemble.ts',
  learn: 'scripts/learn.ts',
  example: 'examples/frame/main.ts',
};

const [command = '', ...args] = process.argv.slice(2);
checkNode();
if (command !== 'start' && !(command in SCRIPTS)) {
  stop(`Unknown command "${command}". There are: start, ${Object.keys(SCRIPTS).join(', ')}.`);
}
installWhenNeeded();
const isBuilt = buildWhenNeeded();
if (command === 'start') {
  if (!isBuilt) stop('The build failed; the messages are above.');
  await start();
} else if ((command === 'ensemble' || command === 'example') && !isBuilt) {
  stop('The build failed; the messages are above.');
} else {
  // A failed build does not hide the tests: the runner builds again and counts it as a failure.
  runScript(SCRIPTS[command]);
}

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  const [majorNeeded, minorNeeded] = NODE_NEEDED;
  if (major > majorNeeded || (major === majorNeeded && minor >= minorNeeded)) return;
  stop(`Node ${NODE_NEEDED.join('.')} or newer is needed; this is ${process.versions.node}.`);
}

/** npm writes node_modules/.package-lock.json when an install is complete. */
function installWhenNeeded() {
  const installed = modifiedMs(join(ROOT, 'node_modules/.package-lock.json'));
  if (installed > 0 && installed >= modifiedMs(join(ROOT, 'package-lock.json'))) return;
  process.stderr.write('Installing the dependencies (npm ci) …\n');
  const isWindows = process.platform === 'win32';
  const npm = process.env['npm_execpath'];
  const [program, words] = npm ? [process.execPath, [npm, 'ci']] : ['npm', ['ci']];
  const options = { cwd: ROOT, shell: isWindows && !npm, encoding: 'utf8' };
  const result = spawnSync(program, words, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  if (result.status === 0) return;
  const output = result.error?.message ?? `${result.stdout}${result.stderr}`.trim();
  stop(`The dependencies could not be installed (npm ci failed).\n${output}`);
}

function buildWhenNeeded() {
  const stamp = join(ROOT, 'build/built');
  const sources = [join(ROOT, 'src'), join(ROOT, 'package-lock.json')];
  for (const name of readdirSync(ROOT)) {
    if (name.startsWith('tsconfig')) sources.push(join(ROOT, name));
  }
  const newest = Math.max(...sources.map(newestMs));
  const entries = ['server/main.js', 'client/index.js', 'testing/index.js'];
  const isBuilt = entries.every((entry) => existsSync(join(ROOT, 'dist', entry)));
  if (isBuilt && modifiedMs(stamp) > newest) return true;
  process.stderr.write('Building (tsc -b) …\n');
  const steps = [
    [join(ROOT, 'node_modules/typescript/bin/tsc'), '-b', 'tsconfig.build.json'],
    [join(ROOT, 'scripts/bundle.mjs')],
    [join(ROOT, 'scripts/cjs-types.mjs')],
  ];
  for (const words of steps) {
    const result = spawnSync(process.execPath, words, { cwd: ROOT, stdio: 'inherit' });
    if (result.status !== 0) return false;
  }
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, '');
  return true;
}

function newestMs(path) {
  let newest = modifiedMs(path);
  if (!statSync(path).isDirectory()) return newest;
  for (const entry of readdirSync(path)) newest = Math.max(newest, newestMs(join(path, entry)));
  return newest;
}

function modifiedMs(path) {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

async function start() {
  const { startServer } = await import('../bin/start-server.js');
  const isOwnConfig = args.some((word) => !word.startsWith('--'));
  if (!isOwnConfig) sayHowToConnect();
  startServer(isOwnConfig ? args : ['--local', ...args]);
}

function sayHowToConnect() {
  const option = args.find((word) => word.startsWith('--client-port='));
  const address = `127.0.0.1:${option?.slice('--client-port='.length) ?? '2181'}`;
  process.stderr.write(`
Zooid, a ZooKeeper server. Clients connect to ${address}, for example:
  zkCli.sh -server ${address}
  python3 -c "from kazoo.client import KazooClient as K; k = K('${address}'); k.start(); print(k.get_children('/'))"
  echo ruok | nc ${address.replace(':', ' ')}
Data is kept in ./data. A configuration of your own: npm start -- path/to/zoo.cfg. Ctrl-C stops it.

`);
}

function runScript(script) {
  if (!existsSync(join(ROOT, script))) stop(`npm run ${command}: ${script} does not exist yet.`);
  const words = ['--import', 'tsx', script, ...args];
  const child = spawn(process.execPath, words, { cwd: ROOT, stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code) => {
    process.exitCode = code ?? 1;
  });
}

function stop(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}
