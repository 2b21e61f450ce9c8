/**
 * serverFigures: what a server counts, as one list from which `mntr` and Prometheus are written, so
 * that they agree. First what ZooKeeper 3.9 has, by its names: real where this server has the thing,
 * 0 where it has not. Then this server's own figures, `zooid_…`.
 */
import type { PeerFigures } from '../../core/peer-figures.ts';
import type { ServerStats } from '../../core/requests/connection-stats.ts';
import type { RequestProcessor } from '../../core/requests/request-processor.ts';
import type { Summary } from '../../core/requests/stats/summary.ts';
import type { ClientServer } from '../client-server.ts';
import type { WordContext } from '../four-letter-words/word-context.ts';
import { type Figure, type LabelledFigure, leastOf, type PlainFigure } from './figure.ts';
import {
  FED_ADVANCED_SUMMARIES,
  FED_BASIC_SUMMARIES,
  FED_COUNTERS,
  UNFED_ADVANCED_SUMMARIES,
  UNFED_BASIC_SUMMARIES,
  UNFED_COUNTERS,
} from './java-metrics.ts';
import { quotaFigures } from './quota-figures.ts';

/** What the figures are taken from. */
export type FigureContext = Pick<
  WordContext,
  'config' | 'server' | 'figures' | 'load' | 'handshakes'
>;

export function serverFigures(context: FigureContext): Figure[] {
  const { server } = context;
  return [
    ...(server.processor === null ? [] : servingGauges(context, server.processor)),
    ...processGauges(context),
    ...ensembleGauges(ensembleOf(server)),
    ...quotaFigures(server.database.tree),
    ...counters(context),
    ...summaries(context),
    ...ownFigures(context),
    ...forensics(server.stats),
    byReason('zooid_connections_ended', server.stats.closeReasons),
    ...closings(server),
  ];
}

/** Compat: without a leader there is nothing of an ensemble among Java's figures. */
export function ensembleOf({ ensemble, mode }: ClientServer): PeerFigures | null {
  return mode === 'read-only' ? null : ensemble;
}

const gauge = (name: string, value: number): PlainFigure => ({ kind: 'gauge', name, value });
const counter = (name: string, value: number): PlainFigure => ({ kind: 'counter', name, value });
const double = (name: string, value: number): PlainFigure => ({
  ...gauge(name, Math.round(value * 10_000) / 10_000),
  isDouble: true,
});

/** What there is only while clients are served. */
function servingGauges({ server, load }: FigureContext, processor: RequestProcessor): Figure[] {
  const { stats, connections, outstanding, watches } = processor;
  const { tree, sessionsWithTimeouts } = server.database;
  const localSessions = processor
    .localSessionBuckets()
    .reduce((sum, [, sessions]) => sum + sessions.length, 0);
  // Where sessions of all kinds expire they are counted together.
  const localIncluded = server.sessions === null ? 0 : localSessions;
  const globalSessions = (server.sessions?.size ?? sessionsWithTimeouts.size) - localIncluded;
  return [
    double('avg_latency', stats.latency.average),
    gauge('min_latency', leastOf(stats.latency)),
    gauge('max_latency', Math.ceil(stats.latency.max)),
    gauge('packets_received', stats.packetsReceived),
    gauge('packets_sent', stats.packetsSent),
    gauge('num_alive_connections', connections.size),
    gauge('outstanding_requests', outstanding),
    gauge('znode_count', tree.nodeCount),
    gauge('watch_count', watches.watchCount),
    gauge('ephemerals_count', tree.ephemeralCount),
    gauge('approximate_data_size', tree.approximateDataSize),
    gauge('global_sessions', globalSessions),
    gauge('local_sessions', localSessions),
    double('connection_drop_probability', load.connectionDropProbability),
    gauge('last_client_response_size', stats.lastResponseBytes),
    gauge('max_client_response_size', stats.maxResponseBytes),
    gauge('min_client_response_size', stats.minResponseBytes),
  ];
}

