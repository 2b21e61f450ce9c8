/** Why a session ended, in words and figures for people. */
import { describeSessionId } from '../../base/session-id.ts';
import type { SessionEndCause, SessionEnding } from '../../core/requests/stats/session-endings.ts';
import type { LogFacts } from '../logging/logger.ts';

/** The sentence of the log and of docs/operations.md. */
const WORDS: Readonly<Record<SessionEndCause, string>> = {
  clientClosed: 'its client closed it',
  silent: 'its client is connected and was silent',
  connectionLost: 'its connection ended and its client did not come back',
  serverStalled: 'this server stood still',
  silentElsewhere: 'nothing was heard of its client through another server',
  neverReturned: 'its client has not come back since this server leads',
  leader: 'the leader ended it',
  moved: 'it goes on at another server',
  ordered: 'it was ordered',
};

export function describeCause(cause: SessionEndCause): string {
  return WORDS[cause];
}

export function endingFacts(ending: SessionEnding): LogFacts {
  const { sessionId, timeoutMs, silentMs, stalledMs, connection } = ending;
  const lost = connection?.lost ?? null;
  return {
    session: describeSessionId(sessionId),
    because: describeCause(ending.cause),
    timeoutMs,
    ...(silentMs !== null && { silentMs: Math.round(silentMs) }),
    ...(stalledMs > 0 && { stalledMs: Math.round(stalledMs) }),
    ...(connection !== null && {
      address: connection.remote.address,
      port: connection.remote.port,
    }),
    ...(lost !== null && { connection: lost.reason, endedMsAgo: Math.round(lost.agoMs) }),
  };
}
