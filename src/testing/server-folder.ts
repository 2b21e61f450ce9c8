/** The files of one server of the test kit: its zoo.cfg, its myid, its data. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { untilExit } from './until-exit.ts';

export type ConfigEntries = Readonly<Record<string, string | number | boolean>>;

/** A folder that goes when it is told to, or with this process. */
export class TemporaryFolder {
  readonly path: string;
  readonly #forget: () => void;

  constructor() {
    this.path = mkdtempSync(join(tmpdir(), 'zooid-testing-'));
    this.#forget = untilExit(() => this.#remove());
  }

  remove(): void {
    this.#remove();
    this.#forget();
  }

  #remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

export interface ServerFolderOptions {
  /** Where everything lies that is not the user's. */
  readonly root: string;
  readonly id: number;
  /** The user's own; it stays. */
  readonly dataDir?: string | undefined;
}

export class ServerFolder {
  readonly dataDir: string;
  readonly configFile: string;
  readonly root: string;
  readonly #id: number;

  constructor({ root, id, dataDir }: ServerFolderOptions) {
    const folder = join(root, `server-${id}`);
    this.root = root;
    this.#id = id;
    this.dataDir = dataDir === undefined ? join(folder, 'data') : resolve(dataDir);
    this.configFile = join(folder, 'zoo.cfg');
    mkdirSync(folder);
    this.#prepareData();
  }

  writeConfig(entries: ConfigEntries): void {
    const all = Object.entries({ ...entries, dataDir: this.dataDir });
    const lines = all.map(([key, value]) => `${escaped(key)}=${escaped(String(value))}\n`);
    writeFileSync(this.configFile, lines.join(''));
  }

  /** The disk is another one: only who the server is is known. */
  wipe(): void {
    for (const name of readdirSync(this.dataDir)) {
      rmSync(join(this.dataDir, name), { recursive: true });
    }
    this.#prepareData();
  }

  #prepareData(): void {
    mkdirSync(this.dataDir, { recursive: true });
    writeFileSync(join(this.dataDir, 'myid'), `${this.#id}\n`);
  }
}

/** For a properties file: only what means nothing there is left as it is. */
function escaped(text: string): string {
  return text.replace(/[^A-Za-z0-9./*,;_-]/g, (char) => {
    return `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}