function processGauges({ figures, handshakes }: FigureContext): Figure[] {
  const { outstanding = 0, failed = 0 } = handshakes?.() ?? {};
  return [
    gauge('uptime', Math.floor(figures.uptimeMs)),
    gauge('open_file_descriptor_count', figures.openFileDescriptorCount),
    gauge('max_file_descriptor_count', figures.maxFileDescriptorCount),
    gauge('outstanding_tls_handshake', outstanding),
    gauge('auth_failed_count', failed),
    gauge('non_mtls_remote_conn_count', 0),
    gauge('non_mtls_local_conn_count', 0),
  ];
}

function ensembleGauges(ensemble: PeerFigures | null): Figure[] {
  if (ensemble === null) return [];
  const { leader, quorumSize, syncedObservers } = ensemble;
  if (leader === null) {
    const fed = syncedObservers === null ? [] : [gauge('synced_observers', syncedObservers)];
    return [gauge('quorum_size', quorumSize), ...fed];
  }
  return [
    gauge('quorum_size', quorumSize),
    gauge('learners', leader.learners),
    gauge('synced_followers', leader.syncedFollowers),
    gauge('synced_non_voting_followers', leader.syncedNonVotingFollowers),
    gauge('synced_observers', leader.syncedObservers),
    gauge('pending_syncs', leader.pendingSyncs),
    gauge('leader_uptime', Math.floor(leader.uptimeMs)),
    gauge('last_proposal_size', leader.proposalSizes.last),
    gauge('max_proposal_size', leader.proposalSizes.max),
    gauge('min_proposal_size', leader.proposalSizes.min),
  ];
}

function counters({ server, load, handshakes }: FigureContext): Figure[] {
  const { exceeded = 0, failed = 0 } = handshakes?.() ?? {};
  const { stats } = server;
  const { ensemble } = stats;
  const known: Readonly<Record<(typeof FED_COUNTERS)[number], number>> = {
    bytes_received_count: stats.bytesReceived,
    cnxn_closed_without_zk_server_running: load.closedWithoutServer,
    commit_count: ensemble.quorumAckLatency.count,
    connection_drop_count: stats.connectionsLost,
    connection_rejected: stats.connectionsDropped,
    connection_request_count: stats.connectRequests,
    connection_revalidate_count: stats.sessionsTakenUp,
    diff_count: ensemble.diffCount,
    digest_mismatches_count: stats.digestMismatches,
    learner_commit_received_count: ensemble.commitsReceived,
    learner_proposal_received_count: ensemble.proposalsReceived,
    looking_count: ensemble.lookingCount,
    proposal_count: ensemble.proposalCount,
    quit_leading_due_to_disloyal_voter: ensemble.disloyalVoterCount,
    response_bytes: stats.bytesSent,
    revalidate_count: ensemble.revalidateCount,
    sessionless_connections_expired: load.sessionlessConnectionsExpired,
    snap_count: ensemble.snapCount,
    snapshot_error_count: stats.snapshotCommandErrors,
    snapshot_rate_limited_count: stats.snapshotCommandsLimited,
    stale_sessions_expired: stats.sessionsExpired,
    tls_handshake_exceeded: exceeded,
    unsuccessful_handshake: failed,
    watch_bytes: stats.watches.bytes,
  };
  return [
    ...FED_COUNTERS.map((name) => counter(name, known[name])),
    ...UNFED_COUNTERS.map((name) => counter(name, 0)),
  ];
}

type FedSummary = (typeof FED_BASIC_SUMMARIES | typeof FED_ADVANCED_SUMMARIES)[number];

