/** The ports: free, or held by the server that has this configuration. */
import { createServer } from 'node:net';
import { resolve } from 'node:path';
import { PROMETHEUS_PROVIDER } from '../../../server/config/settings/metrics-settings.ts';
import type { Configuration } from '../../configuration.ts';
import { commandOf } from '../../files/processes.ts';
import { isSystemError } from '../../system-error.ts';
import { type Finding, Findings } from '../finding.ts';
import { findListener } from '../listeners.ts';

export interface OwnPort {
  readonly name: string;
  /** Null for all addresses. */
  readonly address: string | null;
  readonly port: number;
}

export async function checkPorts(subject: Configuration): Promise<Finding[]> {
  const findings = new Findings('ports');
  const ports = ownPorts(subject);
  if (subject.config.clientPort === null && subject.config.secureClientPort === null) {
    findings.warn('there is no port for clients', 'set clientPort or secureClientPort');
  }
  refuseDoubles(findings, ports);
  for (const port of ports) await checkPort(findings, port, subject.configFile);
  return findings.all;
}

export function ownPorts({ config, own }: Configuration): OwnPort[] {
  const { clientPort, secureClientPort, quorum, admin, metrics } = config;
  const ports: OwnPort[] = [];
  const add = (name: string, address: string | null, port: number | null) => {
    if (port !== null && port > 0) ports.push({ name, address, port });
  };
  add('clientPort', config.clientPortAddress, clientPort);
  add('secureClientPort', config.secureClientPortAddress, secureClientPort);
  if (admin.isEnabled) add('admin.serverPort', admin.address, admin.port);
  if (metrics.providerClassName === PROMETHEUS_PROVIDER) {
    add('metricsProvider.httpPort', metrics.httpHost, metrics.httpPort);
  }
  if (!config.isDistributed) return ports;
  for (const { host, quorumPort, electionPort } of own?.addresses ?? []) {
    const address = quorum.quorumListenOnAllIPs ? null : host;
    add('the quorum port', address, quorumPort);
    add('the election port', address, electionPort);
    add('observerMasterPort', address, quorum.observerMasterPort);
  }
  return ports;
}

function refuseDoubles(findings: Findings, ports: readonly OwnPort[]): void {
  const seen = new Map<number, OwnPort>();
  for (const port of ports) {
    const other = seen.get(port.port);
    const isSame = other?.address === port.address || !other?.address || port.address === null;
    if (other !== undefined && isSame) {
      findings.fail(`${port.name} and ${other.name} are both ${port.port}`, 'give each its own');
    }
    seen.set(port.port, port);
  }
}

async function checkPort(findings: Findings, own: OwnPort, configFile: string): Promise<void> {
  const what = `${own.name} ${own.address ?? '*'}:${own.port}`;
  const code = await tryToListen(own);
  if (code === null) return findings.ok(`${what} is free`);
  if (code === 'EADDRINUSE') return checkHolder(findings, { ...own, what }, configFile);
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
    const reason = code === 'ENOTFOUND' ? 'that name is not known' : 'that is another machine’s';
    return findings.fail(`${what}: ${reason}`, 'name an address of this machine');
  }
  const advice = code === 'EACCES' ? 'choose a port above 1023' : 'choose another';
  findings.fail(`${what} cannot be listened on (${code})`, advice);
}

/** The reason why not, as the system's word. */
function tryToListen({ address, port }: OwnPort): Promise<string | null> {
  const server = createServer();
  return new Promise((done, reject) => {
    server.once('error', (error) => (isSystemError(error) ? done(error.code) : reject(error)));
    server.listen({ port, exclusive: true, ...(address !== null && { host: address }) }, () => {
      server.close(() => done(null));
    });
  });
}

interface HeldPort extends OwnPort {
  readonly what: string;
}

function checkHolder(findings: Findings, { what, port }: HeldPort, configFile: string): void {
  const pid = findListener(port);
  const advice = 'stop that program, or choose another port';
  if (pid === null) {
    return findings.warn(
      `${what} is in use, and this user cannot see by whom`,
      `it is well if this server runs; otherwise: ${advice}`,
    );
  }
  const { words, directory } = commandOf(pid);
  const isOurs = words.some((word) => resolve(directory, word) === resolve(configFile));
  if (isOurs) return findings.ok(`${what} is held by this server, process ${pid}`);
  findings.fail(`${what} is held by process ${pid} (${words.slice(0, 3).join(' ')})`, advice);
}
