/**
 * What providers, collectors and name servers know of each other: the paths, and what stands there.
 * Anybody can write there; an instance of which no record could be made is not listed.
 */
import { isIPv4, isIPv6 } from 'node:net';
import { json } from 'zooid';
import type { CachedNode } from 'zooid/recipes';

export const ROOT = '/dns';
/** `<domain>/<instance>`: ServiceDiscovery, with a Profile as payload. */
export const SERVICES = `${ROOT}/services`;
/** `<domain>/<instance>`: what a collector has found out. */
export const STATES = `${ROOT}/states`;
/** Where the name servers listen: GroupMembership. */
export const SERVERS = `${ROOT}/servers`;
/** Which collector checks: LeaderLatch. */
export const COLLECTORS = '/dns-collectors';

export const ZONE = 'zooid.test';

/** What DNS tells of an instance beside its address and port. */
export interface Profile {
  readonly weight: number;
  readonly ipv6: string;
  readonly text: readonly string[];
}

export interface State {
  readonly isHealthy: boolean;
  readonly reason: string;
  /** The czxid of the instance's node: the one before it under this name was another one. */
  readonly registered: string;
}

export interface Instance extends Profile {
  /** `<domain>/<instance>` */
  readonly key: string;
  /** `<instance>.<domain>` */
  readonly host: string;
  readonly address: string;
  readonly port: number;
  readonly registered: string;
  /** Null until it has been checked. */
  readonly state: State | null;
}

export interface ServerState {
  readonly port: number;
}

export const stateJson = json<State>();
export const serverJson = json<ServerState>();

export type Nodes = ReadonlyMap<string, Pick<CachedNode<unknown>, 'data' | 'stat'>>;
/** A domain is listed as long as its node is there, with or without instances. */
export type Domains = ReadonlyMap<string, readonly Instance[]>;

export function readDomains(nodes: Nodes): Domains {
  const domains = new Map<string, Instance[]>();
  for (const [path, { data, stat }] of nodes) {
    if (!path.startsWith(`${SERVICES}/`)) continue;
    const key = path.slice(SERVICES.length + 1);
    const [domain = '', id] = key.split('/');
    if (!isDomain(domain)) continue;
    const instances = domains.get(domain) ?? [];
    domains.set(domain, instances);
    const said = readInstance(data);
    if (id === undefined || !LABEL.test(id) || said === null) continue;
    const registered = String(stat.czxid);
    const state = nodes.get(`${STATES}/${key}`)?.data as State | null | undefined;
    instances.push({
      ...said,
      key,
      host: `${id}.${domain}`,
      registered,
      state: state?.registered === registered ? state : null,
    });
  }
  return domains;
}

const LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/i;
/** Leaves room for the longest id, and for `_http._tcp`. */
const DOMAIN_LENGTH_MAX = 180;
/** Of the strings of a TXT record, and of each of them. */
const TEXTS_MAX = 16;
const TEXT_BYTES_MAX = 255;

function isDomain(name: string): boolean {
  const areLabels = name.split('.').every((label) => LABEL.test(label));
  return areLabels && name.toLowerCase().endsWith(`.${ZONE}`) && name.length <= DOMAIN_LENGTH_MAX;
}

function readInstance(data: unknown): (Profile & Pick<Instance, 'address' | 'port'>) | null {
  const { address, port, payload } = (data ?? {}) as Record<string, unknown>;
  const { weight, ipv6, text } = (payload ?? {}) as Record<string, unknown>;
  if (!isUint16(port) || !isUint16(weight)) return null;
  if (typeof address !== 'string' || !isIPv4(address)) return null;
  // A scope means something only where it was written.
  if (typeof ipv6 !== 'string' || !isIPv6(ipv6) || ipv6.includes('%')) return null;
  if (!Array.isArray(text) || !text.every(isText)) return null;
  if (text.length === 0 || text.length > TEXTS_MAX) return null;
  return { address, port, weight, ipv6, text };
}

function isUint16(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) >= 0 && Number(value) < 2 ** 16;
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && Buffer.byteLength(value) <= TEXT_BYTES_MAX;
}
