/**
 * EnsembleServer: a server of the ensemble as its configuration has it (QuorumPeer.QuorumServer in
 * ZooKeeper), and the text for it:
 * `host:quorumPort:electionPort[:role][|…][;[host:]clientPort[;[host:]secureClientPort]]`.
 */
import type { ServerId } from '../../../base/server-id.ts';

export interface HostAndPort {
  readonly host: string;
  readonly port: number;
}

export interface ServerAddress {
  readonly host: string;
  readonly quorumPort: number;
  readonly electionPort: number;
}

export interface EnsembleServer {
  readonly id: ServerId;
  /** At least one. */
  readonly addresses: readonly ServerAddress[];
  readonly role: 'participant' | 'observer';
  /** Null where the configuration does not say. */
  readonly clientAddress: HostAndPort | null;
  readonly secureClientAddress: HostAndPort | null;
}

/** `isIllegal`: for Java not a wrong configuration but an illegal argument, which clients are told. */
export class ConfigTextError extends Error {
  readonly isIllegal: boolean;

  constructor(message: string, isIllegal = false) {
    super(message);
    this.isIllegal = isIllegal;
  }
}

const FORM = 'host:quorumPort:electionPort[:participant|observer][;[host:]clientPort]';
const PORT_MAX = 65_535;

/** Throws ConfigTextError. */
export function parseEnsembleServer(id: ServerId, text: string): EnsembleServer {
  const [servers = '', client = '', ...secure] = text.split(';').map((part) => part.trim());
  const parsed = servers.split('|').map((address) => parseAddress(text, address));
  const roles = new Set(parsed.flatMap(({ role }) => (role === null ? [] : [role])));
  if (roles.size > 1) throw new ConfigTextError(`${text}: all addresses must have the same role.`);
  const [role = 'participant'] = roles;
  return {
    id,
    addresses: parsed.map(({ address }) => address),
    role,
    clientAddress: parseClientAddress(text, client),
    // Compat: with anything after it Java passes over the third part.
    secureClientAddress: secure.length === 1 ? parseClientAddress(text, secure[0] ?? '') : null,
  };
}

function parseAddress(text: string, address: string) {
  const parts = splitHostAndPorts(address);
  const [host = '', quorum = '', election = '', roleText = ''] = parts;
  if (parts.length < 3 || parts.length > 4 || host === '') {
    throw new ConfigTextError(`${text} does not have the form ${FORM}.`);
  }
  const quorumPort = parsePort(text, quorum);
  const electionPort = parsePort(text, election);
  if (quorumPort === electionPort) {
    throw new ConfigTextError(`${text}: quorum and election port must be different.`);
  }
  const role = parts.length === 4 ? parseRole(text, roleText) : null;
  return { address: { host, quorumPort, electionPort }, role };
}

function parseRole(text: string, role: string): EnsembleServer['role'] {
  const lower = role.toLowerCase();
  if (lower === 'participant' || lower === 'observer') return lower;
  throw new ConfigTextError(`${text}: the role must be participant or observer.`);
}

function parseClientAddress(text: string, address: string): HostAndPort | null {
  if (address === '') return null;
  const parts = splitHostAndPorts(address);
  const [first = '', second] = parts;
  if (parts.length > 2) throw new ConfigTextError(`${text} does not have the form ${FORM}.`);
  if (second === undefined) return { host: '0.0.0.0', port: parsePort(text, first) };
  return { host: first, port: parsePort(text, second) };
}

function parsePort(text: string, word: string): number {
  if (!/^[+-]?\d+$/.test(word)) throw new ConfigTextError(`${text}: ${word} is no port.`);
  const port = Number(word);
  if (port > PORT_MAX || port < 0) {
    throw new ConfigTextError(`${text}: a port is a number from 0 to ${PORT_MAX}.`, true);
  }
  return port;
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

/** As Java writes it: an IPv6 address in full. */
function canonicalHost(host: string): string {
  if (!/^[0-9a-fA-F:]+$/.test(host) || !host.includes(':')) return host;
  const [front = '', back] = host.split('::');
  const head = front === '' ? [] : front.split(':');
  const tail = back === undefined || back === '' ? [] : back.split(':');
  const zeros = back === undefined ? 0 : 8 - head.length - tail.length;
  if (zeros < 0 || head.length + zeros + tail.length !== 8) return host;
  const groups = [...head, ...new Array<string>(zeros).fill('0'), ...tail];
  return groups.map((group) => Number.parseInt(group, 16).toString(16)).join(':');
}

/** What follows `server.N=`, as ZooKeeper writes it. */
export function describeEnsembleServer(server: EnsembleServer): string {
  const { addresses, role, clientAddress, secureClientAddress } = server;
  const sorted = [...addresses].sort((one, other) => compare(one.host, other.host));
  const servers = sorted.map(
    ({ host, quorumPort, electionPort }) => `${bracketed(host)}:${quorumPort}:${electionPort}`,
  );
  const client = clientAddress === null ? '' : `;${describeHostAndPort(clientAddress)}`;
  const gap = clientAddress === null ? ';' : '';
  const secure =
    secureClientAddress === null ? '' : `${gap};${describeHostAndPort(secureClientAddress)}`;
  return `${servers.join('|')}:${role}${client}${secure}`;
}

function compare(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}

function describeHostAndPort({ host, port }: HostAndPort): string {
  return `${bracketed(host)}:${port}`;
}

function bracketed(host: string): string {
  return host.includes(':') ? `[${canonicalHost(host)}]` : host;
}

export function hasSameQuorumAddress(one: EnsembleServer, other: EnsembleServer): boolean {
  return quorumAddresses(one) === quorumAddresses(other);
}

function quorumAddresses({ addresses }: EnsembleServer): string {
  const texts = addresses.map(
    ({ host, quorumPort }) => `${canonicalHost(host).toLowerCase()} ${quorumPort}`,
  );
  return texts.sort().join('|');
}

/**
 * An address that both have, or null. Addresses that every host has for itself do not count. Java
 * looks host names up and compares what it finds; here a name is only equal to itself.
 */
export function sharedAddress(one: EnsembleServer, other: EnsembleServer): string | null {
  const others = new Set(addressesOf(other));
  return addressesOf(one).find((address) => others.has(address)) ?? null;
}

function addressesOf(server: EnsembleServer): string[] {
  const { addresses, clientAddress, secureClientAddress } = server;
  const all = addresses.flatMap(({ host, quorumPort, electionPort }) => [
    { host, port: quorumPort },
    { host, port: electionPort },
  ]);
  if (clientAddress !== null) all.push(clientAddress);
  if (secureClientAddress !== null) all.push(secureClientAddress);
  return all.filter(({ host }) => !isOfEveryHost(host)).map(describeHostAndPort);
}

function isOfEveryHost(host: string): boolean {
  return /^(localhost|127\..*|0\.0\.0\.0|0:0:0:0:0:0:0:[01])$/i.test(canonicalHost(host));
}
