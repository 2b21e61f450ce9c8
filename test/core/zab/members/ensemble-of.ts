import type { ServerId } from '../../../../src/base/server-id.ts';
import { EnsembleConfig } from '../../../../src/core/zab/members/ensemble-config.ts';
import type { EnsembleServer } from '../../../../src/core/zab/members/ensemble-server.ts';

/** A server at an address of its own. */
export function serverOf(id: ServerId, role: EnsembleServer['role']): EnsembleServer {
  return {
    id,
    role,
    addresses: [{ host: `10.0.0.${id}`, quorumPort: 2888, electionPort: 3888 }],
    clientAddress: { host: '0.0.0.0', port: 2181 },
    secureClientAddress: null,
  };
}

/** As `server.N=` of a joining server. */
export function joiningLine(id: ServerId, role: EnsembleServer['role'] = 'participant'): string {
  return `server.${id}=10.0.0.${id}:2888:3888:${role};2181`;
}

export function ensembleOf(
  voters: readonly ServerId[],
  observers: readonly ServerId[] = [],
  version = 0,
): EnsembleConfig {
  const servers = [
    ...voters.map((id) => serverOf(id, 'participant')),
    ...observers.map((id) => serverOf(id, 'observer')),
  ];
  return new EnsembleConfig({ version, servers });
}
