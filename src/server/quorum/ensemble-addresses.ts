/** Where the servers of an ensemble listen for each other, as the configuration lists them. */
import type { ServerId } from '../../base/server-id.ts';
import type { EnsembleSpecification, HostAndPort } from '../config/server-specification.ts';

export interface EnsembleAddresses {
  electionOf(sid: ServerId): readonly HostAndPort[];
  quorumOf(sid: ServerId): readonly HostAndPort[];
}

export function ensembleAddresses({ servers }: EnsembleSpecification): EnsembleAddresses {
  const addresses = new Map(servers.map(({ id, addresses: listed }) => [id, listed]));
  return {
    electionOf: (sid) =>
      (addresses.get(sid) ?? []).map(({ host, electionPort: port }) => ({ host, port })),
    quorumOf: (sid) =>
      (addresses.get(sid) ?? []).map(({ host, quorumPort: port }) => ({ host, port })),
  };
}
