/**
 * `mntr`: the figures that are watched. First what ZooKeeper 3.9 prints, by its names: real where
 * this server has the thing, 0 where it has not. Then this server's own figures, `zk_zooid_…`.
 */
import type { PeerFigures } from '../../core/peer-figures.ts';
import type { LatencyStats } from '../../core/requests/connection-stats.ts';
import { FULL_VERSION_TEXT } from '../version.ts';
import { formatDouble } from './java-format.ts';
import { ADVANCED_SUMMARY_NAMES, BASIC_SUMMARY_NAMES, COUNTER_NAMES } from './monitor-names.ts';
import { type ServingContext, type WordContext, word } from './word-context.ts';

/** What is no whole number is text: as Java prints it. */
export type Figure = readonly [name: string, value: number | string];
type Summaries = Readonly<Record<string, LatencyStats>>;

export const mntr = word((context) =>
  monitorFigures(context)
    .map(([name, value]) => `zk_${name}\t${value}\n`)
    .join(''),
);

export function monitorFigures(context: ServingContext): readonly Figure[] {
  return [
    ['version', FULL_VERSION_TEXT] as const,
    ['server_state', context.server.mode] as const,
    ...peerState(ensembleOf(context)),
    ...gauges(context),
    ...ensembleGauges(ensembleOf(context)),
    ...counters(context),
    ...summaries(context),
    ...ownFigures(context),
    ...closings(context),
  ];
}

/** Compat: without a leader there is nothing of an ensemble among Java's figures. */
export function ensembleOf({ server: { ensemble, mode } }: WordContext): PeerFigures | null {
  return mode === 'read-only' ? null : ensemble;
}

function peerState(ensemble: PeerFigures | null): Figure[] {
  if (ensemble === null) return [];
  const { peerState: state, observerMasterId } = ensemble;
  const master =
    observerMasterId === null ? [] : [['observer_master_id', observerMasterId] as const];
  return [['peer_state', state], ...master];
}

function ensembleGauges(ensemble: PeerFigures | null): Figure[] {
  if (ensemble === null) return [];
  const { leader, quorumSize, syncedObservers } = ensemble;
  if (leader === null) {
    const fed = syncedObservers === null ? [] : [['synced_observers', syncedObservers] as const];
    return [['quorum_size', quorumSize], ...fed];
  }
  return [
    ['quorum_size', quorumSize],
    ['learners', leader.learners],
    ['synced_followers', leader.syncedFollowers],
    ['synced_non_voting_followers', leader.syncedNonVotingFollowers],
    ['synced_observers', leader.syncedObservers],
    ['pending_syncs', leader.pendingSyncs],
    ['leader_uptime', Math.floor(leader.uptimeMs)],
    ['last_proposal_size', leader.proposalSizes.last],
    ['max_proposal_size', leader.proposalSizes.max],
    ['min_proposal_size', leader.proposalSizes.min],
  ];
}

function gauges({ server, processor, figures, load, handshakes }: ServingContext): Figure[] {
  const { stats, connections, outstanding, watches } = processor;
  const { tree, sessionsWithTimeouts } = server.database;
  const localSessions = processor
    .localSessionBuckets()
    .reduce((sum, [, sessions]) => sum + sessions.length, 0);
  // Where sessions of all kinds expire they are counted together.
  const localIncluded = server.sessions === null ? 0 : localSessions;
  return [
    ['avg_latency', formatDouble(stats.latency.average)],
    ['min_latency', Math.floor(Math.max(stats.latency.min, 0))],
    ['max_latency', Math.ceil(stats.latency.max)],
    ['packets_received', stats.packetsReceived],
    ['packets_sent', stats.packetsSent],
    ['num_alive_connections', connections.size],
    ['outstanding_requests', outstanding],
    ['uptime', Math.floor(figures.uptimeMs)],
    ['znode_count', tree.nodeCount],
    ['watch_count', watches.watchCount],
    ['ephemerals_count', tree.ephemeralCount],
    ['approximate_data_size', tree.approximateDataSize],
    ['global_sessions', (server.sessions?.size ?? sessionsWithTimeouts.size) - localIncluded],
    ['local_sessions', localSessions],
    ['open_file_descriptor_count', figures.openFileDescriptorCount],
    ['max_file_descriptor_count', figures.maxFileDescriptorCount],
    ['connection_drop_probability', formatDouble(load.connectionDropProbability)],
    ['last_client_response_size', stats.lastResponseBytes],
    ['max_client_response_size', stats.maxResponseBytes],
    ['min_client_response_size', stats.minResponseBytes],
    ['outstanding_tls_handshake', handshakes?.().outstanding ?? 0],
    ['auth_failed_count', handshakes?.().failed ?? 0],
    ['non_mtls_remote_conn_count', 0],
    ['non_mtls_local_conn_count', 0],
  ];
}

