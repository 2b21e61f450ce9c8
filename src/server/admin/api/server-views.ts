/** The server and its ensemble, its sessions and watches, as /api shows them. */
import { describeSessionId, type SessionId } from '../../../base/session-id.ts';
import type { PeerFigures } from '../../../core/peer-figures.ts';
import type { ClientConnection } from '../../../core/requests/client-connection.ts';
import type { Session } from '../../../core/sessions/session-tracker.ts';
import type { EnsembleServer } from '../../../core/zab/members/ensemble-server.ts';
import type {
  ConnectionView,
  EnsembleView,
  MemberView,
  MetricsView,
  Page,
  ServerView,
  SessionView,
  StateEvent,
  WatchView,
} from '../../../protocol/admin.ts';
import { connectionFigures, sessionFigures } from '../../four-letter-words/connection-words.ts';
import { formatHex, formatHostAndPort } from '../../four-letter-words/java-format.ts';
import { monitorFigures } from '../../four-letter-words/monitor-word.ts';
import { watchingSession } from '../../four-letter-words/watch-words.ts';
import type { ServingContext, WordContext } from '../../four-letter-words/word-context.ts';
import { FULL_VERSION_TEXT } from '../../version.ts';
import type { Window } from './paging.ts';

const SORTED_MAX = 10_000;

export function viewServer({ server, config, figures }: WordContext): ServerView {
  const { database, processor, isServing } = server;
  const { tree } = database;
  return {
    version: FULL_VERSION_TEXT,
    mode: isServing ? server.mode : null,
    myid: config.myid,
    uptimeMs: Math.floor(figures.uptimeMs),
    lastZxid: tree.lastProcessedZxid,
    digest: formatHex(tree.digest.toBigInt()),
    nodes: tree.nodeCount,
    ephemerals: tree.ephemeralCount,
    dataBytes: tree.approximateDataSize,
    sessions: database.sessionsWithTimeouts.size + localSessions(server).length,
    connections: processor?.connections.size ?? 0,
    watches: processor?.watches.watchCount ?? 0,
    outstandingRequests: processor?.outstanding ?? 0,
  };
}

export function viewState({ server }: WordContext): StateEvent {
  const { ensemble, isServing, mode } = server;
  return {
    kind: 'state',
    mode: isServing ? mode : null,
    leaderId: ensemble?.leaderId ?? null,
    peerState: ensemble?.peerState ?? null,
  };
}

export function viewEnsemble(context: WordContext): EnsembleView {
  const { server, config } = context;
  const { ensemble } = server;
  const members = [...(ensemble?.members.values() ?? [])];
  return {
    myid: config.myid,
    leaderId: ensemble?.leaderId ?? null,
    peerState: ensemble?.peerState ?? null,
    members: members.map((member) => viewMember(member, ensemble, config.myid)),
    configuration: ensemble?.membership ?? null,
  };
}

function viewMember(
  member: EnsembleServer,
  ensemble: PeerFigures | null,
  myid: number | null,
): MemberView {
  const { id, role, addresses, clientAddress: client } = member;
  const learner = ensemble?.learners.find(({ sid }) => sid === id);
  const isSelf = id === myid;
  return {
    id,
    role,
    isLeader: ensemble?.leaderId === id,
    isSelf,
    quorumAddresses: addresses.map(({ host, quorumPort }) => formatHostAndPort(host, quorumPort)),
    electionAddresses: addresses.map((each) => formatHostAndPort(each.host, each.electionPort)),
    clientAddress: client === null ? null : formatHostAndPort(client.host, client.port),
    phase: (isSelf ? ensemble?.zabPhase : learner?.phase) ?? null,
  };
}

/** Of the ensemble as far as they are known here, and this server's own local ones. */
export function sessionIds({ database, processor }: WordContext['server']): Set<SessionId> {
  const local = localSessions({ processor });
  return new Set([...database.sessionsWithTimeouts.keys(), ...local.map(({ id }) => id)]);
}

/** No txn tells of them: they are not among those of the database. */
function localSessions({ processor }: Pick<WordContext['server'], 'processor'>): Session[] {
  return processor?.localSessionBuckets().flatMap(([, sessions]) => sessions) ?? [];
}

export function viewSessions(context: ServingContext, window: Window): Page<SessionView> {
  const { server, processor } = context;
  const local = new Map(localSessions(server).map((session) => [session.id, session]));
  const { sessionsWithTimeouts } = server.database;
  const total = sessionsWithTimeouts.size + local.size;
  const items = sessionPage([sessionsWithTimeouts, local], total, window).map((id): SessionView => {
    const connection = processor.connectionOf(id);
    const endMs = (local.get(id) ?? server.sessions?.get(id))?.expiryBucketMs ?? -1;
    return {
      id: describeSessionId(id),
      timeoutMs: sessionsWithTimeouts.get(id) ?? local.get(id)?.timeoutMs ?? 0,
      isLocal: local.has(id),
      expiresInMs: endMs < 0 ? null : Math.max(0, Math.round(endMs - processor.now.monotonicMs)),
      ephemerals: server.database.tree.ephemeralsOf(id).length,
      connection: connection === undefined ? null : viewConnection(context, connection),
    };
  });
  return { offset: window.offset, total, items };
}

/** By id; of very many as they come: to sort a million for each page would stop the server. */
function sessionPage(
  known: readonly Pick<ReadonlyMap<SessionId, unknown>, 'keys'>[],
  total: number,
  { offset, limit }: Window,
): SessionId[] {
  if (total <= SORTED_MAX) {
    const ids = known.flatMap((each) => [...each.keys()]);
    return ids.sort((one, other) => (one < other ? -1 : 1)).slice(offset, offset + limit);
  }
  const page: SessionId[] = [];
  let at = 0;
  for (const each of known) {
    for (const id of each.keys()) {
      if (page.length >= limit) return page;
      if (at++ >= offset) page.push(id);
    }
  }
  return page;
}

function viewConnection(
  { processor }: ServingContext,
  connection: ClientConnection,
): ConnectionView {
  const { remote, authIds } = connection;
  const { packetsReceived, packetsSent, outstandingRequests } = connectionFigures(connection);
  const { establishedMs, lastOperation } = sessionFigures(connection);
  const users = processor.access.userNames(authIds.filter(({ scheme }) => scheme !== 'ip'));
  return {
    address: formatHostAndPort(remote.address, remote.port),
    isEncrypted: remote.isEncrypted ?? false,
    establishedMs,
    lastOperation,
    packetsReceived,
    packetsSent,
    outstandingRequests,
    users: users.map(({ authScheme, user }) => `${authScheme}:${user}`),
  };
}

/** Only what is shown is looked at closely: there may be a million. */
export function viewWatches(
  { processor }: ServingContext,
  { offset, limit }: Window,
): Page<WatchView> {
  const items: WatchView[] = [];
  let at = -1;
  for (const [path, watchers] of processor.watches.dataWatches()) {
    at++;
    if (at < offset) continue;
    if (items.length >= limit) break;
    const sessions = watchers.map((watcher) => describeSessionId(watchingSession(watcher)));
    items.push({ path, sessions });
  }
  return { offset, total: processor.watches.dataPathCount, items };
}

export function viewMetrics(context: ServingContext): MetricsView {
  return Object.fromEntries(
    monitorFigures(context).map(([name, value]) => {
      const number = Number(value);
      return [name, Number.isNaN(number) ? value : number];
    }),
  );
}
