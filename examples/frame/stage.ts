/**
 * Stage: where an example is played: an ensemble of the test kit, the parts as processes of their
 * own, a folder for their files. A part that has ended is started again after a moment. Nothing of
 * it is left when it is closed.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { retryForever, ZooKeeper } from 'zooid';
import { TestEnsemble, type TestEnsembleOptions } from 'zooid/testing';
import { type PartOptions, PartProcess } from './part-process.ts';

/** What an example gives to who plays it. */
export interface Play {
  /** What the view shows above the parts. */
  lines(): readonly string[];
  /**
   * Looks at what has come out, when all parts have ended and all servers serve; throws if it is
   * wrong, resolves with a sentence if it is right.
   */
  check(): Promise<string>;
}

export type PlayExample = (stage: Stage) => Promise<Play>;

export interface StageOptions {
  /** Three servers, each in its process, when absent. */
  readonly ensemble?: TestEnsembleOptions;
  /** What happens, line by line. */
  readonly onNote?: (note: string) => void;
}

const RESTART_MS = 500;
const WAIT_MS = 30_000;

export class Stage implements AsyncDisposable {
  readonly ensemble: TestEnsemble;
  readonly folder = mkdtempSync(join(tmpdir(), 'zooid-example-'));
  readonly parts: PartProcess[] = [];
  readonly #onNote: (note: string) => void;
  readonly #clients: ZooKeeper[] = [];
  readonly #listeners = new Set<() => void>();
  #areStopped = false;

  static async open({ ensemble, onNote = () => {} }: StageOptions = {}): Promise<Stage> {
    return new Stage(await TestEnsemble.start({ mode: 'process', ...ensemble }), onNote);
  }

  private constructor(ensemble: TestEnsemble, onNote: (note: string) => void) {
    this.ensemble = ensemble;
    this.#onNote = onNote;
  }

  note(text: string): void {
    this.#onNote(text);
  }

  /** A part that runs until the stage is closed. */
  run(name: string, options: PartOptions): PartProcess {
    const part = new PartProcess({
      ...options,
      name,
      connectString: this.ensemble.connectString,
      onChange: (note) => {
        if (note !== undefined && !this.#areStopped) this.note(note);
        if (part.state === 'ended') this.#startAgain(part);
        for (const listener of this.#listeners) listener();
      },
    });
    this.parts.push(part);
    return part;
  }

  part(name: string): PartProcess {
    const part = this.parts.find((each) => each.name === name);
    if (part === undefined) throw new Error(`There is no part ${name}.`);
    return part;
  }

  /** A client of the stage's own. */
  async connect(): Promise<ZooKeeper> {
    const zk = await ZooKeeper.connect(this.ensemble.connectString, {
      retry: retryForever({ delayMs: 100 }),
    });
    this.#clients.push(zk);
    return zk;
  }

  /** Looks whenever a part reports or ends. */
  async until(what: string, isSo: () => boolean): Promise<void> {
    let wake = () => {};
    const seen = new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        const parts = this.parts.map(({ name, status }) => `${name}: ${status}`).join('; ');
        reject(new Error(`It was not seen that ${what}. ${parts}`));
      }, WAIT_MS);
      wake = () => {
        if (!isSo()) return;
        clearTimeout(timer);
        resolve();
      };
    });
    this.#listeners.add(wake);
    wake();
    try {
      await seen;
    } finally {
      this.#listeners.delete(wake);
    }
  }

  /** All parts are killed for good, and all servers serve. */
  async stopParts(): Promise<void> {
    this.#areStopped = true;
    await Promise.all(this.parts.map((part) => part.kill()));
    const ended = this.ensemble.servers.filter(({ status }) => status === 'ended');
    await Promise.all(ended.map((server) => server.restart()));
    await this.ensemble.waitForServing({ timeoutMs: WAIT_MS });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#areStopped = true;
    await Promise.all(this.parts.map((part) => part.kill()));
    await Promise.all(this.#clients.map((zk) => zk.close()));
    await this.ensemble.close();
    // What a part has started dies a moment after it, and may be writing.
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }

  #startAgain(part: PartProcess): void {
    setTimeout(() => {
      if (!this.#areStopped) part.start();
    }, RESTART_MS).unref();
  }
}
