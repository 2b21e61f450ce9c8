/** Commands about the ensemble. A server that is alone, or read-only, has none. */
import { counterOf, epochOf } from '../../../base/zxid.ts';
import type { LearnerFigures } from '../../../core/peer-figures.ts';
import type { EnsembleServer, HostAndPort } from '../../../core/zab/members/ensemble-server.ts';
import { formatHex, formatHostAndPort } from '../../four-letter-words/java-format.ts';
import type { WordContext } from '../../four-letter-words/word-context.ts';
import { ensembleOf } from '../../metrics/server-figures.ts';
import type { JsonObject } from '../java-json.ts';
import { plain, serving } from './command.ts';

export const leader = serving(['leader', 'lead'], (context) => {
  const ensemble = ensembleOf(context.server);
  if (ensemble === null) return { error: 'server is not initialized' };
  const { leaderId, members } = ensemble;
  const address = members.get(leaderId ?? -1)?.addresses[0];
  return {
    is_leader: ensemble.leader !== null,
    leader_id: leaderId ?? -1,
    leader_ip: address?.host ?? '',
  };
});

export const observers = serving(['observers', 'obsr'], (context) => {
  const fed = (ensembleOf(context.server)?.learners ?? []).filter(({ isFollower }) => !isFollower);
  const { monotonicMs, wallMs } = context.processor.now;
  return {
    synced_observers: fed.filter(({ phase }) => phase === 'broadcast').length,
    observers: fed.map((each) => describeLearner(each, wallMs - monotonicMs)),
  };
});

/** What is not counted for each of them is 0. */
function describeLearner(learner: LearnerFigures, epochMs: number): JsonObject {
  const { remote, sid, connectedMs, queuedBytes, lastAcked } = learner;
  return {
    remote_socket_address: `/${formatHostAndPort(remote.address, remote.port)}`,
    sid,
    established: Math.floor(connectedMs + epochMs),
    queued_packets: 0,
    queued_packets_size: queuedBytes,
    packets_received: 0,
    packets_sent: 0,
    requests: 0,
    last_zxid: lastAcked,
  };
}

/** Nothing is counted for each observer, so there is nothing to set back. */
export const observerConnectionStatReset = serving(
  ['observer_connection_stat_reset', 'orst'],
  () => ({}),
);

export const votingView = serving(['voting_view'], (context) => {
  const members = [...(ensembleOf(context.server)?.members ?? [])];
  const voters = members.filter(([, { role }]) => role === 'participant');
  return {
    current_config: new Map(
      voters.map(([id, member]) => [String(id), describeVoter(member, context)]),
    ),
  };
});

function describeVoter(member: EnsembleServer, context: WordContext): JsonObject {
  const { addresses, role } = member;
  const client = clientAddressOf(member, context);
  return {
    server_addresses: addresses.map((each) => formatHostAndPort(each.host, each.quorumPort)),
    election_addresses: addresses.map((each) => formatHostAndPort(each.host, each.electionPort)),
    client_address: client === null ? '' : formatHostAndPort(client.host, client.port),
    learner_type: role,
  };
}

/** Of others only what the configuration of the ensemble says. */
function clientAddressOf(member: EnsembleServer, { config }: WordContext): HostAndPort | null {
  if (member.clientAddress !== null || member.id !== config.myid) return member.clientAddress;
  const { clientPort: port, clientPortAddress } = config;
  return port === null ? null : { host: clientPortAddress ?? '0.0.0.0', port };
}

export const zabState = plain(['zabstate'], (context) => {
  const { server, config } = context;
  const ensemble = server.isServing ? ensembleOf(server) : null;
  if (ensemble === null) return { voting: false, zabstate: '' };
  const member = ensemble.members.get(config.myid ?? -1);
  const zxid = server.database.tree.lastProcessedZxid;
  const client = member === undefined ? null : clientAddressOf(member, context);
  const addresses = member?.addresses ?? [];
  const of = (port: 'quorumPort' | 'electionPort') =>
    describeAddresses(addresses.map((each) => ({ host: each.host, port: each[port] })));
  return {
    myid: config.myid,
    is_leader: ensemble.leader !== null,
    quorum_address: of('quorumPort'),
    election_address: of('electionPort'),
    client_address: client === null ? null : formatHostAndPort(client.host, client.port),
    voting: member?.role === 'participant',
    last_zxid: `0x${formatHex(zxid)}`,
    zab_epoch: epochOf(zxid),
    zab_counter: counterOf(zxid),
    zabstate: ensemble.zabPhase,
  };
});

/** Compat: Java's MultipleAddresses as its library sees it. Nobody is probed for it here. */
function describeAddresses(addresses: readonly HostAndPort[]): JsonObject {
  const all = addresses.map(({ host, port }) => formatHostAndPort(host, port));
  const ports = [...new Set(addresses.map(({ port }) => port))];
  const first = all[0] ?? null;
  return {
    empty: all.length === 0,
    all_addresses: all,
    wildcard_addresses: ports.map((port) => `0.0.0.0:${port}`),
    all_ports: ports,
    all_host_strings: addresses.map(({ host }) => host),
    reachable_address: first,
    all_reachable_addresses: all,
    all_reachable_addresses_or_all: all,
    reachable_or_one: first,
    one: first,
  };
}
