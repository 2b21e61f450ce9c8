/**
 * ServerProcess: the built server as a real process that a test may kill, pause or starve.
 * What differs from the interop starter: starting may fail, and the exit code, the signal and every
 * line of the log are what is looked at. Readiness is the server's own line `serving`.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { findFreePort } from '../free-ports.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const MAIN = path.join(ROOT, 'dist/server/main.js');
const LINE_TIMEOUT_MS = 30_000;
const live = new Set<ChildProcess>();

process.on('exit', () => {
  for (const child of live) child.kill('SIGKILL');
});

export interface ServerProcessOptions {
  readonly dataDir: string;
  /** A free one when absent. */
  readonly port?: number;
  /** More lines of zoo.cfg, or other values for those that are there. */
  readonly config?: Readonly<Record<string, string>>;
  /** System properties without their `zookeeper.`. */
  readonly properties?: Readonly<Record<string, string>>;
  /** Options of node. */
  readonly nodeFlags?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** A program in front of node, such as `prlimit`. */
  readonly wrapper?: readonly string[];
}

export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export class ServerProcess {
  readonly port: number;
  readonly dataDir: string;
  /** Resolves when the process has ended. */
  readonly ended: Promise<ProcessEnd>;
  readonly #child: ChildProcess;
  #output = '';
  #wake: (() => void)[] = [];
  #hasEnded = false;

  private constructor(child: ChildProcess, port: number, dataDir: string) {
    this.#child = child;
    this.port = port;
    this.dataDir = dataDir;
    live.add(child);
    child.stdout?.on('data', (bytes: Buffer) => this.#onOutput(bytes));
    child.stderr?.on('data', (bytes: Buffer) => this.#onOutput(bytes));
    this.ended = new Promise((resolve) => {
      child.once('close', (code, signal) => {
        live.delete(child);
        this.#hasEnded = true;
        this.#notify();
        resolve({ code, signal });
      });
    });
  }

  /** Starts the process and does not wait for anything. */
  static async spawn(options: ServerProcessOptions): Promise<ServerProcess> {
    const port = options.port ?? (await findFreePort());
    const configFile = writeConfig(options, port);
    const properties = Object.entries(options.properties ?? {});
    const flags = properties.map(([key, value]) => `-Dzookeeper.${key}=${value}`).join(' ');
    const nodeWords = [process.execPath, ...(options.nodeFlags ?? []), MAIN, configFile];
    const [program = '', ...words] = [...(options.wrapper ?? []), ...nodeWords];
    const env = { ...process.env, SERVER_JVMFLAGS: flags, ...options.env };
    const child = spawn(program, words, { stdio: ['ignore', 'pipe', 'pipe'], env });
    const server = new ServerProcess(child, port, options.dataDir);
    void server.ended.then(() => rmSync(path.dirname(configFile), { recursive: true }));
    return server;
  }

  /** Starts the process and waits until it serves; rejects with its output when it ends before. */
  static async start(options: ServerProcessOptions): Promise<ServerProcess> {
    const server = await ServerProcess.spawn(options);
    await server.sees('] serving ');
    return server;
  }

  get pid(): number {
    return this.#child.pid ?? -1;
  }

  get output(): string {
    return this.#output;
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /**
   * Waits until the log, from `position` on, holds this text; rejects with the log when the process
   * ends before.
   */
  async sees(text: string, position = 0): Promise<void> {
    const timeout = new Promise<never>((_, reject) => {
      const fail = () => reject(new Error(`No "${text}" in time. ${this.#output}`));
      setTimeout(fail, LINE_TIMEOUT_MS).unref();
    });
    while (!this.#output.includes(text, position)) {
      if (this.#hasEnded) throw new Error(`The server ended without "${text}": ${this.#output}`);
      await Promise.race([timeout, new Promise<void>((resolve) => this.#wake.push(resolve))]);
    }
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  async kill(): Promise<ProcessEnd> {
    this.signal('SIGKILL');
    return this.ended;
  }

  /** SIGTERM; the end shows how clean the stop was. */
  async stop(): Promise<ProcessEnd> {
    this.signal('SIGTERM');
    return this.ended;
  }

  #onOutput(bytes: Buffer): void {
    this.#output += bytes.toString('utf8');
    this.#notify();
  }

  #notify(): void {
    const wake = this.#wake;
    this.#wake = [];
    for (const each of wake) each();
  }
}

function writeConfig({ dataDir, config }: ServerProcessOptions, port: number): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'zooid-process-'));
  const keys = {
    tickTime: '500',
    dataDir,
    clientPort: String(port),
    clientPortAddress: '127.0.0.1',
    maxClientCnxns: '0',
    'admin.enableServer': 'false',
    '4lw.commands.whitelist': '*',
    ...config,
  };
  const lines = Object.entries(keys).map(([key, value]) => `${key}=${value}\n`);
  const file = path.join(folder, 'zoo.cfg');
  writeFileSync(file, lines.join(''));
  return file;
}

/** Why the server cannot be run here, for `t.skip`; undefined when it can. */
export function missingServer(): string | undefined {
  return existsSync(MAIN) ? undefined : 'dist/server/main.js is missing: the build failed.';
}

/**
 * A new folder that goes when the test ends. It may go before its server, whose end is asked for later:
 * what that writes meanwhile is removed with the next try.
 */
export function makeDataDir(t: { after(end: () => void): void }): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'zooid-data-'));
  const retries = { maxRetries: 10, retryDelay: 20 };
  t.after(() => rmSync(folder, { recursive: true, force: true, ...retries }));
  return folder;
}
