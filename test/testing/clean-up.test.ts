/** Nothing stays behind: no handle, no file, no process; also when a test throws or forgets. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readlinkSync } from 'node:fs';
import { dirname } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { TestEnsemble, TestServer } from '../../src/testing/index.ts';
import { RawClient } from '../interop/raw-client.ts';
import { create } from './asks.ts';

const HANDLES = /^(TCP|Timeout|FSReq|FileHandle|ProcessWrap|CloseReq)/;
const KIT = new URL('../../dist/testing/index.js', import.meta.url).href;
const ROUNDS = 50;

function handles(): string[] {
  return process.getActiveResourcesInfo().filter((name) => HANDLES.test(name));
}

/** Open files, sockets and pipes. */
function openFiles(): string[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc/self/fd').flatMap((name) => {
    try {
      return [readlinkSync(`/proc/self/fd/${name}`).replace(/:\[\d+\]$/, '')];
    } catch {
      return [];
    }
  });
}

interface Opened {
  readonly handles: number;
  readonly files: number;
}

const NOTHING: Opened = { handles: 0, files: 0 };

function opened(): Opened {
  return { handles: handles().length, files: openFiles().length };
}

/** What was open before may be closed meanwhile: others' files are counted, too. */
function leftSince(before: Opened): Opened {
  const { handles: handleCount, files } = opened();
  return {
    handles: Math.max(0, handleCount - before.handles),
    files: Math.max(0, files - before.files),
  };
}

test(`clean-up: ${ROUNDS} servers started, used and closed → no handle, no file, no listener`, async () => {
  await (await TestServer.start()).close();
  const before = opened();
  const listeners = process.listenerCount('exit');
  const folders: string[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const server = await TestServer.start();
    folders.push(dirname(dirname(server.dataDir)));
    const client = await RawClient.connect(server.port);
    await create(client, '/x');
    // In turns: the client ends first, the server stops cleanly, or just ends.
    if (round % 3 === 0) client.connection.destroy();
    if (round % 3 === 1) await server.stop();
    await server.close();
    client.connection.destroy();
  }
  for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(leftSince(before), NOTHING, `${handles()}`);
  assert.equal(process.listenerCount('exit'), listeners);
  assert.deepEqual(
    folders.filter((folder) => existsSync(folder)),
    [],
  );
});

test('clean-up: ensembles in every kind of trouble closed → no handle, no file', async () => {
  await (await TestEnsemble.start()).close();
  const before = opened();
  for (let round = 0; round < 5; round++) {
    const ensemble = await TestEnsemble.start({ observers: 1 });
    const client = await RawClient.connect(ensemble.leader().port);
    ensemble.delayClients(5);
    ensemble.partition(ensemble.leader());
    ensemble.server(1).pause();
    await ensemble.server(2).kill();
    await ensemble.close();
    client.connection.destroy();
  }
  for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(leftSince(before), NOTHING, `${handles()}`);
});

interface Ran {
  readonly output: string;
  readonly code: number | null;
}

/** A program that uses the kit as it is built. */
async function run(t: TestContext, program: string): Promise<Ran> {
  const text = `import { TestServer, TestEnsemble } from '${KIT}';\n${program}`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', text], {
    stdio: ['ignore', 'pipe', 'pipe'],
    cwd: dirname(fileURLToPath(import.meta.url)),
  });
  t.after(() => child.kill('SIGKILL'));
  let output = '';
  child.stdout.on('data', (bytes) => {
    output += bytes;
  });
  child.stderr.on('data', (bytes) => {
    output += bytes;
  });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { output, code };
}

/** Resolves when the process is gone: its parent has ended before. */
async function gone(pid: number): Promise<void> {
  for (;;) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

test('clean-up: the program throws with servers running → it ends; folders and processes go', async (t) => {
  const { output, code } = await run(
    t,
    `const inside = await TestServer.start();
    const outside = await TestServer.start({ mode: 'process' });
    outside.pause();
    console.log(JSON.stringify([inside.dataDir, outside.dataDir]));
    throw new Error('the test is wrong');`,
  );
  assert.equal(code, 1);
  assert.match(output, /the test is wrong/);
  const dirs: string[] = JSON.parse(output.slice(0, output.indexOf('\n')));
  assert.equal(dirs.length, 2);
  for (const dataDir of dirs) assert.equal(existsSync(dirname(dirname(dataDir))), false);
});

test('clean-up: the program is killed → its server processes and its folder go by themselves', async (t) => {
  const { output } = await run(
    t,
    `import { readdirSync, readFileSync } from 'node:fs';
    const ensemble = await TestEnsemble.start({ mode: 'process', size: 1 });
    const children = readdirSync('/proc').filter((pid) => {
      try {
        return readFileSync('/proc/' + pid + '/stat', 'utf8').split(') ')[1].split(' ')[1] === String(process.pid);
      } catch { return false; }
    });
    console.log(JSON.stringify([ensemble.server(1).dataDir, ...children]));
    process.kill(process.pid, 'SIGKILL');`,
  );
  if (process.platform !== 'linux') return t.skip('children are looked up on Linux only');
  const [dataDir = '', ...children]: string[] = JSON.parse(output.split('\n')[0] ?? '');
  assert.equal(children.length, 1);
  await gone(Number(children[0]));
  assert.equal(existsSync(dirname(dirname(dataDir))), false);
});

test('clean-up: everything is closed → the program ends by itself', async (t) => {
  const { output, code } = await run(
    t,
    `for (const mode of ['inProcess', 'process']) {
      const server = await TestServer.start({ mode });
      await server.close();
    }
    const ensemble = await TestEnsemble.start({ observers: 1 });
    await ensemble.close();
    console.log('done');`,
  );
  assert.equal(output, 'done\n');
  assert.equal(code, 0);
});
