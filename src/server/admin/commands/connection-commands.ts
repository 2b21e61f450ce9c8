/** Commands about connections, sessions and watches. */
import type { ClientConnection } from '../../../core/requests/client-connection.ts';
import {
  connectionFigures,
  resetConnections,
  sessionFigures,
} from '../../four-letter-words/connection-words.ts';
import { formatHostAndPort } from '../../four-letter-words/java-format.ts';
import { pathsByWatcher, watchingSession } from '../../four-letter-words/watch-words.ts';
import type { ServingContext } from '../../four-letter-words/word-context.ts';
import type { JsonObject } from '../java-json.ts';
import { serving } from './command.ts';

export const connections = serving(['connections', 'cons'], (context) =>
  connectionLists(context, { isBrief: false }),
);

/** Compat: in Java the port counts, so that of a unified one all are in the first list. */
export function connectionLists({ processor }: ServingContext, shown: { isBrief: boolean }) {
  const all = [...processor.connections];
  const listOf = (isEncrypted: boolean) =>
    all
      .filter(({ remote }) => (remote.isEncrypted ?? false) === isEncrypted)
      .map((each) => describeConnection(each, shown));
  return { connections: listOf(false), secure_connections: listOf(true) };
}

function describeConnection(connection: ClientConnection, shown: { isBrief: boolean }): JsonObject {
  const { remote, session } = connection;
  const figures = connectionFigures(connection);
  const brief = {
    remote_socket_address: formatHostAndPort(remote.address, remote.port),
    interest_ops: figures.interestOps,
    outstanding_requests: figures.outstandingRequests,
    packets_received: figures.packetsReceived,
    packets_sent: figures.packetsSent,
  };
  if (shown.isBrief) return brief;
  const own = sessionFigures(connection);
  return {
    ...brief,
    session_id: session?.id ?? 0,
    last_operation: own.lastOperation,
    established: own.establishedMs,
    session_timeout: session?.timeoutMs ?? 0,
    last_cxid: own.lastCxid,
    last_zxid: own.lastZxid,
    last_response_time: own.lastResponseMs,
    last_latency: own.lastLatencyMs,
    min_latency: own.minLatencyMs,
    avg_latency: own.averageLatencyMs,
    max_latency: own.maxLatencyMs,
  };
}

export const connectionStatReset = serving(['connection_stat_reset', 'crst'], ({ processor }) => {
  resetConnections(processor);
  return {};
});

/** Compat: times are of the monotonic clock, and a learner shows none but its local sessions. */
export const dump = serving(['dump'], ({ server, processor }) => {
  const { tree } = server.database;
  const buckets = server.sessions?.buckets() ?? processor.localSessionBuckets();
  return {
    expiry_time_to_session_ids: new Map(
      buckets.map(([endMs, sessions]) => [String(endMs), sessions.map(({ id }) => id)]),
    ),
    session_id_to_ephemeral_paths: new Map(
      tree.ephemeralOwners().map((owner) => [String(owner), tree.ephemeralsOf(owner)]),
    ),
  };
});

export const watches = serving(['watches', 'wchc'], ({ processor }) => ({
  session_id_to_watched_paths: new Map(
    [...pathsByWatcher(processor.watches)].map(([watcher, paths]) => [
      String(watchingSession(watcher)),
      paths,
    ]),
  ),
}));

export const watchesByPath = serving(['watches_by_path', 'wchp'], ({ processor }) => ({
  path_to_session_ids: new Map(
    [...processor.watches.dataWatches()].map(([path, watchers]) => [
      path,
      watchers.map(watchingSession),
    ]),
  ),
}));

export const watchSummary = serving(['watch_summary', 'wchs'], ({ processor }) => {
  const { connections: count, paths, watches: total } = processor.watches.dataSummary();
  return { num_connections: count, num_paths: paths, num_total_watches: total };
});
