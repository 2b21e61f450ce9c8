/**
 * The `server.N`, `group.G` and `weight.N` keys of an ensemble:
 * `host:quorumPort:electionPort[:role][|…][;[host:]clientPort[;[host:]secureClientPort]]`,
 * IPv6 hosts in square brackets.
 */
import type { EnsembleServer, HostAndPort } from '../../core/zab/members/ensemble-server.ts';
import { badValue, ConfigError, describeOrigin } from './config-error.ts';
import type { PropertyEntry } from './properties-file.ts';

/** The same as a reconfiguration names it; only the messages about a wrong one are others. */
export type ServerSpecification = EnsembleServer;
export type ServerRole = EnsembleServer['role'];

export interface EnsembleSpecification {
  readonly servers: readonly ServerSpecification[];
  /** Group id to server ids. */
  readonly groups: ReadonlyMap<number, readonly number[]>;
  /** Server id to weight, where one is given. */
  readonly weights: ReadonlyMap<number, number>;
}

const SERVER_FORM = 'host:quorumPort:electionPort[:participant|observer][;[host:]clientPort]';

export function isEnsembleKey(key: string): boolean {
  return key.startsWith('server.') || key.startsWith('group') || key.startsWith('weight');
}

export function parseEnsemble(entries: Iterable<PropertyEntry>): EnsembleSpecification {
  const servers: ServerSpecification[] = [];
  const groups = new Map<number, readonly number[]>();
  const weights = new Map<number, number>();
  for (const entry of entries) {
    const id = parseId(entry);
    if (entry.key.startsWith('server.')) {
      servers.push(parseServer(id, entry));
    } else if (entry.key.startsWith('group')) {
      groups.set(
        id,
        entry.value.split(':').map((word) => parseNumber(entry, word, 'ids: 1:2:3')),
      );
    } else {
      weights.set(id, parseNumber(entry, entry.value, 'a whole number'));
    }
  }
  servers.sort((older, newer) => older.id - newer.id);
  checkGroups(groups);
  return { servers, groups, weights };
}

function checkGroups(groups: ReadonlyMap<number, readonly number[]>): void {
  const seen = new Set<number>();
  for (const id of [...groups.values()].flat()) {
    if (seen.has(id)) throw new ConfigError(`Server ${id} is in more than one group.`);
    seen.add(id);
  }
}

function parseId(entry: PropertyEntry): number {
  const digits = entry.key.slice(entry.key.indexOf('.') + 1);
  const id = /^\d+$/.test(digits) ? Number(digits) : Number.NaN;
  if (!Number.isSafeInteger(id)) {
    throw new ConfigError(
      `${describeOrigin(entry.origin)}: ${entry.key} has no number at its end.`,
    );
  }
  return id;
}

function parseServer(id: number, entry: PropertyEntry): ServerSpecification {
  const [server = '', client, secure, ...more] = entry.value.split(';').map((part) => part.trim());
  if (more.length > 0) throw refuse(entry, SERVER_FORM);
  const parsed = server.split('|').map((address) => parseServerAddress(entry, address));
  const roles = new Set(parsed.map(({ role }) => role).filter((role) => role !== null));
  if (roles.size > 1) throw refuse(entry, 'the same role for all addresses of a server');
  const [role = 'participant'] = roles;
  return {
    id,
    addresses: parsed.map(({ address }) => address),
    role,
    clientAddress: parseClientAddress(entry, client),
    secureClientAddress: parseClientAddress(entry, secure),
  };
}

function parseServerAddress(entry: PropertyEntry, text: string) {
  const parts = splitHostAndPorts(text);
  const [host = '', quorumText = '', electionText = '', roleText] = parts;
  const isForm = parts.length >= 3 && parts.length <= 4 && host !== '';
  if (!isForm) throw refuse(entry, SERVER_FORM);
  const role = parseRole(entry, roleText);
  const quorumPort = parsePort(entry, quorumText);
  const electionPort = parsePort(entry, electionText);
  if (quorumPort === electionPort) throw refuse(entry, 'different quorum and election ports');
  return { address: { host, quorumPort, electionPort }, role } as const;
}

/** Null where it is not written: one address of several may say it for all. */
function parseRole(entry: PropertyEntry, text: string | undefined): ServerRole | null {
  if (text === undefined) return null;
  const role = text.toLowerCase();
  if (role !== 'participant' && role !== 'observer') throw refuse(entry, SERVER_FORM);
  return role;
}

function parseClientAddress(entry: PropertyEntry, text: string | undefined): HostAndPort | null {
  if (text === undefined || text === '') return null;
  const parts = splitHostAndPorts(text);
  const [first = '', second] = parts;
  if (parts.length > 2) throw refuse(entry, SERVER_FORM);
  if (second === undefined) return { host: '0.0.0.0', port: parsePort(entry, first) };
  return { host: first, port: parsePort(entry, second) };
}

/** Splits at colons; a leading `[address]` counts as one part and loses its brackets. */
export function splitHostAndPorts(text: string): string[] {
  if (!text.startsWith('[')) return text.split(':').map((part) => part.trim());
  const end = text.indexOf(']');
  if (end < 0) return [];
  const rest = text.slice(end + 1);
  if (rest !== '' && !rest.startsWith(':')) return [];
  return [text.slice(1, end), ...rest.split(':').slice(1)].map((part) => part.trim());
}

function parsePort(entry: PropertyEntry, word: string): number {
  const value = parseNumber(entry, word, SERVER_FORM);
  if (value > 65535) throw refuse(entry, 'ports up to 65535');
  return value;
}

function parseNumber(entry: PropertyEntry, word: string, allowed: string): number {
  if (!/^\d+$/.test(word.trim())) throw refuse(entry, allowed);
  return Number(word);
}

function refuse(entry: PropertyEntry, allowed: string): ConfigError {
  return badValue({ ...entry, allowed });
}
