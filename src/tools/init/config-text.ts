/** The zoo.cfg that `zooid init` writes: every line says why it is there. */
import { describeEnsembleServer } from '../../core/zab/members/ensemble-server.ts';
import { escapeProperty } from '../../server/config/embedded-config.ts';
import type { ServerSpecification } from '../../server/config/server-specification.ts';
import type { Member, Plan } from './members.ts';

export interface ConfigTextParts {
  readonly plan: Plan;
  readonly member: Member;
  readonly isTls: boolean;
}

export function configText({ plan, member, isTls }: ConfigTextParts): string {
  const { servers } = plan;
  return [
    HEAD,
    fileLines(member),
    ...(servers.length > 0 ? [ensembleLines(servers, isTls)] : []),
    clientLines(member, { isTls, isListed: servers.length > 0 }),
    ...(isTls ? [tlsLines(member)] : []),
    ...(isTls && servers.length > 0 ? [quorumTlsLines(member)] : []),
    TAIL,
  ].join('\n');
}

const HEAD = `# Written by zooid init. All keys: docs/configuration.md; check it with zooid doctor.

# The basic unit of time in milliseconds; session timeouts are between 2 and 20 ticks.
tickTime=2000
`;

function fileLines({ home }: Member): string {
  return `# Snapshots, and myid: which of the servers this is. Not a directory that a restart empties.
dataDir=${escapeProperty(`${home}/data`)}
# The transaction log on a disk of its own makes writes faster.
#dataLogDir=/another/disk/zooid
# Old snapshots and logs are deleted once a day; the newest three snapshots stay.
autopurge.snapRetainCount=3
autopurge.purgeInterval=24
`;
}

function ensembleLines(servers: readonly ServerSpecification[], isTls: boolean): string {
  // With TLS there is no plain client port.
  const none = isTls ? { clientAddress: null, secureClientAddress: null } : {};
  const lines = servers.map((server) => {
    return `server.${server.id}=${describeEnsembleServer({ ...server, ...none })}`;
  });
  return `# How many ticks a server may take to connect to the leader and get its data, and how many it may
# be behind. Raise initLimit when there are gigabytes of data.
initLimit=10
syncLimit=5
# The same list on every server: host, port for the leader's followers, port for elections${
    isTls ? '' : ',\n# and after the semicolon where clients connect'
  }.
${lines.join('\n')}
`;
}

interface ClientParts {
  readonly isTls: boolean;
  /** The client port stands in the list of servers. */
  readonly isListed: boolean;
}

function clientLines(member: Member, { isTls, isListed }: ClientParts): string {
  const limit = `# Connections from one address; 0 means no limit.
maxClientCnxns=60
`;
  if (isListed && !isTls) return limit;
  const [key, port] = isTls
    ? ['secureClientPort', member.secureClientPort]
    : ['clientPort', member.clientPort];
  const how = isTls ? ' by TLS, with a certificate of their own' : '';
  const address = `${key}Address=${member.clientAddress ?? '127.0.0.1'}`;
  return `# Clients connect here${how}.
${key}=${port}
${member.clientAddress === null ? '#' : ''}${address}
${limit}`;
}

function tlsLines({ home }: Member): string {
  const at = escapeProperty(`${home}/tls`);
  return `# The own key and certificate, and whose certificates are trusted. The factory is Java's, which
# needs it for TLS.
serverCnxnFactory=org.apache.zookeeper.server.NettyServerCnxnFactory
ssl.keyStore.location=${at}/member.pem
ssl.trustStore.location=${at}/ca.pem
`;
}

function quorumTlsLines({ home }: Member): string {
  const at = escapeProperty(`${home}/tls`);
  return `# The same between the servers.
sslQuorum=true
ssl.quorum.keyStore.location=${at}/member.pem
ssl.quorum.trustStore.location=${at}/ca.pem
`;
}

const TAIL = `# The four-letter words that are answered besides srvr.
4lw.commands.whitelist=ruok, srvr, mntr, conf, isro
# The AdminServer (HTTP on 127.0.0.1:8080). It shows much to whoever can reach it.
admin.enableServer=false
`;
