/**
 * Shell: a session of the shell (ZooKeeperMain): its client, its lines and its exit code. Whoever
 * has the lines (the command line, a script, a terminal) gives them one after another.
 */
import { ToolExit } from '../base/tool-exit.ts';
import { parseConnectString } from '../client/connect-string.ts';
import { ZooKeeper, type ZooKeeperOptions } from '../client/index.ts';
import { adviceFor } from './advice.ts';
import type { Call, NodeCommand, ShellControl } from './command.ts';
import { CommandLineError } from './command-line-error.ts';
import { findCommand } from './command-table.ts';
import { explain, notFound } from './explain.ts';
import { type GivenWords, readFlags } from './flags.ts';
import { mutedBy, type Output } from './output.ts';
import { isFinal, stateWord } from './shell-state.ts';
import { usageOf } from './usage.ts';
import { WatchPrinter } from './watch-printer.ts';
import { splitWords } from './words.ts';

export interface ShellOptions {
  readonly host: string;
  readonly timeoutMs: number;
  readonly waitsForConnection: boolean;
  readonly client: ZooKeeperOptions;
  readonly output: Output;
  /** Nothing but results is printed. */
  readonly isQuiet?: boolean;
  /** Called when the prompt is another one. */
  readonly onState?: () => void;
}

/** Of a command that nobody gives up. */
const NEVER: AbortSignal = new AbortController().signal;

interface Client {
  readonly zk: ZooKeeper;
  readonly watches: WatchPrinter;
}

export class Shell implements ShellControl {
  readonly lines = new Map<number, string>();
  readonly print: Output['print'];
  readonly announce: Output['announce'];
  readonly complain: Output['complain'];
  readonly fail: Output['fail'];
  printsWatches: boolean;
  readonly #options: ShellOptions;
  #host: string;
  #client: Client | undefined;
  #lineNumber = 0;
  #exitCode: number = ToolExit.done;
  #isOver = false;

  constructor(options: ShellOptions) {
    this.#options = options;
    this.#host = options.host;
    this.print = options.output.print;
    this.announce = options.output.announce;
    this.complain = options.output.complain;
    this.fail = options.output.fail;
    this.printsWatches = options.isQuiet !== true;
  }

  get host(): string {
    return this.#host;
  }

  get lineNumber(): number {
    return this.#lineNumber;
  }

  /** Of the last command. */
  get exitCode(): number {
    return this.#exitCode;
  }

  /** `quit` was said. */
  get isOver(): boolean {
    return this.#isOver;
  }

  get zk(): ZooKeeper | undefined {
    return this.#client?.zk;
  }

  /** In Java's words. */
  get state(): string {
    return stateWord(this.#client?.zk.state ?? 'closed');
  }

  /** Rejects with CommandLineError when the host cannot be one, or the wait for it was in vain. */
  async connect(host: string, signal: AbortSignal = NEVER): Promise<void> {
    const { client, timeoutMs, waitsForConnection } = this.#options;
    // The session that is there outlives a host that cannot be one.
    parseConnectString(host);
    await this.#client?.zk.close();
    this.#host = host;
    const watches = new WatchPrinter((text) => {
      if (this.printsWatches) this.announce(text);
    });
    const zk = new ZooKeeper(host, client);
    zk.onState((change) => {
      watches.onState(change);
      this.#options.onState?.();
    });
    this.#client = { zk, watches };
    if (!waitsForConnection) return;
    try {
      await zk.connected({ timeoutMs, signal });
    } catch (error) {
      await zk.close();
      throw new CommandLineError(adviceFor(error, host) ?? String(error));
    }
  }

  /** The session ends with the shell, without a word. */
  async end(): Promise<void> {
    this.printsWatches = false;
    await this.#client?.zk.close();
  }

  async quit(): Promise<void> {
    await this.#client?.zk.close();
    this.#isOver = true;
  }

  async redo(lineNumber: number, signal: AbortSignal): Promise<void> {
    const line = this.lines.get(lineNumber);
    if (lineNumber < 0 || lineNumber >= this.#lineNumber || line === undefined) {
      throw new CommandLineError('Command index out of range');
    }
    const words = splitWords(line);
    if (words[0] === 'redo') throw new CommandLineError('No redoing redos');
    this.lines.set(this.#lineNumber, line);
    await this.run(words, signal);
  }

  /** A line that was typed or read. `signal` gives the command up. */
  async runLine(line: string, signal?: AbortSignal): Promise<void> {
    const words = splitWords(line);
    if (line.trim() === '') return;
    this.lines.set(this.#lineNumber, line);
    await this.run(words, signal);
    this.#lineNumber++;
  }

  async run(words: readonly string[], signal: AbortSignal = NEVER): Promise<void> {
    try {
      await untilAborted(this.#dispatch(words, signal), signal);
      // Compat: quit leaves the exit code of the command before it.
      if (!this.#isOver) this.#exitCode = ToolExit.done;
    } catch (error) {
      if (signal.aborted && error === signal.reason) this.#exitCode = ToolExit.failed;
      else this.#explain(error, words);
    }
  }

  #explain(error: unknown, words: readonly string[]): void {
    const { preface, lines, exitCode } = explain(error, { words, host: this.#host });
    if (preface !== undefined) this.complain(preface);
    for (const line of lines) this.fail(line);
    this.#exitCode = exitCode;
  }

  async #dispatch([name = '', ...words]: readonly string[], signal: AbortSignal): Promise<void> {
    const command = findCommand(name);
    if (command === undefined) throw notFound(name);
    if (command.kind === 'shell') await command.run(this, words, signal);
    if (this.#isOver || (command.kind === 'shell' && command.isOurs === true)) return;
    const client = this.#client;
    // Compat: also behind a command that needs no server.
    if (client === undefined || isFinal(client.zk.state)) return this.print('Not connected');
    if (command.kind === 'node') await this.#runNodeCommand(command, { ...client, words, signal });
  }

  async #runNodeCommand(
    command: NodeCommand,
    { zk, watches, words, signal }: Client & { words: readonly string[]; signal: AbortSignal },
  ): Promise<void> {
    const given = givenWords(command, words);
    if (command.needsServer !== false) {
      await zk.connected({ roundsMax: 1, timeoutMs: this.#options.timeoutMs, signal });
    }
    const { output, client } = this.#options;
    const openOther = (host: string) => new ZooKeeper(host, client);
    const call: Call = {
      ...{ ...mutedBy(signal, output), zk, watches, words: given.words, given, signal },
      ...{ host: this.#host, openOther },
    };
    await command.run(call);
  }
}

/** Throws CommandLineError for what is not in the command's form. */
function givenWords(command: NodeCommand, words: readonly string[]): GivenWords {
  const { flags = [], wordsMin = 0, isOurs } = command;
  try {
    const given = readFlags(words, { ...command, flags });
    if (given.words.length >= wordsMin) return given;
    const usage = usageOf(command);
    throw isOurs === true
      ? new CommandLineError('There are too few words', { usage })
      : new CommandLineError(usage);
  } catch (error) {
    if (isOurs !== true || !(error instanceof CommandLineError)) throw error;
    throw new CommandLineError(error.message, { ...error, exitCode: ToolExit.usage });
  }
}

/** Rejects with the signal's reason: the request under way goes on, and nobody listens. */
function untilAborted(work: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    const end = () => signal.removeEventListener('abort', onAbort);
    work.finally(end).then(resolve, reject);
  });
}
