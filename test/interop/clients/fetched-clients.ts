// Client programs in languages whose libraries come from their own registries: made once in the
// git-ignored cache folder. Where the compiler, the network or the registry is missing, the reason
// says so.

import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Availability, cacheFolder, lastLines, type Outcome, runLocked } from '../packages.ts';
import type { ProgramRun } from './client-program.ts';

export interface FetchedClient extends Availability {
  /** How to run its session against a server; the address comes last. */
  readonly session: Pick<ProgramRun, 'command' | 'args'>;
}

const here = fileURLToPath(new URL('.', import.meta.url));
const NODE_CLIENT = 'node-zookeeper-client@1.1.3';

const prepareFolder = (name: string, files: readonly string[]): string => {
  const folder = path.join(cacheFolder, 'clients', name);
  mkdirSync(folder, { recursive: true });
  for (const file of files)
    copyFileSync(path.join(here, file), path.join(folder, path.basename(file)));
  return folder;
};

const asClient = (
  outcome: Outcome,
  what: string,
  session: FetchedClient['session'],
): FetchedClient =>
  outcome.code === 0
    ? { available: true, reason: '', session }
    : { available: false, reason: `${what}: ${lastLines(outcome.output)}`, session };

/** The session of github.com/go-zookeeper/zk, compiled. */
export const ensureGoClient = async (): Promise<FetchedClient> => {
  const folder = prepareFolder('go', ['go/session.go', 'go/go.mod', 'go/go.sum']);
  const program = path.join(folder, 'session');
  const outcome = await runLocked('go', ['-C', folder, 'build', '-o', program, '.']);
  return asClient(outcome, 'The Go client could not be built', { command: program, args: [] });
};

/** The session of npm's node-zookeeper-client. */
export const ensureNodeClient = async (): Promise<FetchedClient> => {
  const folder = prepareFolder('node', ['node-client-session.cjs']);
  const session = {
    command: process.execPath,
    args: [path.join(folder, 'node-client-session.cjs')],
  };
  if (existsSync(path.join(folder, 'node_modules', 'node-zookeeper-client', 'index.js'))) {
    return { available: true, reason: '', session };
  }
  const options = ['--prefix', folder, '--no-save', '--ignore-scripts', '--no-audit', '--no-fund'];
  const outcome = await runLocked('npm', ['install', ...options, NODE_CLIENT]);
  return asClient(outcome, 'The npm client could not be installed', session);
};
