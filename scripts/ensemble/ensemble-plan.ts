/** What `npm run ensemble` starts: servers, their ports and their files. */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { escapeProperty } from '../../src/server/config/embedded-config.ts';

/** As many as have ports of their own between 2181 and the first quorum port, and far below it. */
const SERVERS_MAX = 20;
const FIRST_PORTS = { client: 2181, quorum: 2887, election: 3887 };

export interface EnsembleOptions {
  readonly voters: number;
  readonly observers: number;
  /** All ports follow this one; null for ZooKeeper's own. */
  readonly basePort: number | null;
  readonly directory: string;
}

export interface PlannedServer {
  readonly id: number;
  readonly name: string;
  readonly clientPort: number;
  readonly configFile: string;
  readonly config: string;
  readonly dataDir: string;
}

export const ENSEMBLE_USAGE = `Usage: npm run ensemble -- [--voters 3] [--observers 1] [--base-port N] [--data ./data/ensemble]`;

/** Throws an error whose message is for the user. */
export function parseEnsembleOptions(args: readonly string[]): EnsembleOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      voters: { type: 'string', default: '3' },
      observers: { type: 'string', default: '1' },
      'base-port': { type: 'string' },
      data: { type: 'string', default: './data/ensemble' },
    },
  });
  const voters = wholeNumber('voters', values.voters, { min: 1, max: SERVERS_MAX });
  const observers = wholeNumber('observers', values.observers, { min: 0, max: SERVERS_MAX });
  if (voters + observers > SERVERS_MAX) {
    throw new Error(`There may be ${SERVERS_MAX} servers at most, not ${voters + observers}.`);
  }
  const highest = 65_535 - 3 * SERVERS_MAX;
  const given = values['base-port'];
  const basePort =
    given === undefined ? null : wholeNumber('base-port', given, { min: 1, max: highest });
  return { voters, observers, basePort, directory: values.data };
}

function wholeNumber(
  name: string,
  text: string,
  { min, max }: { readonly min: number; readonly max: number },
): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw new Error(`--${name} ${text}: a whole number from ${min} to ${max} is wanted.`);
}

export function planEnsemble(options: EnsembleOptions): PlannedServer[] {
  const { voters, observers, directory } = options;
  const ids = Array.from({ length: voters + observers }, (_, index) => index + 1);
  const first = firstPorts(options);
  const list = ids.map((id) => {
    const role = id > voters ? 'observer' : 'participant';
    const [quorum, election] = [first.quorum + id - 1, first.election + id - 1];
    return `server.${id}=127.0.0.1:${quorum}:${election}:${role}\n`;
  });
  return ids.map((id) => {
    const name = `zoo${id}`;
    const dataDir = join(directory, name);
    const clientPort = first.client + id - 1;
    const config = `${memberConfig(dataDir, clientPort)}${list.join('')}`;
    return { id, name, clientPort, dataDir, config, configFile: join(directory, `${name}.cfg`) };
  });
}

function firstPorts({ basePort, voters, observers }: EnsembleOptions): typeof FIRST_PORTS {
  if (basePort === null) return FIRST_PORTS;
  const count = voters + observers;
  return { client: basePort, quorum: basePort + count, election: basePort + 2 * count };
}

function memberConfig(dataDir: string, clientPort: number): string {
  return `# Written by npm run ensemble at each start.
tickTime=2000
initLimit=10
syncLimit=5
dataDir=${escapeProperty(dataDir.startsWith('/') ? dataDir : `./${dataDir}`)}
clientPort=${clientPort}
clientPortAddress=127.0.0.1
admin.enableServer=false
standaloneEnabled=false
4lw.commands.whitelist=*
`;
}

/** For clients: every server's address. */
export function connectString(servers: readonly PlannedServer[]): string {
  return servers.map(({ clientPort }) => `127.0.0.1:${clientPort}`).join(',');
}
