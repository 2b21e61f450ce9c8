/**
 * H5, H6 and H8: on one connection replies come in the order of the requests, each once; and what
 * a session is shown never goes back, over all its connections, so it reads its own writes. One
 * server must keep to that by itself; of several, what their client has really seen.
 */
import {
  type AskRecord,
  type ConnectionHistory,
  connectionsBySession,
  type History,
  type StreamEntry,
  type Violation,
} from '../history.ts';

interface Sight {
  readonly at: number;
  readonly zxid: number;
}

export function checkReplies(history: History): Violation[] {
  const violations = history.connections.flatMap(checkOrder);
  for (const [session, connections] of connectionsBySession(history)) {
    violations.push(...checkServers(session, connections), ...checkClient(session, connections));
  }
  return [...violations, ...checkRefusals(history)];
}

/** What each server says, whether it is heard or not. */
function checkServers(session: bigint, connections: readonly ConnectionHistory[]): Violation[] {
  return [...new Set(connections.map(({ server }) => server))].flatMap((server) => {
    const sights = connections
      .filter((connection) => connection.server === server)
      .flatMap((connection) => sightsOf(connection.stream));
    // Stable: within one connection the order is kept.
    return checkMonotonic(
      session,
      sights.sort((a, b) => a.at - b.at),
    );
  });
}

/** What has arrived, one connection of the client after the other. */
function checkClient(session: bigint, connections: readonly ConnectionHistory[]): Violation[] {
  return checkMonotonic(
    session,
    connections.flatMap(({ stream, seen }) => sightsOf(stream.slice(0, seen).filter(isShown))),
  );
}

/** Java's client, and ours, take nothing from the answer of a ping or a setWatches: it shows nothing. */
function isShown(entry: StreamEntry): boolean {
  const kind = entry.kind === 'reply' ? entry.asked.ask.kind : null;
  return kind !== 'ping' && kind !== 'setWatches' && kind !== 'setWatches2';
}

function checkOrder(connection: ConnectionHistory): Violation[] {
  const inTurn = connection.asked.filter(hasTurn);
  const answered = connection.stream.flatMap((entry) =>
    entry.kind === 'reply' && hasTurn(entry.asked) ? [entry.asked] : [],
  );
  for (const [i, asked] of answered.entries()) {
    if (asked === inTurn[i]) continue;
    const message =
      `connection ${connection.id}: the reply to xid ${asked.xid} comes in place of ` +
      `the one to ${inTurn[i]?.xid}`;
    return [{ invariant: 'H5', message }];
  }
  return [];
}

/** Auth is answered at once, and so is what the server does not know, which ends the connection. */
function hasTurn({ ask }: AskRecord): boolean {
  return ask.kind !== 'auth' && ask.kind !== 'garbage';
}

/** The zxids in headers, but for those that say nothing of the tree: auth, refusals, the past. */
function sightsOf(stream: readonly StreamEntry[]): Sight[] {
  return stream.flatMap((entry): Sight[] => {
    if (entry.kind === 'event') {
      return entry.event.zxid > 0 ? [{ at: entry.event.at, zxid: entry.event.zxid }] : [];
    }
    if (entry.kind !== 'reply' || entry.asked.ask.kind === 'auth') return [];
    if (entry.asked.ask.kind === 'garbage') return [];
    return [{ at: entry.reply.at, zxid: entry.reply.zxid }];
  });
}

function checkMonotonic(session: bigint, sights: readonly Sight[]): Violation[] {
  let last = 0;
  for (const { zxid } of sights) {
    if (zxid < last) {
      return [{ invariant: 'H6', message: `session ${session} sees ${zxid} after ${last}` }];
    }
    last = zxid;
  }
  return [];
}

/** A client that claims to have seen what this server has not is not served. */
function checkRefusals({ connections, txns }: History): Violation[] {
  const last = txns.at(-1)?.zxid ?? 0;
  return connections.flatMap(({ id, attempt, stream }): Violation[] => {
    if (attempt.lastZxidSeen <= last || stream.length === 0) return [];
    const message = `connection ${id} claims to have seen ${attempt.lastZxidSeen} and is served`;
    return [{ invariant: 'H6', message }];
  });
}
