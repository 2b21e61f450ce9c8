// One member of an ensemble: its folder, its ports, and the process that is it at the moment. The
// next start may be another kind of server on the same data directory: a rolling migration.

import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import {
  askFourLetterWord,
  type ServerProgram,
  type SpawnedServer,
  spawnServer,
  waitUntilServing,
} from '../running-server.ts';
import type { MemberKind } from './member-kinds.ts';

export type MemberMode = 'leader' | 'follower' | 'observer' | 'standalone';

export interface MemberPorts {
  readonly client: number;
  readonly quorum: number;
  readonly election: number;
}

export interface MemberOptions {
  readonly id: number;
  readonly kind: MemberKind;
  readonly isObserver: boolean;
  readonly ports: MemberPorts;
  readonly dataDir: string;
  /** All of zoo.cfg but data directory and client port. */
  readonly config: Readonly<Record<string, string>>;
  readonly findProgram: (kind: MemberKind) => Promise<ServerProgram>;
}

const MODES: readonly MemberMode[] = ['leader', 'follower', 'observer', 'standalone'];
/** A frozen server accepts connections and does not answer. */
const ANSWER_TIMEOUT_MS = 500;
const SERVING_WAIT_MS = 30_000;

/** As proc(5) says it: the state is the first word behind the name in parentheses. */
const isStopped = (pid: number, thread: string): boolean => {
  try {
    const stat = readFileSync(`/proc/${pid}/task/${thread}/stat`, 'utf8');
    return stat[stat.lastIndexOf(')') + 2] === 'T';
  } catch {
    return true; // It has ended since the folder was read.
  }
};

const areAllThreadsStopped = (pid: number): boolean =>
  readdirSync(`/proc/${pid}/task`).every((thread) => isStopped(pid, thread));

export class EnsembleMember {
  readonly id: number;
  readonly isObserver: boolean;
  readonly ports: MemberPorts;
  readonly dataDir: string;
  readonly #options: MemberOptions;
  #kind: MemberKind;
  #server: SpawnedServer | undefined;
  #isFrozen = false;
  #isWanted = false;
  #more: Readonly<Record<string, string>> = {};

  constructor(options: MemberOptions) {
    this.#options = options;
    this.id = options.id;
    this.isObserver = options.isObserver;
    this.ports = options.ports;
    this.dataDir = options.dataDir;
    this.#kind = options.kind;
  }

  /** What it is now, or was last. */
  get kind(): MemberKind {
    return this.#kind;
  }

  get port(): number {
    return this.ports.client;
  }

  get pid(): number {
    return this.#running().pid;
  }

  get isUp(): boolean {
    return this.#server !== undefined && !this.#server.hasEnded();
  }

  /** Whether it ended although nobody here ended it. */
  get hasCrashed(): boolean {
    return this.#isWanted && !this.isUp;
  }

  get isFrozen(): boolean {
    return this.#isFrozen;
  }

  get output(): string {
    return this.#server?.output() ?? '';
  }

  /** Starts the process, as the same kind or as another one, and waits for nothing. */
  async start(kind: MemberKind = this.#kind): Promise<void> {
    if (this.isUp) throw new Error(`${this.describe()} runs already.`);
    this.#kind = kind;
    const { config, dataDir, id, findProgram } = this.#options;
    mkdirSync(dataDir, { recursive: true });
    writeFileSync(path.join(dataDir, 'myid'), `${id}\n`);
    const program = await findProgram(kind);
    const all = { ...config, ...this.#more };
    this.#server = spawnServer({ ...program, dataDir, config: all }, this.port);
    this.#isFrozen = false;
    this.#isWanted = true;
  }

  /** What `srvr` says, or nothing when it does not serve. */
  async mode(): Promise<MemberMode | undefined> {
    if (!this.isUp || this.#isFrozen) return undefined;
    const answer = await this.#ask('srvr');
    const word = /^Mode: (\w+)/m.exec(answer)?.[1];
    return MODES.find((mode) => mode === word);
  }

  /** The lines of `mntr`; empty when it does not serve. */
  async metrics(): Promise<ReadonlyMap<string, string>> {
    const lines = (await this.#ask('mntr')).split('\n').filter((line) => line.includes('\t'));
    return new Map(
      lines.map((line) => {
        const tab = line.indexOf('\t');
        return [line.slice(0, tab), line.slice(tab + 1)];
      }),
    );
  }

  async untilServing(timeoutMs = SERVING_WAIT_MS): Promise<void> {
    const failure = await waitUntilServing(this.#running(), timeoutMs);
    if (failure !== undefined) {
      throw new Error(`${this.describe()} ${failure}: ${this.output.trim()}`);
    }
  }

  /** Lines of zoo.cfg from the next start on, instead of those that were given so before. */
  reconfigure(lines: Readonly<Record<string, string>>): void {
    this.#more = lines;
  }

  /**
   * SIGSTOP, and until the last thread has stopped: one that still runs when the signal is sent may
   * read, log and acknowledge what is sent right after it.
   */
  async freeze(): Promise<void> {
    this.#isFrozen = true;
    this.#running().signal('SIGSTOP');
    while (!areAllThreadsStopped(this.pid)) await delay(1);
  }

  thaw(): void {
    this.#running().signal('SIGCONT');
    this.#isFrozen = false;
  }

  /** SIGKILL; a frozen one dies as well, and all that lay in its sockets is gone. */
  async kill(): Promise<void> {
    this.#isWanted = false;
    await this.#server?.end('SIGKILL');
    this.#isFrozen = false;
  }

  /** SIGTERM, and the end of the process. */
  async stop(): Promise<void> {
    this.#isWanted = false;
    await this.#running().end('SIGTERM');
  }

  /** Everything it knows is gone, its name in the ensemble excepted. */
  wipe(): void {
    if (this.isUp) throw new Error(`${this.describe()} runs.`);
    rmSync(this.dataDir, { recursive: true, force: true });
  }

  /** The names of the snapshots on its disk. */
  snapshots(): string[] {
    return this.#files()
      .filter((name) => name.startsWith('snapshot.'))
      .sort();
  }

  /** Whether these bytes are in one of its log files, acknowledged or not. */
  hasLogged(text: string): boolean {
    const logs = this.#files().filter((name) => name.startsWith('log.'));
    return logs.some((name) => readFileSync(path.join(this.#versionFolder, name)).includes(text));
  }

  describe(): string {
    return `server.${this.id} (${this.#kind})`;
  }

  get #versionFolder(): string {
    return path.join(this.dataDir, 'version-2');
  }

  #files(): string[] {
    try {
      return readdirSync(this.#versionFolder);
    } catch {
      // It has not been started since it was wiped.
      return [];
    }
  }

  async #ask(word: string): Promise<string> {
    try {
      return await askFourLetterWord(this.port, word, ANSWER_TIMEOUT_MS);
    } catch {
      // Between two roles a server refuses, closes or leaves the question unanswered.
      return '';
    }
  }

  #running(): SpawnedServer {
    if (this.#server === undefined) throw new Error(`${this.describe()} was never started.`);
    return this.#server;
  }
}
