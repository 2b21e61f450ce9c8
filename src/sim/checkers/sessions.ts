/** E1 to E8: sessions, and the ephemerals that live and go with them. */
import { OpCode } from '../../protocol/op-code.ts';
import type { History, TxnRecord, Violation } from '../history.ts';
import { partsOf } from '../model/model-tree.ts';

interface SessionLife {
  readonly createdAt: number;
  closed: TxnRecord | null;
}

export function checkSessions(history: History): Violation[] {
  const lives = new Map<bigint, SessionLife>();
  return [
    ...history.txns.flatMap((txn) => checkTxn(txn, lives)),
    ...checkConnections(history, lives),
    ...checkTakeovers(history),
    ...checkExpiries(history),
  ];
}

/** E1, E3, E6: a session's txns lie between its beginning and its end, and ids are used once. */
function checkTxn(logged: TxnRecord, lives: Map<bigint, SessionLife>): Violation[] {
  const { clientId, zxid, txn } = logged;
  const life = lives.get(clientId);
  if (txn.type === OpCode.createSession) {
    lives.set(clientId, { createdAt: logged.preparedAt, closed: null });
    if (clientId <= 0n) return [{ invariant: 'E6', message: `session id ${clientId}` }];
    if (life === undefined) return [];
    return [{ invariant: 'E6', message: `session ${clientId} begins twice, again at ${zxid}` }];
  }
  if (clientId === 0n) return [];
  if (life === undefined || life.closed !== null) {
    const isEphemeral = partsOf(txn).some(
      ({ body }) => 'ephemeral' in body && body.ephemeral === true,
    );
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
  for (const { id, attempt, stream } of history.connections) {
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
    if (attempt.sessionId === 0n) continue;
    if (!attempt.isPasswordRight) add('E8', `session ${sessionId} is given for a wrong password`);
    if (sessionId !== attempt.sessionId)
      add('E8', `session ${sessionId}, which it did not ask for`);
    const closed = lives.get(sessionId)?.closed;
    if (closed && closed.preparedAt < at)
      add('E8', `session ${sessionId} is taken up after its end`);
  }
  return found;
}

/** E7: once a session is taken up elsewhere, nothing more comes on its former connection. */
function checkTakeovers({ connections }: History): Violation[] {
  const found: Violation[] = [];
  const current = new Map<bigint, { at: number; id: number }>();
  for (const { id, stream, sessionId } of connections) {
    const first = stream[0];
    if (first?.kind !== 'connected' || sessionId === 0n) continue;
    const taken = current.get(sessionId);
    if (taken === undefined || taken.at < first.at) current.set(sessionId, { at: first.at, id });
  }
  for (const { id, stream, sessionId } of connections) {
    const taken = current.get(sessionId);
    const last = stream.at(-1);
    if (taken === undefined || taken.id === id || last === undefined) continue;
    const at =
      last.kind === 'reply' ? last.reply.at : last.kind === 'event' ? last.event.at : last.at;
    if (at <= taken.at) continue;
    const message = `connection ${id} is served after ${taken.id} took its session`;
    found.push({ invariant: 'E7', message });
  }
  return found;
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
