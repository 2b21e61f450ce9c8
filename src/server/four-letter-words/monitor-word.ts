/**
 * `mntr`: the figures that are watched. First what ZooKeeper 3.9 prints, by its names: real where
 * this server has the thing, 0 where it has not. Then this server's own figures, `zk_zooid_…`.
 */
import type { LatencyStats } from '../../core/requests/connection-stats.ts';
import { FULL_VERSION_TEXT } from '../version.ts';
import { formatDouble } from './java-format.ts';
import { ADVANCED_SUMMARY_NAMES, BASIC_SUMMARY_NAMES, COUNTER_NAMES } from './monitor-names.ts';
import { type WordContext, word } from './word-context.ts';

type Figure = readonly [name: string, value: number | string];
type Summaries = Readonly<Record<string, LatencyStats>>;

export const mntr = word((context) =>
  [
    ['version', FULL_VERSION_TEXT] as const,
    ['server_state', 'standalone'] as const,
    ...gauges(context),
    ...counters(context),
    ...summaries(context),
    ...ownFigures(context),
  ]
    .map(([name, value]) => `zk_${name}\t${value}\n`)
    .join(''),
);

function gauges({ server, figures, load }: WordContext): Figure[] {
  const { stats, connections, outstanding, watches } = server.processor;
  const { tree } = server.database;
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
    ['global_sessions', server.sessions.size],
    ['local_sessions', 0],
    ['open_file_descriptor_count', figures.openFileDescriptorCount],
    ['max_file_descriptor_count', figures.maxFileDescriptorCount],
    ['connection_drop_probability', formatDouble(load.connectionDropProbability)],
    ['last_client_response_size', stats.lastResponseBytes],
    ['max_client_response_size', stats.maxResponseBytes],
    ['min_client_response_size', stats.minResponseBytes],
    ['outstanding_tls_handshake', 0],
    ['auth_failed_count', 0],
    ['non_mtls_remote_conn_count', 0],
    ['non_mtls_local_conn_count', 0],
  ];
}

function counters({ server, load }: WordContext): Figure[] {
  const { stats } = server.processor;
  const known: Readonly<Record<string, number>> = {
    bytes_received_count: stats.bytesReceived,
    connection_rejected: stats.connectionsDropped,
    connection_request_count: stats.connectRequests,
    response_bytes: stats.bytesSent,
    sessionless_connections_expired: load.sessionlessConnectionsExpired,
    stale_sessions_expired: stats.sessionsExpired,
  };
  return COUNTER_NAMES.map((name) => [name, known[name] ?? 0]);
}

function summaries({ server }: WordContext): Figure[] {
  const { readLatency, updateLatency, syncTime } = server.processor.stats;
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

function ownFigures({ server, figures }: WordContext): Figure[] {
  const { stats } = server.processor;
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
