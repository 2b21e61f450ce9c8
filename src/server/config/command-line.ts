/**
 * The words after the program's name. Positional words are ZooKeeper's (`QuorumPeerMain`): a
 * file, or `port dataDir [tickTime] [maxClientCnxns]`. Options are this program's own and may
 * stand anywhere.
 */
import { ConfigError } from './config-error.ts';

export interface CommandLine {
  readonly positional: readonly string[];
  /** Run with the embedded configuration: this machine only, data in `./data`. */
  readonly isLocal: boolean;
  readonly clientPort: string | undefined;
  readonly dataDir: string | undefined;
  readonly logFormat: string | undefined;
  readonly logLevel: string | undefined;
  readonly isHelp: boolean;
  readonly isVersion: boolean;
}

export const USAGE = `Usage: zooid-server <zoo.cfg>
       zooid-server <port> <dataDir> [tickTime] [maxClientCnxns]
       zooid-server --local [--client-port=2181] [--data-dir=./data]
Options: --log-format=text|json  --log-level=trace|debug|info|warn|error  --help  --version`;

const FLAGS = ['local', 'help', 'version'];
const OPTIONS = ['client-port', 'data-dir', 'log-format', 'log-level'];

export function parseCommandLine(args: readonly string[]): CommandLine {
  const positional: string[] = [];
  const given = new Map<string, string>();
  for (let at = 0; at < args.length; at++) {
    const word = args[at] ?? '';
    if (!word.startsWith('--')) {
      positional.push(word);
      continue;
    }
    const [name = '', ...rest] = word.slice(2).split('=');
    if (FLAGS.includes(name) && rest.length === 0) {
      given.set(name, '');
    } else if (OPTIONS.includes(name)) {
      const value = rest.length > 0 ? rest.join('=') : args[++at];
      if (value === undefined) throw new ConfigError(`--${name} needs a value.\n${USAGE}`);
      given.set(name, value);
    } else {
      throw new ConfigError(`Unknown option ${word}.\n${USAGE}`);
    }
  }
  return {
    positional,
    isLocal: given.has('local'),
    clientPort: given.get('client-port'),
    dataDir: given.get('data-dir'),
    logFormat: given.get('log-format'),
    logLevel: given.get('log-level'),
    isHelp: given.has('help'),
    isVersion: given.has('version'),
  };
}
