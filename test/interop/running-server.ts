// A server process under test, Java's or ours: writes its zoo.cfg, starts it, waits until it
// serves, and ends it. Both starters share this file so that nothing but the program differs.
// Readiness is asked by `srvr`, the one four-letter word that Java's default whitelist holds.

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { findFreePort } from '../free-ports.ts';

export interface RunningServer {
  readonly port: number;
  readonly pid: number;
  readonly dataDir: string;
  /** Everything the process wrote to stdout and stderr so far (the last 64 KiB). */
  output(): string;
  /** SIGTERM, then waits for the end (SIGKILL after 20 s). */
  stop(): Promise<void>;
  /** SIGKILL, then waits for the end. */
  kill(): Promise<void>;
}

/** What is run: a command that takes the path of a zoo.cfg. */
export interface ServerProgram {
  readonly command: string;
  /** Called with the path of the written zoo.cfg. */
  readonly args: (configFile: string) => readonly string[];
  readonly env?: Record<string, string>;
}

export interface ServerCommand extends ServerProgram {
  readonly dataDir: string;
  readonly clientPort?: number;
  readonly config?: Record<string, string>;
}

const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 20_000;
const RETRY_MS = 10;
/** Java can leave a connection unanswered that arrives while it starts; the next one is served. */
const PROBE_TIMEOUT_MS = 300;
const OUTPUT_LIMIT = 1 << 16;
const live = new Set<ChildProcess>();

process.on('exit', () => {
  for (const child of live) child.kill('SIGKILL');
});

/** Sends a four-letter word and resolves with the whole answer; rejects when refused. */
export const askFourLetterWord = (
  port: number,
  word: string,
  timeoutMs = 10_000,
): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(word));
    const chunks: Buffer[] = [];
    socket.setTimeout(timeoutMs, () => socket.destroy(new Error(`No answer to ${word}.`)));
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.once('error', reject);
    socket.once('close', () => resolve(Buffer.concat(chunks).toString('utf8')));
  });

const isServing = async (port: number): Promise<boolean> => {
  try {
    // A Java observer may also close without an answer.
    const answer = await askFourLetterWord(port, 'srvr', PROBE_TIMEOUT_MS);
    return answer.includes('Mode: ');
  } catch {
    return false;
  }
};

const configText = (options: ServerCommand, port: number): string => {
  const keys: Record<string, string> = {
    dataDir: options.dataDir,
    clientPort: String(port),
    clientPortAddress: '127.0.0.1',
    'admin.enableServer': 'false',
    '4lw.commands.whitelist': '*',
    ...options.config,
  };
  return Object.entries(keys)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('');
};

/** A server process that may or may not serve. */
export interface SpawnedServer {
  readonly port: number;
  readonly pid: number;
  /** Resolves when the process has ended. */
  readonly ended: Promise<void>;
  hasEnded(): boolean;
  /** Everything the process wrote to stdout and stderr so far (the last 64 KiB). */
  output(): string;
  signal(name: NodeJS.Signals): void;
  /** Sends the signal and waits for the end (SIGKILL after 20 s). */
  end(name: NodeJS.Signals): Promise<void>;
}

const endProcess = async (server: SpawnedServer, name: NodeJS.Signals): Promise<void> => {
  if (server.hasEnded()) return;
  server.signal(name);
  const timer = setTimeout(() => server.signal('SIGKILL'), STOP_TIMEOUT_MS);
  await server.ended;
  clearTimeout(timer);
};

/** Starts the process and does not wait for anything; throws when there is no such program. */
export const spawnServer = (options: ServerCommand, port: number): SpawnedServer => {
  const folder = mkdtempSync(path.join(tmpdir(), 'zooid-interop-'));
  const configFile = path.join(folder, 'zoo.cfg');
  mkdirSync(options.dataDir, { recursive: true });
  writeFileSync(configFile, configText(options, port));
  const child = spawn(options.command, options.args(configFile), {
    cwd: folder,
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  live.add(child);
  let output = '';
  const keep = (chunk: Buffer): void => {
    output = (output + chunk.toString('utf8')).slice(-OUTPUT_LIMIT);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  let hasEnded = false;
  const ended = new Promise<void>((resolve) => {
    const finish = (): void => {
      hasEnded = true;
      live.delete(child);
      rmSync(folder, { recursive: true, force: true });
      resolve();
    };
    child.once('exit', finish);
    child.once('error', (error) => {
      keep(Buffer.from(error.message));
      finish();
    });
  });
  const server: SpawnedServer = {
    port,
    pid: child.pid ?? -1,
    ended,
    hasEnded: () => hasEnded,
    output: () => output,
    signal: (name) => void child.kill(name),
    end: (name) => endProcess(server, name),
  };
  return server;
};

/** Resolves with nothing once it serves, or with what is wrong. */
export const waitUntilServing = async (
  server: SpawnedServer,
  timeoutMs = START_TIMEOUT_MS,
): Promise<string | undefined> => {
  const deadline = performance.now() + timeoutMs;
  while (performance.now() < deadline) {
    if (server.hasEnded()) return 'ended instead of serving';
    if (await isServing(server.port)) return undefined;
    await Promise.race([delay(RETRY_MS), server.ended]);
  }
  return `does not serve after ${timeoutMs} ms`;
};

/** Starts the server and resolves once it serves; rejects with its output when it does not. */
export const runServer = async (options: ServerCommand): Promise<RunningServer> => {
  const server = spawnServer(options, options.clientPort ?? (await findFreePort()));
  const failure = await waitUntilServing(server);
  if (failure !== undefined) {
    await server.end('SIGKILL');
    throw new Error(`${options.command} ${failure}: ${server.output().trim()}`);
  }
  return {
    port: server.port,
    pid: server.pid,
    dataDir: options.dataDir,
    output: server.output,
    stop: () => server.end('SIGTERM'),
    kill: () => server.end('SIGKILL'),
  };
};
