/**
 * The connect string: `host1:port1,host2:port2/chroot`, ports 2181 when left out, IPv6 addresses in
 * brackets (ZooKeeper's ConnectStringParser). Or `srv:_zookeeper._tcp.example.com/chroot`: hosts and
 * ports are then the SRV records of that name, looked up before each attempt.
 */
import { pathProblem } from '../base/path-rules.ts';
import type { Host } from './machine/host-provider.ts';
import { badArguments } from './zookeeper-error.ts';

const PORT_DEFAULT = 2181;
const SRV_PREFIX = 'srv:';
/** Marks a host that stands for the SRV records of its name. */
export const SRV_PORT = -1;

export interface ConnectString {
  /** At least one; a port of `SRV_PORT` stands for SRV records. */
  readonly hosts: readonly Host[];
  /** '' or a path. */
  readonly chroot: string;
}

/** Throws BadArguments that names what is wrong. */
export function parseConnectString(text: unknown): ConnectString {
  if (typeof text !== 'string') {
    throw badArguments('connect', `a connect string is a string, not ${describe(text)}`);
  }
  const slash = text.indexOf('/');
  const list = slash < 0 ? text : text.slice(0, slash);
  const chroot = slash < 0 ? '' : text.slice(slash);
  return { hosts: parseHosts(list, text), chroot: parseChroot(chroot, text) };
}

function parseChroot(chroot: string, text: string): string {
  if (chroot === '' || chroot === '/') return '';
  const problem = pathProblem(chroot);
  if (problem !== null) {
    throw badArguments('connect', `connect string ${JSON.stringify(text)}: chroot: ${problem}`);
  }
  return chroot;
}

function parseHosts(list: string, text: string): Host[] {
  if (list.startsWith(SRV_PREFIX)) {
    const host = list.slice(SRV_PREFIX.length).trim();
    if (host !== '' && !/[,:\s]/.test(host)) return [{ host, port: SRV_PORT }];
    throw badArguments('connect', `connect string ${JSON.stringify(text)}: one name follows srv:`);
  }
  const hosts = list.split(',').map((each) => each.trim());
  // Compat: Java, too, takes empty places in the list as if they were not there.
  const named = hosts.filter((each) => each !== '');
  if (named.length === 0) {
    throw badArguments('connect', `connect string ${JSON.stringify(text)} names no server`);
  }
  return named.map((each) => parseHost(each, text));
}

const BRACKETED = /^\[([0-9a-fA-F:.%\w]+)\](?::(\d+))?$/;
const PLAIN = /^([^:[\]\s]+)(?::(\d+))?$/;

function parseHost(each: string, text: string): Host {
  const match = BRACKETED.exec(each) ?? PLAIN.exec(each);
  const port = Number(match?.[2] ?? PORT_DEFAULT);
  if (match === null || port < 1 || port > 65_535) {
    const hint = each.split(':').length > 2 ? ' (an IPv6 address stands in brackets)' : '';
    const where = `connect string ${JSON.stringify(text)}`;
    throw badArguments('connect', `${where}: ${JSON.stringify(each)} is no host:port${hint}`);
  }
  return { host: match[1] as string, port };
}

export function describe(value: unknown): string {
  if (value === null) return 'null';
  if (typeof value === 'object') return `an object of ${value.constructor?.name ?? 'no class'}`;
  return `${typeof value} ${String(value).slice(0, 100)}`;
}
