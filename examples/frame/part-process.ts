/** PartProcess: one part of an example in a process of its own, which signals can reach. */
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Report } from './part.ts';

export interface PartOptions {
  /** Its file; or a program that is not ours, which reports nothing. */
  readonly program: URL | string;
  readonly words?: readonly string[];
  readonly onReport?: (report: Report) => void;
}

export interface PartProcessOptions extends PartOptions {
  readonly name: string;
  readonly connectString: string;
  /** Something has changed: it reported, or it has ended. */
  onChange(note: string | undefined): void;
}

export class PartProcess {
  readonly name: string;
  status = '';
  lines: readonly string[] = [];
  count = 0;
  /** How often it was started. */
  starts = 0;
  state: 'running' | 'paused' | 'ended' = 'ended';
  readonly #options: PartProcessOptions;
  #child: ChildProcess | undefined;
  #ended: Promise<void> = Promise.resolve();

  constructor(options: PartProcessOptions) {
    this.name = options.name;
    this.#options = options;
    this.start();
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Again, if it has ended. */
  start(): void {
    if (this.state !== 'ended') return;
    const { program, onChange } = this.#options;
    const child = this.#spawn();
    this.#child = child;
    this.state = 'running';
    this.starts++;
    this.status = typeof program === 'string' ? 'runs' : 'starting';
    let lastWords = '';
    if (child.stderr !== null) {
      createInterface({ input: child.stderr }).on('line', (line) => {
        if (/^\w*Error\b/.test(line)) lastWords = ` ${line}`;
      });
    }
    child.on('message', (report: Report) => {
      if (this.#child === child) this.#onReport(report);
    });
    this.#ended = new Promise((resolve) => {
      child.once('close', (code, signal) => {
        this.state = 'ended';
        this.status = `ended (${signal ?? code})`;
        onChange(`${this.name} has ended (${signal ?? code}).${lastWords}`);
        resolve();
      });
    });
  }

  /** As kill -9. Resolves when it is gone. */
  async kill(): Promise<void> {
    this.#child?.kill('SIGKILL');
    await this.#ended;
  }

  /** One that the part has a use for. */
  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }

  /** SIGSTOP: it does nothing, and does not know it. */
  pause(): void {
    if (this.state !== 'running') return;
    this.#child?.kill('SIGSTOP');
    this.onPaused();
  }

  /** It has stopped itself. */
  onPaused(): void {
    this.state = 'paused';
  }

  resume(): void {
    if (this.state !== 'paused') return;
    this.state = 'running';
    this.#child?.kill('SIGCONT');
  }

  #spawn(): ChildProcess {
    const { program, words = [], connectString } = this.#options;
    if (typeof program === 'string') {
      // It cannot notice that nobody is there any more: the kernel tells it.
      const args = ['--pdeathsig', 'KILL', program, ...words];
      return spawn('setpriv', args, { stdio: ['ignore', 'ignore', 'pipe'] });
    }
    return fork(fileURLToPath(program), words, {
      execArgv: ['--import', 'tsx'],
      env: { ...process.env, ZOOID_CONNECT: connectString },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
  }

  #onReport(report: Report): void {
    this.status = report.status ?? this.status;
    this.lines = report.lines ?? this.lines;
    this.count = report.count ?? this.count;
    this.#options.onReport?.(report);
    this.#options.onChange(report.note === undefined ? undefined : `${this.name}: ${report.note}`);
  }
}