function summaries({ server: { stats }, load }: FigureContext): Figure[] {
  const { ensemble, watches } = stats;
  const known: Readonly<Record<FedSummary, Summary>> = {
    // What is committed is applied in the same step.
    commit_propagation_latency: ensemble.propagationLatency,
    connection_token_deficit: load.tokenDeficit,
    dbinittime: stats.databaseInitTime,
    election_time: ensemble.electionTime,
    follower_sync_time: ensemble.followerSyncTime,
    fsynctime: stats.syncTime,
    // Stalls of the event loop are to this server what pauses are to a JVM.
    jvm_pause_time_ms: stats.pauseTime,
    leader_unavailable_time: ensemble.leaderUnavailableTime,
    node_changed_watch_count: watches.changed,
    node_children_watch_count: watches.children,
    node_created_watch_count: watches.created,
    node_deleted_watch_count: watches.deleted,
    observer_sync_time: ensemble.observerSyncTime,
    propagation_latency: ensemble.propagationLatency,
    proposal_latency: ensemble.proposalLatency,
    quorum_ack_latency: ensemble.quorumAckLatency,
    readlatency: stats.readLatency,
    snapshottime: stats.snapshotTime,
    startup_txns_loaded: stats.startupTxnsLoaded,
    sync_processor_batch_size: stats.syncBatchSize,
    // The log is written and synced in one step.
    sync_processor_queue_flush_time_ms: stats.syncTime,
    unavailable_time: ensemble.unavailableTime,
    updatelatency: stats.updateLatency,
  };
  const basic = { kind: 'summary', isAdvanced: false } as const;
  const advanced = { kind: 'summary', isAdvanced: true } as const;
  return [
    ...FED_BASIC_SUMMARIES.map((name) => ({ ...basic, name, summary: known[name] })),
    ...UNFED_BASIC_SUMMARIES.map((name) => ({ ...basic, name, summary: null })),
    ...FED_ADVANCED_SUMMARIES.map((name) => ({ ...advanced, name, summary: known[name] })),
    ...UNFED_ADVANCED_SUMMARIES.map((name) => ({ ...advanced, name, summary: null })),
  ];
}

function ownFigures({ server, figures }: FigureContext): Figure[] {
  const { stats, storage } = server;
  const memory = process.memoryUsage();
  return [
    double('zooid_event_loop_delay_p50_ms', figures.eventLoopDelayMs(50)),
    double('zooid_event_loop_delay_p99_ms', figures.eventLoopDelayMs(99)),
    double('zooid_event_loop_delay_max_ms', figures.eventLoopDelayMs(100)),
    double('zooid_event_loop_utilization', figures.eventLoopUtilization),
    gauge('zooid_rss_bytes', memory.rss),
    gauge('zooid_heap_used_bytes', memory.heapUsed),
    gauge('zooid_external_bytes', memory.external),
    counter('zooid_slow_sync_count', stats.slowSyncCount),
    counter('zooid_snapshots_taken', stats.snapshotCount),
    counter('zooid_connections_accepted', stats.connectionsMade),
    gauge('zooid_txns_not_durable', Math.max(0, storage.lastAppended - storage.lastSynced)),
  ];
}

/** What Forensics tells the log. */
function forensics({ stalls, sessionEndings, slowRequests }: ServerStats): Figure[] {
  const byCause = { kind: 'labelled', type: 'counter', label: 'cause' } as const;
  const endings = Object.entries(sessionEndings.counts);
  return [
    counter('zooid_stalls', stalls.count),
    {
      ...byCause,
      name: 'zooid_sessions_ended',
      values: endings.map(([cause, count]) => [snakeCase(cause), count] as const),
    },
    { ...byCause, name: 'zooid_slow_requests', values: Object.entries(slowRequests.counts) },
  ];
}

/** As names of metrics are written. */
function snakeCase(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** Of each port between servers how many connections were refused or ended, and why. */
function closings(server: ClientServer): LabelledFigure[] {
  if (server.closings === undefined) return [];
  const { election, quorum } = server.closings;
  return [byReason('zooid_election_refused', election), byReason('zooid_quorum_closed', quorum)];
}

function byReason(name: string, values: ReadonlyMap<string, number>): LabelledFigure {
  return { kind: 'labelled', type: 'counter', name, label: 'reason', values };
}
