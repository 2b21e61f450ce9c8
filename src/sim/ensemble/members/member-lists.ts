/** The members of a simulated ensemble as its servers' configuration has them. */
import type { ServerId } from '../../../base/server-id.ts';
import { EnsembleConfig as Members } from '../../../core/zab/members/ensemble-config.ts';
import type { EnsembleServer } from '../../../core/zab/members/ensemble-server.ts';
import type { EnsembleConfig } from '../ensemble-config.ts';

export type Role = EnsembleServer['role'];

/** Its addresses are looked at by nobody: links go by ids. */
export function serverOf(id: ServerId, role: Role): EnsembleServer {
  return {
    id,
    role,
    addresses: [{ host: `10.0.0.${id}`, quorumPort: 2888, electionPort: 3888 }],
    clientAddress: { host: '0.0.0.0', port: 2181 },
    secureClientAddress: null,
  };
}

/** What all servers are started with. */
export function firstMembers({ voters, observers }: EnsembleConfig): Members {
  const servers = [
    ...voters.map((sid) => serverOf(sid, 'participant')),
    ...observers.map((sid) => serverOf(sid, 'observer')),
  ];
  return new Members({ version: 0, servers });
}

/** What an operator writes for a server that is to join: who there is, and itself. */
export function membersWith(members: Members, sid: ServerId, role: Role): Members {
  const others = [...members.servers.values()].filter(({ id }) => id !== sid);
  return new Members({ version: 0, servers: [...others, serverOf(sid, role)] });
}
