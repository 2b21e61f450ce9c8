/** The words that `zkCli.sh` is started with. */
import { ToolExit } from '../base/tool-exit.ts';
import { CommandLineError } from './command-line-error.ts';

export interface LaunchOptions {
  readonly server: string;
  readonly timeoutMs: number;
  readonly isReadOnly: boolean;
  readonly waitsForConnection: boolean;
  readonly clientConfiguration: string | undefined;
  readonly isHelpWanted: boolean;
  /** A command and its words; none for a script or a person. */
  readonly command: readonly string[];
}

export const LAUNCH_USAGE =
  'zkCli.sh [-server host:port[,host:port]*[/chroot]] [-timeout ms] [-r] [-waitforconnection] ' +
  '[-client-configuration file] [cmd args]';

const TIMEOUT_MS_MAX = 2 ** 31 - 1;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Throws CommandLineError. Flags stand in front of the command. */
export function readLaunchOptions(words: readonly string[]): LaunchOptions {
  const options: Mutable<LaunchOptions> = {
    server: 'localhost:2181',
    timeoutMs: 30_000,
    isReadOnly: false,
    waitsForConnection: false,
    clientConfiguration: undefined,
    isHelpWanted: false,
    command: [],
  };
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    const value = () => {
      at++;
      return valueBehind(word, words[at]);
    };
    if (!word.startsWith('-')) {
      options.command = words.slice(at);
      break;
    }
    switch (word) {
      case '-server':
        options.server = value();
        break;
      case '-timeout':
        options.timeoutMs = timeoutOf(value());
        break;
      case '-r':
        options.isReadOnly = true;
        break;
      case '-waitforconnection':
        options.waitsForConnection = true;
        break;
      case '-client-configuration':
        options.clientConfiguration = value();
        break;
      case '-h':
      case '-help':
      case '--help':
        options.isHelpWanted = true;
        break;
      default:
        throw wrong(`Unknown option ${word}`);
    }
  }
  return options;
}

function valueBehind(option: string, value: string | undefined): string {
  if (value !== undefined) return value;
  throw wrong(`Error: no argument found for option ${option}`);
}

function timeoutOf(text: string): number {
  const timeoutMs = Number(text);
  if (/^\d+$/.test(text) && timeoutMs >= 1 && timeoutMs <= TIMEOUT_MS_MAX) return timeoutMs;
  throw wrong(`-timeout is a number of milliseconds, not ${JSON.stringify(text)}`);
}

function wrong(message: string): CommandLineError {
  return new CommandLineError(message, { exitCode: ToolExit.usage, usage: LAUNCH_USAGE });
}
