/** `npm run ensemble` as somebody runs it: real processes, one window. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { findPortsInRow, isFree } from '../free-ports.ts';
import { createAsk } from '../scenario/asks.ts';
import { SocketClient } from '../server/socket-client.ts';
import { missingServer } from './server-process.ts';

const SCRIPT = fileURLToPath(new URL('../../scripts/ensemble.ts', import.meta.url));

class Command {
  output = '';
  readonly ended: Promise<number | null>;
  readonly #child: ChildProcess;
  #wake = () => {};

  constructor(t: TestContext, args: readonly string[]) {
    this.#child = spawn(process.execPath, ['--import', 'tsx', SCRIPT, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    t.after(() => this.#child.kill('SIGKILL'));
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on('data', (bytes: Buffer) => {
        this.output += bytes.toString();
        this.#wake();
      });
    }
    this.ended = new Promise((resolve) => this.#child.once('close', (code) => resolve(code)));
  }

  async sees(pattern: RegExp): Promise<void> {
    while (!pattern.test(this.output)) {
      const isOver = await Promise.race([
        this.ended.then(() => true),
        new Promise<boolean>((resolve) => {
          this.#wake = () => resolve(false);
        }),
      ]);
      if (isOver) throw new Error(`It ended without ${pattern}: ${this.output}`);
    }
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }
}

test('npm run ensemble: started → says who leads and serves; Ctrl-C → everything has stopped', async (t) => {
  const missing = missingServer();
  if (missing !== undefined) return t.skip(missing);
  const directory = mkdtempSync(join(tmpdir(), 'zooid-ensemble-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const base = await findPortsInRow(12);
  const words = ['--voters=3', '--observers=1', `--base-port=${base}`, `--data=${directory}`];
  const command = new Command(t, words);
  await command.sees(/^zoo\d leads \(epoch 1\)\.$/m);
  await command.sees(/^zoo4 \| .* serving mode=observer /m);
  assert.match(command.output, new RegExp(`zkCli.sh -server 127\\.0\\.0\\.1:${base},`));
  assert.ok(!command.output.includes('\x1b'), 'no colours where nobody looks');
  const client = await SocketClient.connect(base + 3);
  assert.equal((await client.call(createAsk('/x'))).err, 0);
  assert.equal(readFileSync(join(directory, 'zoo4/myid'), 'utf8'), '4\n');
  command.signal('SIGINT');
  assert.equal(await command.ended, 0, command.output);
  for (let id = 1; id <= 4; id++) {
    assert.match(command.output, new RegExp(`^zoo${id} \\| .* stopped$`, 'm'));
    assert.ok(await isFree(base + id - 1));
  }
});

test('npm run ensemble: a wrong option → usage, exit code 2', async (t) => {
  const command = new Command(t, ['--voters=0']);
  assert.equal(await command.ended, 2);
  assert.match(command.output, /^--voters 0: .*\nUsage: npm run ensemble /);
});