function counters({ processor, load, handshakes }: ServingContext): Figure[] {
  const { stats } = processor;
  const { exceeded = 0, failed = 0 } = handshakes?.() ?? {};
  const known: Readonly<Record<string, number>> = {
    bytes_received_count: stats.bytesReceived,
    cnxn_closed_without_zk_server_running: load.closedWithoutServer,
    connection_rejected: stats.connectionsDropped,
    connection_request_count: stats.connectRequests,
    response_bytes: stats.bytesSent,
    sessionless_connections_expired: load.sessionlessConnectionsExpired,
    stale_sessions_expired: stats.sessionsExpired,
    tls_handshake_exceeded: exceeded,
    unsuccessful_handshake: failed,
  };
  return COUNTER_NAMES.map((name) => [name, known[name] ?? 0]);
}

function summaries({ processor }: ServingContext): Figure[] {
  const { readLatency, updateLatency, syncTime } = processor.stats;
  const known: Summaries = {
    fsynctime: syncTime,
    readlatency: readLatency,
    updatelatency: updateLatency,
  };
  const advanced = ADVANCED_SUMMARY_NAMES.flatMap((name) => [
    ...summary(name, known),
    ...['p50', 'p95', 'p99', 'p999'].map((share) => [`${share}_${name}`, 0] as const),
  ]);
  return [...BASIC_SUMMARY_NAMES.flatMap((name) => summary(name, known)), ...advanced];
}

function summary(name: string, known: Summaries): Figure[] {
  const stats = known[name];
  return [
    [`avg_${name}`, formatDouble(stats?.average ?? 0)],
    [`min_${name}`, Math.floor(Math.max(stats?.min ?? 0, 0))],
    [`max_${name}`, Math.ceil(stats?.max ?? 0)],
    [`cnt_${name}`, stats?.count ?? 0],
    [`sum_${name}`, Math.round(stats?.sum ?? 0)],
  ];
}

function ownFigures({ server, processor, figures }: ServingContext): Figure[] {
  const { stats } = processor;
  const { lastAppended, lastSynced } = server.storage;
  const memory = process.memoryUsage();
  return [
    ['zooid_event_loop_delay_p50_ms', formatDouble(figures.eventLoopDelayMs(50))],
    ['zooid_event_loop_delay_p99_ms', formatDouble(figures.eventLoopDelayMs(99))],
    ['zooid_event_loop_delay_max_ms', formatDouble(figures.eventLoopDelayMs(100))],
    ['zooid_event_loop_utilization', formatDouble(figures.eventLoopUtilization)],
    ['zooid_rss_bytes', memory.rss],
    ['zooid_heap_used_bytes', memory.heapUsed],
    ['zooid_external_bytes', memory.external],
    ['zooid_slow_sync_count', stats.slowSyncCount],
    ['zooid_snapshots_taken', stats.snapshotCount],
    ['zooid_connections_accepted', stats.connectionsMade],
    ['zooid_txns_not_durable', Math.max(0, lastAppended - lastSynced)],
  ];
}

/** Of each port between servers how many connections were refused or ended, and why. */
function closings({ server }: ServingContext): Figure[] {
  if (server.closings === undefined) return [];
  const { election, quorum } = server.closings;
  return [...byReason('election_refused', election), ...byReason('quorum_closed', quorum)];
}

function byReason(name: string, counts: ReadonlyMap<string, number>): Figure[] {
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const rows = [...counts].map(([reason, count]): Figure => {
    return [`zooid_${name}_${reason.toLowerCase().replace(/[^a-z0-9]+/g, '_')}`, count];
  });
  return [[`zooid_${name}`, total], ...rows.sort(([one], [other]) => (one < other ? -1 : 1))];
}
