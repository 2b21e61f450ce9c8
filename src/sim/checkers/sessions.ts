/** E1 to E8: sessions, and the ephemerals that live and go with them. */
import { OpCode } from '../../protocol/op-code.ts';
import { isWrite } from '../clients/client-request.ts';
import type {
  ConnectionHistory,
  History,
  HistoryOptions,
  StreamEntry,
  TxnRecord,
  Violation,
} from '../history.ts';
import { partsOf } from '../model/model-tree.ts';

const SESSION_EXPIRED = -112;

interface SessionLife {
  readonly createdAt: number;
  closed: TxnRecord | null;
}

export function checkSessions(history: History): Violation[] {
  const expired = new Set(history.expiries.map(({ sessionId }) => sessionId));
  const lives = new Map<bigint, SessionLife>();
  return [
    ...history.txns.flatMap((txn) => checkTxn(txn, lives, history.options)),
    ...checkConnections(history, lives),
    ...checkTakeovers(history),
    ...checkExpiries(history),
    ...history.txns.flatMap(({ clientId, cxid, zxid, txn }): Violation[] => {
      if (txn.type !== OpCode.closeSession || cxid !== 0 || expired.has(clientId)) return [];
      return [{ invariant: 'E4', message: `txn ${zxid} ends session ${clientId} unasked` }];
    }),
  ];
}

/** E1, E3, E6: a session's txns lie between its beginning and its end, and ids are used once. */
function checkTxn(
  logged: TxnRecord,
  lives: Map<bigint, SessionLife>,
  { localSessionsEnabled }: HistoryOptions,
): Violation[] {
  const { clientId, zxid, txn } = logged;
  const life = lives.get(clientId);
  if (txn.type === OpCode.createSession) {
    lives.set(clientId, { createdAt: logged.preparedAt, closed: null });
    if (clientId <= 0n) return [{ invariant: 'E6', message: `session id ${clientId}` }];
    if (life === undefined) return [];
    return [{ invariant: 'E6', message: `session ${clientId} begins twice, again at ${zxid}` }];
  }
  if (clientId === 0n) return [];
  // A leader answers in the log what learners forward too late.
  if (txn.type === OpCode.error && txn.body.err === SESSION_EXPIRED) return [];
  if (txn.type === OpCode.closeSession && life?.closed && !txn.body.paths2Delete?.length) return [];
  if (life === undefined || life.closed !== null) {
    const isEphemeral = partsOf(txn).some(
      ({ body }) => 'ephemeral' in body && body.ephemeral === true,
    );
    // A local session is known to nobody before it is upgraded, and has no ephemerals until then.
    const isLocal = localSessionsEnabled && life === undefined && txn.type !== OpCode.closeSession;
    if (isLocal && !isEphemeral) return [];
    const invariant = isEphemeral ? 'E1' : 'E3';
    const message = `txn ${zxid} is of session ${clientId}, which is ${life ? 'closed' : 'unknown'}`;
    return [{ invariant, message }];
  }
  if (txn.type === OpCode.closeSession) life.closed = logged;
  return [];
}

/** E8, and the negotiation: who is given a session must have a right to it. */
function checkConnections(history: History, lives: Map<bigint, SessionLife>): Violation[] {
  const { minSessionTimeoutMs, maxSessionTimeoutMs } = history.options;
  const found: Violation[] = [];
  const given = new Set<bigint>();
  for (const { id, attempt, stream, connectedZxid } of history.connections) {
    const first = stream[0];
    if (first?.kind !== 'connected') continue;
    const { at, connected } = first;
    const { sessionId, timeoutMs } = connected;
    if (sessionId === 0n) continue;
    const add = (invariant: string, message: string) =>
      found.push({ invariant, message: `connection ${id}: ${message}` });
    const asked = Math.max(minSessionTimeoutMs, attempt.timeOutMs);
    const negotiated = Math.min(asked, maxSessionTimeoutMs);
    if (timeoutMs !== negotiated) add('E4', `a timeout of ${timeoutMs}, not ${negotiated}`);
    if (attempt.sessionId === 0n && given.has(sessionId)) add('E6', `id ${sessionId} once more`);
    given.add(sessionId);
    if (attempt.sessionId === 0n) continue;
    if (!attempt.isPasswordRight) add('E8', `session ${sessionId} is given for a wrong password`);
    if (sessionId !== attempt.sessionId)
      add('E8', `session ${sessionId}, which it did not ask for`);
    // A server that lags behind may not know yet that it has ended.
    const closed = lives.get(sessionId)?.closed;
    const isKnown =
      closed && (connectedZxid < 0 ? closed.preparedAt < at : closed.zxid <= connectedZxid);
    if (isKnown) add('E8', `session ${sessionId} is taken up after its end`);
  }
  return found;
}

