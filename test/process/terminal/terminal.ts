/** A program at a pseudo-terminal of 200 columns, which Python's pty module makes. */
import { spawn, spawnSync } from 'node:child_process';
import type { TestContext } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { cleanUp } from '../../server/embedded-server.ts';

const DEADLINE_MS = 30_000;
/** It passes on what it is given, and the program's own exit code. */
const BRIDGE = `
import os, pty, sys
status = pty.spawn(['sh', '-c', 'stty cols 200 rows 50; exec "$@"', 'sh'] + sys.argv[1:])
sys.exit(os.waitstatus_to_exitcode(status))
`;

/** What Node asks, besides TERM, when it decides whether a terminal has colours: a CI sets some. */
const NO_SAY = {
  ...{ CI: undefined, FORCE_COLOR: undefined, NO_COLOR: undefined, NODE_DISABLE_COLORS: undefined },
  ...{ COLORTERM: undefined, TEAMCITY_VERSION: undefined, TF_BUILD: undefined, TMUX: undefined },
};

/** Why there is none here. */
export function missingTerminal(): string | undefined {
  const { status } = spawnSync('python3', ['-c', 'import pty, os; os.waitstatus_to_exitcode']);
  return status === 0 ? undefined : 'There is no python3 (3.9 or newer) with a pty module.';
}

export class Terminal {
  readonly #child;
  /** What came and was not yet expected, with its control characters. */
  #output = '';
  #onOutput = () => {};
  readonly #ended: Promise<number | null>;

  constructor(t: TestContext, words: readonly string[], env: NodeJS.ProcessEnv = {}) {
    this.#child = spawn('python3', ['-c', BRIDGE, ...words], {
      env: { ...process.env, ...NO_SAY, TERM: 'xterm', ...env },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.#output += text;
      this.#onOutput();
    });
    this.#ended = new Promise((resolve) => this.#child.once('close', resolve));
    cleanUp(t, async () => {
      this.#child.kill('SIGKILL');
      await this.#ended;
    });
  }

  type(keys: string): void {
    this.#child.stdin.write(keys);
  }

  /** Its exit code, once it has ended of itself. */
  async end(): Promise<number | null> {
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), DEADLINE_MS);
    const code = await this.#ended;
    clearTimeout(timer);
    return code;
  }

  /** Waits until that is shown, control characters aside, and takes it with all before it. */
  async see(text: string): Promise<void> {
    const shown = await this.#shown(text, stripVTControlCharacters);
    this.#output = shown.slice(shown.indexOf(text) + text.length);
  }

  /** All that came until that did, as it came: colours, too. */
  seeRaw(text: string): Promise<string> {
    return this.#shown(text, (output) => output);
  }

  /** What came, as that shows it, once the text is in it. */
  async #shown(text: string, show: (output: string) => string): Promise<string> {
    const deadlineMs = performance.now() + DEADLINE_MS;
    for (;;) {
      const shown = show(this.#output);
      if (shown.includes(text)) return shown;
      const leftMs = deadlineMs - performance.now();
      if (leftMs <= 0)
        throw new Error(`Not seen: ${JSON.stringify(text)} in ${JSON.stringify(shown)}`);
      await this.#more(leftMs);
    }
  }

  /** Resolves when something came, or after that time. */
  #more(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, timeoutMs);
      this.#onOutput = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
