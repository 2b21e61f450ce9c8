/** An ensemble on this machine, written by `zooid init` and started by zkServer.sh. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { findPortsInRow } from '../../free-ports.ts';
import { type CommandEnd, runCommand } from '../../run-program.ts';
import { makeDataDir } from '../server-process.ts';

const BIN = fileURLToPath(new URL('../../../bin', import.meta.url));

export interface InitEnsemble {
  readonly directory: string;
  readonly basePort: number;
  readonly configs: readonly [string, string, string];
  /** What `zooid init` printed. */
  readonly written: string;
}

/** Three servers, which are stopped when the test ends. */
export async function startInitEnsemble(t: TestContext, flags: readonly string[] = []) {
  // Before the directory's own: what is to be done after a test is done in this order, and a server
  // whose pid file is gone cannot be stopped.
  let stop = async () => {};
  t.after(() => stop());
  const directory = join(makeDataDir(t), 'ensemble');
  const basePort = await findPortsInRow(12);
  const place = ['--base-port', String(basePort), '--dir', directory];
  const { code, stdout, stderr } = await zooid(
    'init',
    '--servers',
    '3',
    '--local',
    ...place,
    ...flags,
  );
  assert.deepEqual([code, stderr], [0, '']);
  const configOf = (id: number) => join(directory, `zoo${id}/zoo.cfg`);
  const configs = [configOf(1), configOf(2), configOf(3)] as const;
  stop = async () => {
    await Promise.all(configs.map((config) => zkServer('stop', config)));
  };
  const started = await Promise.all(configs.map((config) => zkServer('start', config)));
  for (const each of started) {
    assert.equal(each.stdout, 'Starting zookeeper ... STARTED\n', each.stderr);
  }
  return { directory, basePort, configs, written: stdout } satisfies InitEnsemble;
}

export function zooid(...words: string[]): Promise<CommandEnd> {
  return runCommand([process.execPath, join(BIN, 'zooid.js'), ...words]);
}

export function zkServer(command: string, config: string): Promise<CommandEnd> {
  const env = { ...process.env, ZOO_LOG_DIR: `${config}.logs` };
  return runCommand([join(BIN, 'zkServer.sh'), command, config], { env });
}
