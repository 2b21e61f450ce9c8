/**
 * The configuration of an ensemble as text, as ZooKeeper writes it (QuorumVerifier.toString): what
 * servers tell each other, `conf` shows and /zookeeper/config holds.
 */
import type {
  EnsembleSpecification,
  HostAndPort,
  ServerSpecification,
} from '../config/server-specification.ts';

export function ensembleText(
  { servers, groups, weights }: EnsembleSpecification,
  version: number,
): string {
  const isHierarchical = groups.size > 0;
  return [
    ...servers.map((server) => `server.${server.id}=${describeServer(server)}`),
    ...[...groups].map(([group, sids]) => `group.${group}=${sids.join(':')}`),
    ...(isHierarchical ? [...weights].map(([sid, weight]) => `weight.${sid}=${weight}`) : []),
    `version=${version.toString(16)}`,
  ].join('\n');
}

/** The value of a `server.N` key. Compat: the role stands behind the last address alone. */
function describeServer(server: ServerSpecification): string {
  const addresses = server.addresses.map(
    ({ host, quorumPort, electionPort }) => `${delimited(host)}:${quorumPort}:${electionPort}`,
  );
  const { clientAddress: client, secureClientAddress: secure } = server;
  const clients = secure === null ? [client] : [client, secure];
  return [
    `${addresses.join('|')}:${server.role}`,
    ...clients.map((address) => (address === null ? '' : describeClient(address))),
  ]
    .join(';')
    .replace(/;$/, '');
}

function describeClient({ host, port }: HostAndPort): string {
  return `${delimited(host)}:${port}`;
}

function delimited(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}
