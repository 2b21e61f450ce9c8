/** `npm run example` as somebody runs it: an ensemble, parts, chaos, Ctrl-C. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { fileLines } from '../../examples/frame/file-lines.ts';
import { ask, serveLines } from '../../examples/frame/line-server.ts';
import { Stage } from '../../examples/frame/stage.ts';
import { runProgram } from '../run-program.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const WORDS = ['--import', 'tsx', 'examples/frame/main.ts'];

/** All that it has started is in the same group, as in a terminal. */
function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  assert.ok(pid !== undefined);
  process.kill(-pid, signal);
}

/** Those of the group that live; a dead one may wait for long until somebody takes note of it. */
function livingOf({ pid }: ChildProcess): string[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc').filter((name) => {
    if (!/^\d+$/.test(name)) return false;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      const [state, , group] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return state !== 'Z' && Number(group) === pid;
    } catch {
      return false; // It has just ended.
    }
  });
}

/** The loader of a part that was killed has a process of its own, which ends a moment later. */
async function assertGone(child: ChildProcess): Promise<void> {
  const endMs = performance.now() + 30_000;
  while (livingOf(child).length > 0 && performance.now() < endMs) await pause(50);
  assert.deepEqual(livingOf(child), []);
}

test('npm run example: chaos, then Ctrl-C → the outcome is checked, no process is left', async (t) => {
  if (process.platform === 'win32') return t.skip('there are no process groups');
  const child = spawn(process.execPath, [...WORDS, 'naming', '--chaos'], {
    cwd: ROOT,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'close');
  t.after(() => {
    if (child.exitCode === null) signalGroup(child, 'SIGKILL');
  });
  const lines: string[] = [];
  let hasPressed = false;
  child.stderr.on('data', (text) => lines.push(String(text)));
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line);
    // In the midst of it, and when all servers are up: one that has just been started does not know
    // yet that Ctrl-C is not for it.
    const haveBegun = lines.some((each) => /^[1-9]\d* order numbers/.test(each));
    if (hasPressed || !haveBegun || !line.startsWith('chaos: ')) return;
    hasPressed = true;
    signalGroup(child, 'SIGINT');
  });
  const [code] = await ended;
  assert.equal(code, 0, lines.join('\n'));
  assert.match(lines.at(-1) ?? '', /^Checked: \d+ numbers, no two of them the same/);
  await assertGone(child);
});

test('file lines: no file, whole lines, a torn last one → those that are whole', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'zooid-lines-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'lines');
  assert.deepEqual(fileLines(path), []);
  writeFileSync(path, 'a\nb\n');
  assert.deepEqual(fileLines(path), ['a', 'b']);
  appendFileSync(path, '{"c');
  assert.deepEqual(fileLines(path), ['a', 'b']);
});

test('stage: a program that is not ours is killed → it is started again', async (t) => {
  if (process.platform !== 'linux') return t.skip('there is no setpriv');
  await using stage = await Stage.open({ ensemble: { mode: 'inProcess', size: 1 } });
  const part = stage.run('sleeper', { program: 'sleep', words: ['600'] });
  const { pid } = part;
  assert.equal(part.status, 'runs');
  await part.kill();
  part.start();
  assert.equal(part.starts, 2);
  assert.notEqual(part.pid, pid);
});

test('line server: who has asked goes in the midst of the answer → the next one is answered', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'zooid-server-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'server.socket');
  const server = await serveLines(path, (length) => 'x'.repeat(Number(length)));
  t.after(() => server.close());
  const broken = new Promise((resolve) => {
    server.once('connection', (socket) => socket.once('close', resolve));
  });
  // More than fits into what is between the two.
  const impatient = createConnection(path, () => impatient.write(`${1 << 24}\n`));
  await once(impatient, 'readable');
  impatient.destroy();
  await broken;
  assert.equal(await ask(path, 3), 'xxx');
});

test('npm run example: no example of that name → how it is used, exit 2', async () => {
  const { code, output } = await runProgram([...WORDS, 'nothing'], { cwd: ROOT });
  assert.equal(code, 2);
  assert.match(output, /npm run example -- .*locks.*--chaos/);
});
