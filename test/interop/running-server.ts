// A server process under test, Java's or ours: writes its zoo.cfg, starts it, waits until it
// serves, and ends it. Both starters share this file so that nothing but the program differs.
// Readiness is asked by `srvr`, the one four-letter word that Java's default whitelist holds.

import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

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

export interface ServerCommand {
  readonly command: string;
  /** Called with the path of the written zoo.cfg. */
  readonly args: (configFile: string) => readonly string[];
  readonly env?: Record<string, string>;
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

const canListen = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });

/**
 * A port of 127.0.0.1 that nothing listens on at this moment. It lies below the ephemeral range:
 * there, a retried connect to a port without a listener can meet itself and take the port.
 */
export const findFreePort = async (): Promise<number> => {
  for (;;) {
    const port = randomInt(12_000, 32_000);
    if (await canListen(port)) return port;
  }
};

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
    const answer = await askFourLetterWord(port, 'srvr', PROBE_TIMEOUT_MS);
    return !answer.includes('not currently serving');
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

const waitUntilServing = async (child: ChildProcess, port: number): Promise<string | undefined> => {
  const deadline = performance.now() + START_TIMEOUT_MS;
  while (performance.now() < deadline) {
    if (child.exitCode !== null || child.signalCode !== null) {
      return `ended with ${child.exitCode ?? child.signalCode}`;
    }
    if (await isServing(port)) return undefined;
    await delay(RETRY_MS);
  }
  return `does not serve after ${START_TIMEOUT_MS} ms`;
};

const endProcess = async (child: ChildProcess, signal: NodeJS.Signals): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill(signal);
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
  await ended;
  clearTimeout(timer);
};

/** Starts the server and resolves once it serves; rejects with its output when it does not. */
export const runServer = async (options: ServerCommand): Promise<RunningServer> => {
  const port = options.clientPort ?? (await findFreePort());
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
  child.once('error', (error) => keep(Buffer.from(error.message)));
  const finish = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.pid !== undefined) await endProcess(child, signal);
    live.delete(child);
    rmSync(folder, { recursive: true, force: true });
  };
  const failure =
    child.pid === undefined ? 'cannot be started' : await waitUntilServing(child, port);
  if (failure !== undefined || child.pid === undefined) {
    await finish('SIGKILL');
    throw new Error(`${options.command} ${failure ?? ''}: ${output.trim()}`);
  }
  return {
    port,
    pid: child.pid,
    dataDir: options.dataDir,
    output: () => output,
    stop: () => finish('SIGTERM'),
    kill: () => finish('SIGKILL'),
  };
};
