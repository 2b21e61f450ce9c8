/** The built shell at a real terminal, against a server in this process. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startEmbedded, temporaryDirectory } from '../../server/embedded-server.ts';
import { missingServer } from '../server-process.ts';
import { missingTerminal, Terminal } from './terminal.ts';

const SCRIPT = fileURLToPath(new URL('../../../bin/zkCli.sh', import.meta.url));
const CTRL_C = '\u0003';
const CTRL_D = '\u0004';
const CTRL_R = '\u0012';
const UP = '\u001b[A';

interface Opened {
  readonly terminal: Terminal;
  /** The prompt with that number. */
  prompt(number: number, state?: string): string;
}

function open(t: TestContext, port: number, env: NodeJS.ProcessEnv = {}): Opened {
  const words = [SCRIPT, '-server', `127.0.0.1:${port}`];
  const terminal = new Terminal(t, words, { ZKCLI_HISTORY: '', ...env });
  const prompt = (number: number, state = 'CONNECTED') =>
    `[zk: 127.0.0.1:${port}(${state}) ${number}] `;
  return { terminal, prompt };
}

const missing = missingServer() ?? missingTerminal();

test('zkCli: Tab → commands, flags and paths are completed', async (t) => {
  if (missing !== undefined) return t.skip(missing);
  const { port } = await startEmbedded(t);
  const { terminal, prompt } = open(t, port);
  await terminal.see(prompt(0));
  terminal.type('create /abc x\r');
  await terminal.see('Created /abc');
  await terminal.see(prompt(1));
  terminal.type('create /abc/def yes\r');
  await terminal.see(prompt(2));
  terminal.type('getAl\t');
  await terminal.see('getAllChildrenNumber ');
  terminal.type('/a\t');
  await terminal.see('/abc');
  terminal.type('\r');
  await terminal.see('1');
  await terminal.see(prompt(3));
  terminal.type('get /abc\t');
  await terminal.see('/def');
  terminal.type('\r');
  await terminal.see('yes');
  await terminal.see(prompt(4));
  terminal.type('ls --\t');
  await terminal.see('--json ');
  terminal.type(`${CTRL_C}exi\t`);
  await terminal.see('exit ');
  terminal.type('\r');
  assert.equal(await terminal.end(), 0);
});

test('zkCli: Ctrl-C → gives up the line or the command and lives on; Ctrl-D ends it', async (t) => {
  if (missing !== undefined) return t.skip(missing);
  const { port } = await startEmbedded(t);
  const { terminal, prompt } = open(t, port);
  await terminal.see(prompt(0));
  terminal.type('deleteall /');
  await terminal.see('deleteall /');
  terminal.type(CTRL_C);
  await terminal.see('^C');
  await terminal.see(prompt(0));
  terminal.type('ls /\r');
  await terminal.see('[zookeeper]');
  await terminal.see(prompt(1));
  terminal.type('watch -n 5 /\r');
  await terminal.see('/\r');
  terminal.type(CTRL_C);
  await terminal.see('^C');
  await terminal.see(prompt(2));
  terminal.type(CTRL_D);
  assert.equal(await terminal.end(), 1);
});

test('zkCli: history → is there again the next time, without credentials', async (t) => {
  if (missing !== undefined) return t.skip(missing);
  const { port } = await startEmbedded(t);
  const file = path.join(temporaryDirectory(t), 'history');
  const first = open(t, port, { ZKCLI_HISTORY: file });
  await first.terminal.see(first.prompt(0));
  first.terminal.type('create /kept x\r');
  await first.terminal.see(first.prompt(1));
  first.terminal.type('addauth digest anna:secret\r');
  await first.terminal.see(first.prompt(2));
  first.terminal.type('quit\r');
  assert.equal(await first.terminal.end(), 0);
  assert.ok(existsSync(file));
  assert.ok(!readFileSync(file, 'utf8').includes('secret'));
  const second = open(t, port, { ZKCLI_HISTORY: file });
  await second.terminal.see(second.prompt(0));
  second.terminal.type(UP + UP);
  await second.terminal.see('create /kept x');
  second.terminal.type(`${CTRL_C}${CTRL_R}kep`);
  await second.terminal.see('create /kept x');
  second.terminal.type('\r');
  await second.terminal.see('Node already exists: /kept');
});

test('zkCli: server lost and back → the prompt says so, the typed line stays', async (t) => {
  if (missing !== undefined) return t.skip(missing);
  const dataDir = temporaryDirectory(t);
  const server = await startEmbedded(t, { dataDir });
  const { port } = server;
  const { terminal, prompt } = open(t, port);
  await terminal.see(prompt(0));
  terminal.type('ls -s');
  await terminal.see('ls -s');
  await server.stop();
  await terminal.see('state:Disconnected');
  await terminal.see(`${prompt(0, 'CONNECTING')}ls -s`);
  await startEmbedded(t, { dataDir, clientPort: port });
  await terminal.see('state:SyncConnected');
  await terminal.see(`${prompt(0)}ls -s`);
  terminal.type(' /\r');
  await terminal.see('numChildren = 1');
});

test('zkCli: edit → the editor has the terminal, and gives it back', async (t) => {
  if (missing !== undefined) return t.skip(missing);
  const { port } = await startEmbedded(t);
  const editor = `sh -c 'echo begun; read line; echo "$line" > "$0"'`;
  const { terminal, prompt } = open(t, port, { VISUAL: editor });
  await terminal.see(prompt(0));
  terminal.type('create /text old\r');
  await terminal.see(prompt(1));
  terminal.type('edit /text\r');
  await terminal.see('begun');
  terminal.type('typed there\n');
  await terminal.see(prompt(2));
  terminal.type('get /text\r');
  await terminal.see('typed there\r');
  await terminal.see(prompt(3));
});

test('zkCli: colours → at a terminal, unless NO_COLOR says otherwise', async (t) => {
  if (missing !== undefined) return t.skip(missing);
  const { port } = await startEmbedded(t);
  const announced = '\u001b[36m\r\nWATCHER::';
  const coloured = open(t, port);
  await coloured.terminal.seeRaw(announced);
  const plain = open(t, port, { NO_COLOR: '1' });
  assert.ok(!(await plain.terminal.seeRaw('WATCHER::')).includes('\u001b[36m'));
});
