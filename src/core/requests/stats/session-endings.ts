/**
 * SessionEndings: why sessions ended, as far as this server can know: the last ones, and how many by
 * cause. A session that expires is looked at in that moment: was its client silent, was it gone, or
 * did the server itself stand still for so long that nobody could be heard?
 */
import type { Now } from '../../../base/now.ts';
import type { SessionId } from '../../../base/session-id.ts';
import type { Departure, Session } from '../../sessions/session-tracker.ts';
import type { ClientConnection, RemoteAddress } from '../client-connection.ts';
import type { Stalls } from './stalls.ts';

export const SESSION_END_CAUSES = [
  /** Its client said so. */
  'clientClosed',
  /** It expired: the client is connected, and nothing came of it. */
  'silent',
  /** It expired: the connection had ended, and the client did not come back in time. */
  'connectionLost',
  /** It expired, and would not have if this server had not stood still. */
  'serverStalled',
  /** It expired at the leader, whose learner heard nothing of its client. */
  'silentElsewhere',
  /** It expired: its client has not come back since this server leads. */
  'neverReturned',
  /** The leader ended it: it expired there, or its client closed it at another server. */
  'leader',
  /** It goes on at another server. */
  'moved',
  /** Somebody ordered it. */
  'ordered',
] as const;

export type SessionEndCause = (typeof SESSION_END_CAUSES)[number];

export interface SessionEnding {
  readonly sessionId: SessionId;
  readonly timeoutMs: number;
  /** Wall-clock milliseconds. */
  readonly endedMs: number;
  readonly cause: SessionEndCause;
  /** Since the last word of its client; null where that is not known. */
  readonly silentMs: number | null;
  /** How much of that the server stood still. */
  readonly stalledMs: number;
  /** The last that it had here; null when it had none. */
  readonly connection: EndedConnection | null;
}

export interface EndedConnection {
  readonly remote: RemoteAddress;
  /** Null: it was there to the end. */
  readonly lost: { readonly reason: string; readonly agoMs: number } | null;
}

/** In which moment, and with which connection, if it has one. */
export interface EndingFacts {
  readonly now: Now;
  readonly connection: ClientConnection | undefined;
}

const RECENT_MAX = 256;

export class SessionEndings {
  readonly counts: Record<SessionEndCause, number> = zeroCounts();
  /** Called for each. */
  onEnding: (ending: SessionEnding) => void = tellNobody;
  readonly #stalls: Stalls;
  readonly #recent: SessionEnding[] = [];
  #next = 0;

  constructor(stalls: Stalls) {
    this.#stalls = stalls;
  }

  /** The last first. */
  recent(): readonly SessionEnding[] {
    return [...this.#recent.slice(this.#next), ...this.#recent.slice(0, this.#next)].reverse();
  }

  /** Its time is over. */
  onExpired(session: Session, facts: EndingFacts): void {
    this.#record(this.#endingOf(session, facts, null));
  }

  /** For another cause than its time. */
  onEnded(session: Session, cause: SessionEndCause, facts: EndingFacts): void {
    this.#record(this.#endingOf(session, facts, cause));
  }

  /** One object each: clients that come and go make many. Without a cause its time was over. */
  #endingOf(session: Session, facts: EndingFacts, cause: SessionEndCause | null): SessionEnding {
    const { connection, now } = facts;
    const { monotonicMs, wallMs } = now;
    const { departure, timeoutMs } = session;
    const heardMs = connection?.stats.lastResponseMs || departure?.heardMs || null;
    const silentMs = heardMs === null ? null : monotonicMs - heardMs;
    const stalledMs = heardMs === null ? 0 : this.#stalls.within(heardMs, monotonicMs);
    const last = connection ? { remote: connection.remote, lost: null } : ended(departure, now);
    return {
      sessionId: session.id,
      timeoutMs,
      endedMs: wallMs,
      cause: cause ?? expiryCauseOf(session, { silentMs, stalledMs, connection: last }),
      silentMs,
      stalledMs,
      connection: last,
    };
  }

  #record(ending: SessionEnding): void {
    this.counts[ending.cause]++;
    this.#recent[this.#next] = ending;
    this.#next = (this.#next + 1) % RECENT_MAX;
    this.onEnding(ending);
  }

  reset(): void {
    Object.assign(this.counts, zeroCounts());
  }
}

function tellNobody(): void {}

function expiryCauseOf(
  session: Session,
  facts: Pick<SessionEnding, 'silentMs' | 'stalledMs' | 'connection'>,
): SessionEndCause {
  const { silentMs, stalledMs, connection } = facts;
  // A client that is well says something in every third of its time-out.
  const wasWell = silentMs !== null && silentMs - stalledMs < session.timeoutMs / 2;
  if (stalledMs > 0 && wasWell) return 'serverStalled';
  if (connection !== null) return connection.lost === null ? 'silent' : 'connectionLost';
  return session.owner === null ? 'neverReturned' : 'silentElsewhere';
}

function ended(departure: Departure | null, { monotonicMs }: Now): EndedConnection | null {
  if (departure === null) return null;
  const { remote, reason, atMs } = departure;
  return { remote, lost: { reason, agoMs: monotonicMs - atMs } };
}

function zeroCounts(): Record<SessionEndCause, number> {
  const counts: Partial<Record<SessionEndCause, number>> = {};
  for (const cause of SESSION_END_CAUSES) counts[cause] = 0;
  return counts as Record<SessionEndCause, number>;
}
