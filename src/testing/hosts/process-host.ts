/** ProcessHost: a server in a process of its own, which signals can reach. */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ConfigError, type RunningServer, type ServerPorts } from '../../server/index.ts';
import { untilExit } from '../until-exit.ts';
import type { FromServer, LogLevel, Questions, ToServer } from './messages.ts';
import { FREE_PORTS, type HostOptions, type ServerHost } from './server-host.ts';

// From the sources it is the built one, too: that needs no loader, and starts much sooner.
const IS_SOURCE = import.meta.url.endsWith('.ts');
const FOLDER = IS_SOURCE ? '../../../dist/testing/hosts/' : './';
const CHILD = new URL(`${FOLDER}server-child.js`, import.meta.url);
const OUTPUT_CHARS_MAX = 8_192;
const LEVELS: readonly LogLevel[] = ['trace', 'debug', 'info', 'warn', 'error'];

interface Asked {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

export async function startProcessHost(options: HostOptions): Promise<ServerHost> {
  const host = new ProcessHost(options);
  await host.started;
  return host;
}

export class ProcessHost implements ServerHost {
  ports: ServerPorts = FREE_PORTS;
  readonly hearsWhilePaused = false;
  /** Rejects when it does not start. */
  readonly started: Promise<void>;
  readonly #options: HostOptions;
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;
  readonly #asked = new Map<number, Asked>();
  #onStarted: (error: Error | null) => void = () => {};
  #lastId = 0;
  /** What it wrote besides its log, when something went wrong. */
  #output = '';
  #failure = '';
  #endReason: string | null = null;
  #hasStarted = false;
  /** It ends because it was asked to. */
  #isEnding = false;

  constructor(options: HostOptions) {
    this.#options = options;
    this.started = new Promise((resolve, reject) => {
      this.#onStarted = (error) => (error === null ? resolve() : reject(error));
    });
    this.#child = fork(fileURLToPath(CHILD), [], {
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      // What the test's own process was told, such as to run tests, is not for this one.
      execArgv: [],
    });
    const forget = untilExit(() => this.#child.kill('SIGKILL'));
    this.#child.stderr?.on('data', (bytes: Buffer) => {
      this.#output = (this.#output + bytes.toString()).slice(-OUTPUT_CHARS_MAX);
    });
    this.#child.on('message', (message: FromServer) => this.#onMessage(message));
    this.#child.on('error', (error) => this.#onStarted(error));
    this.#ended = new Promise((resolve) => {
      this.#child.once('close', (code, signal) => {
        forget();
        this.#onEnded(`the process has ended (${signal ?? `exit code ${code}`})`);
        resolve();
      });
    });
    const { configFile, temporaryFolder, systemProperties, isDiskFull, logger } = options;
    const logLevel = LEVELS.find((level) => logger.isEnabled(level)) ?? null;
    const facts = { configFile, temporaryFolder, systemProperties, isDiskFull, logLevel };
    this.#tell({ kind: 'start', facts });
  }

  get pid(): number {
    return this.#child.pid ?? -1;
  }

  async stop(): Promise<void> {
    this.#isEnding = true;
    // It may end before its answer is read.
    await this.#ask('stop', null).catch(() => {});
    await this.#ended;
  }

  async kill(): Promise<void> {
    this.#isEnding = true;
    this.#child.kill('SIGKILL');
    await this.#ended;
  }

  pause(): void {
    this.#child.kill('SIGSTOP');
  }

  resume(): void {
    this.#child.kill('SIGCONT');
  }

  expireSession(id: bigint): Promise<boolean> {
    return this.#ask('expireSession', id);
  }

  applied(): Promise<RunningServer['applied']> {
    return this.#ask('applied', null);
  }

  async waitUntilApplied(zxid: number): Promise<void> {
    await this.#ask('waitUntilApplied', zxid);
  }

  async fillDisk(isFull: boolean): Promise<void> {
    await this.#ask('fillDisk', isFull);
  }

  #ask<K extends keyof Questions>(
    kind: K,
    value: Questions[K]['value'],
  ): Promise<Questions[K]['answer']> {
    if (this.#endReason !== null) return Promise.reject(new Error(this.#endReason));
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#asked.set(id, { resolve: resolve as (value: unknown) => void, reject });
      this.#tell({ kind, id, value } as ToServer);
    });
  }

  #tell(message: ToServer): void {
    // Whoever waits hears of the end when the process has ended.
    this.#child.send(message, () => {});
  }

  #onMessage(message: FromServer): void {
    const { logger, onServing } = this.#options;
    switch (message.kind) {
      case 'started':
        this.ports = message.ports;
        this.#hasStarted = true;
        return this.#onStarted(null);
      case 'refused':
        return this.#onStarted(startError(message.name, message.message));
      case 'serving':
        return onServing(message.change);
      case 'failed':
        this.#failure = message.reason;
        return;
      case 'log':
        return logger[message.level](message.message, message.facts);
      default:
        this.#onAnswer(message);
    }
  }

  #onAnswer(message: Extract<FromServer, { kind: 'answer' | 'problem' }>): void {
    const asked = this.#asked.get(message.id);
    this.#asked.delete(message.id);
    if (message.kind === 'answer') asked?.resolve(message.value);
    else asked?.reject(new Error(message.message));
  }

  #onEnded(how: string): void {
    const reason = this.#failure || `${how} ${this.#output}`.trim();
    this.#endReason = reason;
    this.#onStarted(new Error(reason));
    for (const { reject } of this.#asked.values()) reject(new Error(reason));
    this.#asked.clear();
    if (this.#hasStarted && !this.#isEnding) this.#options.onFailed(reason);
  }
}

function startError(name: string, message: string): Error {
  if (name === ConfigError.name) return new ConfigError(message);
  return Object.assign(new Error(message), { name });
}
