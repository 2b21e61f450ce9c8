/** A server in this process on a free port, with a data directory that goes with the test. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import {
  type RunningStandaloneServer,
  type StandaloneServerOptions,
  startStandaloneServer,
} from '../../src/server/index.ts';

const cleanUps = new WeakMap<TestContext, (() => void | Promise<void>)[]>();

/** After the test, what was begun last is ended first: the server before its directory goes. */
export function cleanUp(t: TestContext, action: () => void | Promise<void>): void {
  const known = cleanUps.get(t);
  if (known !== undefined) {
    known.push(action);
    return;
  }
  const actions = [action];
  cleanUps.set(t, actions);
  t.after(async () => {
    for (const each of actions.reverse()) await each();
  });
}

export function temporaryDirectory(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'zooid-server-'));
  cleanUp(t, () => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

export async function startEmbedded(
  t: TestContext,
  options: Partial<StandaloneServerOptions> = {},
): Promise<RunningStandaloneServer> {
  const dataDir = options.dataDir ?? temporaryDirectory(t);
  const server = await startStandaloneServer({ ...options, dataDir });
  cleanUp(t, () => server.stop());
  return server;
}
