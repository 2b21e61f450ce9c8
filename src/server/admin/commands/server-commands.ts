/** Commands about the server as a whole, as the four-letter words of server-words.ts. */
import { environmentFacts } from '../../four-letter-words/environment-word.ts';
import { monitorFigures } from '../../four-letter-words/monitor-word.ts';
import {
  directories,
  directorySizes,
  latencyFigures,
  resetServer,
  shownServerId,
} from '../../four-letter-words/server-words.ts';
import type { ServingContext } from '../../four-letter-words/word-context.ts';
import { FULL_VERSION_TEXT } from '../../version.ts';
import { type JsonObject, type JsonValue, NumberText } from '../java-json.ts';
import { plain, serving } from './command.ts';
import { connectionLists } from './connection-commands.ts';

export const ruok = serving(['ruok'], () => ({}));

export const isReadOnly = serving(['is_read_only', 'isro'], (context) => ({
  read_only: isReadOnlyServer(context),
}));

function isReadOnlyServer({ server }: ServingContext): boolean {
  return server.mode === 'read-only';
}

export const configuration = serving(['configuration', 'conf', 'config'], (context) => {
  const { config } = context;
  const { snapshot, log } = directories(config);
  return {
    client_port: config.clientPort ?? -1,
    data_dir: snapshot,
    data_log_dir: log,
    tick_time: config.tickTimeMs,
    max_client_cnxns: config.maxClientCnxns,
    min_session_timeout: config.minSessionTimeoutMs,
    max_session_timeout: config.maxSessionTimeoutMs,
    server_id: shownServerId(context),
    client_port_listen_backlog: config.clientPortListenBacklog,
  };
});

export const dirs = serving(['dirs'], ({ config }) => {
  const { snapshotBytes, logBytes } = directorySizes(config);
  return { datadir_size: snapshotBytes, logdir_size: logBytes };
});

export const environment = plain(['environment', 'env', 'envi'], () =>
  Object.fromEntries(environmentFacts()),
);

export const hash = serving(['hash'], ({ server }) => ({
  digests: server.database.digestLog.map(({ zxid, digest }) => ({
    zxid,
    digest,
    digest_version: DIGEST_VERSION,
  })),
}));

/** Of how the digest of a tree is computed. */
const DIGEST_VERSION = 2;

export const monitor = serving(['monitor', 'mntr'], (context) =>
  Object.fromEntries(monitorFigures(context).map(([name, value]) => [name, figureOf(value)])),
);

const NUMBER = /^-?\d+(\.\d+)?(E-?\d+)?$/;

function figureOf(value: number | string): JsonValue {
  return typeof value === 'string' && NUMBER.test(value) ? new NumberText(value) : value;
}

export const serverStats = serving(['server_stats', 'srvr'], describeServer);

export const stats = serving(['stats', 'stat'], (context) => ({
  ...describeServer(context),
  ...connectionLists(context, { isBrief: true }),
}));

function describeServer(context: ServingContext): JsonObject {
  const { server, processor } = context;
  const { stats: figures } = processor;
  const client_response = {
    last_buffer_size: figures.lastResponseBytes,
    min_buffer_size: figures.minResponseBytes,
    max_buffer_size: figures.maxResponseBytes,
  };
  const sizes = server.ensemble?.leader?.proposalSizes;
  return {
    version: FULL_VERSION_TEXT,
    read_only: isReadOnlyServer(context),
    server_stats: { ...statistics(context), client_response_stats: client_response },
    client_response,
    ...(sizes && {
      proposal_stats: {
        last_buffer_size: sizes.last,
        min_buffer_size: sizes.min,
        max_buffer_size: sizes.max,
      },
    }),
    node_count: server.database.tree.nodeCount,
  };
}

function statistics(context: ServingContext): JsonObject {
  const { server, processor, config, figures, handshakes } = context;
  const { stats: counts, connections, outstanding, lastZxid } = processor;
  const { min, average, max } = latencyFigures(counts);
  const { snapshotBytes, logBytes } = directorySizes(config);
  return {
    packets_sent: counts.packetsSent,
    packets_received: counts.packetsReceived,
    fsync_threshold_exceed_count: counts.slowSyncCount,
    data_dir_size: snapshotBytes,
    log_dir_size: logBytes,
    provider_null: false,
    last_processed_zxid: lastZxid,
    outstanding_requests: outstanding,
    server_state: server.mode,
    avg_latency: new NumberText(average),
    max_latency: max,
    min_latency: min,
    num_alive_client_connections: connections.size,
    uptime: Math.floor(figures.uptimeMs),
    auth_failed_count: handshakes?.().failed ?? 0,
    // Compat: how Java's library spells getNonMTLSRemoteConnCount.
    non_mtlsremote_conn_count: 0,
    non_mtlslocal_conn_count: 0,
  };
}

export const statReset = serving(['stat_reset', 'srst'], (context) => {
  resetServer(context);
  return {};
});

export const getTraceMask = plain(['get_trace_mask', 'gtmk'], ({ traceMask }) => ({
  tracemask: traceMask,
}));

const LONG_MAX = 2n ** 63n - 1n;

export const setTraceMask = plain(['set_trace_mask', 'stmk'], (context, parameters) => {
  const text = parameters.get('traceMask');
  const wanted = 'setTraceMask requires long traceMask argument';
  if (text === undefined) return { error: wanted };
  const mask = /^[+-]?\d{1,19}$/.test(text) ? BigInt(text.replace('+', '')) : null;
  if (mask === null || mask > LONG_MAX || mask < -LONG_MAX - 1n) {
    return { error: `${wanted}, got ${text}` };
  }
  context.traceMask = mask;
  return { tracemask: mask };
});