/**
 * E7: once a session is taken up elsewhere, nothing more comes on its former connection to the same
 * server. Another server learns of it from nobody; but its writes come to nothing.
 */
function checkTakeovers({ connections, txns }: History): Violation[] {
  const found: Violation[] = [];
  const bySession = new Map<bigint, Takeover[]>();
  for (const { id, attempt, stream, sessionId, server } of connections) {
    const first = stream[0];
    if (first?.kind !== 'connected' || sessionId === 0n) continue;
    const takeovers = bySession.get(sessionId) ?? [];
    bySession.set(sessionId, [...takeovers, { from: attempt.at, at: first.at, id, server }]);
  }
  for (const { id, stream, sessionId, server } of connections) {
    const own = bySession.get(sessionId)?.find((each) => each.id === id);
    const last = stream.at(-1);
    if (own === undefined || last === undefined) continue;
    const at = momentOf(last);
    const later = bySession.get(sessionId)?.find((each) => {
      return each.server === server && each.at > own.at && each.at < at;
    });
    if (later === undefined) continue;
    const message = `connection ${id} is served after ${later.id} took its session`;
    found.push({ invariant: 'E7', message });
  }
  return [...found, ...checkMovedWrites(connections, txns, bySession)];
}

interface Takeover {
  /** It counts from some moment between these two: when it was asked for, and when it was told. */
  readonly from: number;
  readonly at: number;
  readonly id: number;
  readonly server: number;
}

function momentOf(entry: StreamEntry): number {
  if (entry.kind === 'reply') return entry.reply.at;
  return entry.kind === 'event' ? entry.event.at : entry.at;
}

/** A write that was asked on a connection before the current one is prepared as an error only. */
function checkMovedWrites(
  connections: readonly ConnectionHistory[],
  txns: readonly TxnRecord[],
  bySession: ReadonlyMap<bigint, readonly Takeover[]>,
): Violation[] {
  const askedOn = new Map<string, number>();
  for (const { id, asked, sessionId } of connections) {
    for (const { xid, ask } of asked) if (isWrite(ask)) askedOn.set(`${sessionId}/${xid}`, id);
  }
  return txns.flatMap(({ clientId, cxid, zxid, txn, preparedAt }): Violation[] => {
    const id = cxid === 0 ? undefined : askedOn.get(`${clientId}/${cxid}`);
    const isExempt = txn.type === OpCode.error || txn.type === OpCode.closeSession;
    if (id === undefined || isExempt) return [];
    const takeovers = bySession.get(clientId) ?? [];
    const own = takeovers.find((each) => each.id === id);
    const later = takeovers.find((each) => {
      return (
        own !== undefined &&
        each.from > own.at &&
        each.server !== own.server &&
        each.at < preparedAt
      );
    });
    if (later === undefined) return [];
    const message = `txn ${zxid}, asked on connection ${id}, after ${later.id} took its session`;
    return [{ invariant: 'E7', message }];
  });
}

/** E4 and E5: not before its time, and not long after it. */
function checkExpiries({ expiries, options }: History): Violation[] {
  return expiries.flatMap(({ sessionId, silentUs, timeoutMs }): Violation[] => {
    const silentMs = silentUs / 1000;
    const latestMs = timeoutMs + 2 * options.tickTimeMs + options.expirySlackMs;
    const text = `session ${sessionId} expires after ${silentMs} ms of ${timeoutMs}`;
    if (silentMs < timeoutMs) return [{ invariant: 'E4', message: text }];
    return silentMs > latestMs ? [{ invariant: 'E5', message: text }] : [];
  });
}
