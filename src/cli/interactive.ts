/**
 * The shell at a terminal, on Node's REPL for its line editor: history that stays, search in it by
 * Ctrl-R, completion. Nothing of JavaScript is left of it.
 */
import { homedir } from 'node:os';
import { join } from 'node:path';
import { clearScreenDown, cursorTo, moveCursor } from 'node:readline';
import { type REPLServer, type ReplOptions, start } from 'node:repl';
import { type Completion, complete } from './completion.ts';
import { processOutput } from './output.ts';
import { promptOf } from './prompt.ts';
import { Shell, type ShellOptions } from './shell.ts';

const HISTORY_LINES = 1000;
const HISTORY_FILE = '.zkcli_history';
/** Before the first prompt: longer than a connection takes, shorter than a person waits. */
const FIRST_CONNECTION_MS = 1000;
/** Credentials are not kept on a disk. */
const SECRET = /^\s*addauth\b/;

/** The signal ends it. */
export async function runInteractively(
  options: Omit<ShellOptions, 'output'>,
  signal: AbortSignal,
): Promise<number> {
  const session = new InteractiveSession(options);
  return session.run(signal);
}

class InteractiveSession {
  readonly #shell: Shell;
  #repl: REPLServer | undefined;
  /** Of the command under way. */
  #running: AbortController | undefined;
  #work: Promise<void> = Promise.resolve();

  constructor(options: Omit<ShellOptions, 'output'>) {
    const output = processOutput((write) => this.#aroundPrompt(write));
    this.#shell = new Shell({ ...options, output, onState: () => this.#onState() });
  }

  async run(signal: AbortSignal): Promise<number> {
    const shell = this.#shell;
    shell.print('Welcome to ZooKeeper!');
    await shell.connect(shell.host, signal);
    const timeoutMs = FIRST_CONNECTION_MS;
    await shell.zk?.connected({ roundsMax: 1, timeoutMs, signal }).catch(() => {});
    const repl = this.#start();
    this.#repl = repl;
    const exited = new Promise((resolve) => repl.once('exit', resolve));
    const close = () => repl.close();
    signal.addEventListener('abort', close, { once: true });
    if (signal.aborted) close();
    await exited;
    // No prompt any more: showing one would wait for keys again.
    this.#repl = undefined;
    this.#running?.abort();
    await this.#work;
    await shell.end();
    return shell.exitCode;
  }

  #start(): REPLServer {
    const shell = this.#shell;
    const editor: ReplOptions & { historySize: number } = {
      ...{ prompt: promptOf(shell), terminal: true, useGlobal: true, historySize: HISTORY_LINES },
      ...{ ignoreUndefined: true, preview: false, useColors: false },
      eval: (line, _context, _file, done) => {
        this.#work = this.#work
          .then(() => this.#runLine(line))
          .then(
            () => done(null, undefined),
            (error: Error) => done(error, undefined),
          );
      },
      completer: (line: string, done: (error: null, result: Completion) => void) => {
        void complete(line, shell.zk).then((result) => done(null, result));
      },
    };
    const repl = start(editor);
    for (const name of Object.keys(repl.commands))
      delete (repl.commands as NodeJS.Dict<unknown>)[name];
    repl.removeAllListeners('SIGINT');
    repl.on('SIGINT', () => this.#onInterrupt(repl));
    repl.on('history', (lines: string[]) => {
      if (SECRET.test(lines[0] ?? '')) lines.shift();
    });
    const file = process.env['ZKCLI_HISTORY'] ?? join(homedir(), HISTORY_FILE);
    // A history that cannot be kept is no reason not to work.
    if (file !== '') repl.setupHistory(file, () => {});
    return repl;
  }

  async #runLine(line: string): Promise<void> {
    const shell = this.#shell;
    if (shell.isOver) return;
    const running = new AbortController();
    this.#running = running;
    try {
      await shell.runLine(line.replace(/\n$/, ''), running.signal);
    } finally {
      this.#running = undefined;
    }
    this.#repl?.setPrompt(promptOf(shell));
    if (shell.isOver) this.#repl?.close();
  }

  /** Ctrl-C gives up the command under way, or else the line. */
  #onInterrupt(repl: REPLServer): void {
    process.stdout.write('^C\n');
    if (this.#running !== undefined) return this.#running.abort();
    Object.assign(repl, { line: '', cursor: 0 });
    repl.displayPrompt();
  }

  /** What comes while a line is being typed stands above it. */
  #aroundPrompt(write: () => void): void {
    const repl = this.#repl;
    if (repl === undefined || this.#running !== undefined) return write();
    const { stdout } = process;
    moveCursor(stdout, 0, -repl.getCursorPos().rows);
    cursorTo(stdout, 0);
    clearScreenDown(stdout);
    write();
    repl.displayPrompt(true);
  }

  #onState(): void {
    this.#repl?.setPrompt(promptOf(this.#shell));
    this.#aroundPrompt(() => {});
  }
}
