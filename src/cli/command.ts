/** What a command of the shell is, and what it is given. */
import type { ZooKeeper } from '../client/index.ts';
import type { Flag, FlagRules, GivenWords } from './flags.ts';
import type { Output } from './output.ts';
import type { WatchPrinter } from './watch-printer.ts';

export interface Call extends Output {
  readonly zk: ZooKeeper;
  readonly watches: WatchPrinter;
  /** Behind the command's name, without flags; at least as many as `wordsMin` says. */
  readonly words: readonly string[];
  readonly given: GivenWords;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  /** The connect string of this session. */
  readonly host: string;
  /** A client of another ensemble, to be closed by whoever asks. */
  openOther(host: string): ZooKeeper;
}

interface Named {
  readonly name: string;
  /** What follows the name in the usage. */
  readonly form: string;
  /** Not one of Java's: wrong forms end with ToolExit.usage. */
  readonly isOurs?: boolean;
}

/** One that asks a server. */
export interface NodeCommand extends Named {
  readonly kind: 'node';
  readonly flags?: readonly Flag[];
  readonly oneOf?: FlagRules['oneOf'];
  readonly wordsMin?: number;
  /** Compat: of Java's commands only `get` and `set` explain their flags. */
  readonly explainsFlags?: boolean;
  /** False for what also works while no server is to be had. */
  readonly needsServer?: boolean;
  run(call: Call): Promise<void>;
}

/** One that concerns the shell itself. */
export interface ShellCommand extends Named {
  readonly kind: 'shell';
  run(shell: ShellControl, words: readonly string[], signal: AbortSignal): Promise<void> | void;
}

export type Command = NodeCommand | ShellCommand;

/** What commands may do with the shell. */
export interface ShellControl extends Output {
  /** As it was given: `host:port,…/chroot`. */
  readonly host: string;
  printsWatches: boolean;
  /** The lines so far, the one under way among them; by number. */
  readonly lines: ReadonlyMap<number, string>;
  /** The number of the line under way. */
  readonly lineNumber: number;
  connect(host: string, signal: AbortSignal): Promise<void>;
  redo(lineNumber: number, signal: AbortSignal): Promise<void>;
  quit(): Promise<void>;
}
