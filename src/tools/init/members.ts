/**
 * The members that `zooid init` writes for: from `--servers` to addresses, ports and the folder of
 * each. What is left out is ZooKeeper's usual.
 */
import { join, resolve } from 'node:path';
import { ToolExit } from '../../base/tool-exit.ts';
import {
  parseEnsemble,
  type ServerSpecification,
} from '../../server/config/server-specification.ts';
import { refuseBadConfig } from '../configuration.ts';
import { ToolError } from '../tool-error.ts';

const PORTS = { client: 2181, secure: 2281, quorum: 2888, election: 3888 };
/** With the usual ports, the client ports of more would meet those for TLS. */
const LOCAL_SERVERS_MAX = 100;
const LOOPBACK = '127.0.0.1';
const NUMBER = /^\d+$/;

export interface InitOptions {
  readonly dir: string;
  /** A number, or a list as in `server.N`; absent: one server, no ensemble. */
  readonly servers?: string;
  /** All on this machine, which alone they serve. */
  readonly local?: boolean;
  readonly basePort?: string;
  /** Where the folder of a member will lie on its host. */
  readonly home: string;
  readonly tls?: boolean;
}

export interface Member {
  readonly id: number;
  /** Where its files are written. */
  readonly folder: string;
  /** Where they will be when it runs. */
  readonly home: string;
  readonly host: string;
  readonly clientPort: number;
  readonly secureClientPort: number;
  /** Null for the address that all of the machine's have. */
  readonly clientAddress: string | null;
}

export interface Plan {
  readonly members: readonly Member[];
  /** Empty when there is one server alone. */
  readonly servers: readonly ServerSpecification[];
}

export async function planMembers(options: InitOptions): Promise<Plan> {
  const { servers, local = false } = options;
  if (servers === undefined) return planAlone(options);
  if (!NUMBER.test(servers)) {
    if (local) throw usage('--local wants a number of servers, as in --servers 3 --local');
    return planListed(servers, options);
  }
  if (!local) {
    throw usage(
      `--servers ${servers}: name the hosts, as in --servers a,b,c, or say --local to have them ` +
        'all on this machine',
    );
  }
  return planLocal(wholeNumber('--servers', servers, LOCAL_SERVERS_MAX), options);
}

function planAlone({ dir, basePort, local = false }: InitOptions): Plan {
  const folder = resolve(dir);
  const [clientPort, secureClientPort] = [
    portAfter(basePort, PORTS.client, 0),
    portAfter(basePort, PORTS.secure, 1),
  ];
  const clientAddress = local ? LOOPBACK : null;
  const ports = { clientPort, secureClientPort, clientAddress };
  return { members: [{ id: 1, folder, home: folder, host: 'localhost', ...ports }], servers: [] };
}

async function planLocal(count: number, options: InitOptions): Promise<Plan> {
  const first = {
    client: portAfter(options.basePort, PORTS.client, 0),
    quorum: portAfter(options.basePort, PORTS.quorum, count),
    election: portAfter(options.basePort, PORTS.election, 2 * count),
    secure: portAfter(options.basePort, PORTS.secure, 3 * count),
  };
  const list = Array.from({ length: count }, (_, at) => {
    const client = `${LOOPBACK}:${first.client + at}`;
    return `${LOOPBACK}:${first.quorum + at}:${first.election + at};${client}`;
  });
  const servers = await parseServers(list);
  const members = servers.map((server) => {
    const folder = resolve(memberFolder(options.dir, server.id));
    const secureClientPort = first.secure + server.id - 1;
    return { ...memberOf(server), folder, home: folder, secureClientPort };
  });
  return { members, servers };
}

async function planListed(text: string, { dir, home, basePort }: InitOptions): Promise<Plan> {
  if (basePort !== undefined) throw usage('--base-port goes with --local; the list has the ports');
  const servers = await parseServers(text.split(',').map((each) => completeServer(each.trim())));
  const members = servers.map((server) => ({
    ...memberOf(server),
    folder: resolve(memberFolder(dir, server.id)),
    home,
    secureClientPort: server.secureClientAddress?.port ?? PORTS.secure,
  }));
  return { members, servers };
}

/** `a`, `a;2181` and `a:2888:3888:observer` to the whole form. */
function completeServer(text: string): string {
  const [server = '', client = String(PORTS.client), ...rest] = text.split(';');
  // The colons of an IPv6 address stand in brackets.
  const isHostOnly = !server.replace(/^\[[^\]]*\]/, '').includes(':');
  const whole = isHostOnly ? `${server}:${PORTS.quorum}:${PORTS.election}` : server;
  return [whole, client, ...rest].join(';');
}

function parseServers(list: readonly string[]): Promise<ServerSpecification[]> {
  const origin = { source: '--servers', line: 0 };
  const entries = list.map((value, at) => ({ key: `server.${at + 1}`, value, origin }));
  return refuseBadConfig(ToolExit.usage, () => [...parseEnsemble(entries).servers]);
}

function memberOf({ id, addresses, clientAddress }: ServerSpecification) {
  const { host = '', port = PORTS.client } = clientAddress ?? {};
  const isAny = host === '' || host === '0.0.0.0' || host === '::';
  const own = addresses[0]?.host ?? '';
  return { id, host: own, clientPort: port, clientAddress: isAny ? null : host };
}

function memberFolder(dir: string, id: number): string {
  return join(dir, `zoo${id}`);
}

function portAfter(basePort: string | undefined, usual: number, offset: number): number {
  if (basePort === undefined) return usual;
  return wholeNumber('--base-port', basePort, 65_535 - 4 * LOCAL_SERVERS_MAX) + offset;
}

function wholeNumber(name: string, text: string, max: number): number {
  const value = NUMBER.test(text) ? Number(text) : 0;
  if (value >= 1 && value <= max) return value;
  throw usage(`${name} ${text}: a whole number from 1 to ${max} is wanted`);
}

function usage(message: string): ToolError {
  return new ToolError(`${message}.`, ToolExit.usage);
}
