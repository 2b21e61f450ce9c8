/**
 * SessionTracker: the sessions of this server and when they expire (ZooKeeper's SessionTracker).
 *
 * A session is known from the moment its createSession txn is prepared and closing from the moment
 * its closeSession txn is; between the two it may be touched. What is closing is never touched
 * back to life.
 */
import { assert } from '../../base/assert.ts';
import type { SessionId } from '../../base/session-id.ts';
import { type Expirable, ExpiryQueue } from './expiry-queue.ts';
import { SessionIds, type SessionIdsStart } from './session-ids.ts';

export interface Session extends Expirable {
  readonly id: SessionId;
  /** As negotiated by the last connection of the session. */
  timeoutMs: number;
  isClosing: boolean;
  /** Through whom its requests come, as far as the server that judges them knows. */
  owner: object | null;
}

export interface SessionTrackerOptions {
  /** ZooKeeper's tickTime: the length of a bucket. */
  readonly tickTimeMs: number;
  readonly serverId: number;
}

export interface SessionTrackerStart extends SessionIdsStart {
  readonly monotonicMs: number;
}

/** What a connection needs of whoever keeps the sessions of its server. */
export interface ServedSessions {
  /** A new session under an id that no session had. */
  create(nowMs: number, timeoutMs: number): Session;
  /** False when the session is closing, and then nothing happens. */
  touch(session: Session, nowMs: number): boolean;
}

export class SessionTracker implements ServedSessions {
  readonly #sessions = new Map<SessionId, Session>();
  readonly #expiry: ExpiryQueue<Session>;
  readonly #ids: SessionIds;

  constructor(options: SessionTrackerOptions, start: SessionTrackerStart) {
    this.#expiry = new ExpiryQueue(options.tickTimeMs, start.monotonicMs);
    this.#ids = new SessionIds(options.serverId, start);
  }

  get size(): number {
    return this.#sessions.size;
  }

  get(id: SessionId): Session | undefined {
    return this.#sessions.get(id);
  }

  sessions(): IterableIterator<Session> {
    return this.#sessions.values();
  }

  buckets(): ReturnType<ExpiryQueue<Session>['buckets']> {
    return this.#expiry.buckets();
  }

  /** A new session under an id that no session had. */
  create(nowMs: number, timeoutMs: number): Session {
    let id = this.#ids.next();
    while (this.#sessions.has(id)) id = this.#ids.next();
    return this.add(id, nowMs, timeoutMs);
  }

  /** A session whose id is known: from the log, a snapshot or another server. */
  add(id: SessionId, nowMs: number, timeoutMs: number): Session {
    assert(!this.#sessions.has(id), 'the session is known already');
    const session: Session = { id, timeoutMs, isClosing: false, owner: null, expiryBucketMs: -1 };
    this.#sessions.set(id, session);
    this.#expiry.touch(session, nowMs, timeoutMs);
    return session;
  }

  /** False when the session is unknown or closing, and then nothing happens. */
  touch(session: Session, nowMs: number): boolean {
    if (session.isClosing) return false;
    this.#expiry.touch(session, nowMs, session.timeoutMs);
    return true;
  }

  /** From now on the session takes no requests; it goes with its closeSession txn. */
  setClosing(session: Session): void {
    session.isClosing = true;
    this.#expiry.remove(session);
  }

  remove(id: SessionId): void {
    const session = this.#sessions.get(id);
    if (!session) return;
    this.#expiry.remove(session);
    this.#sessions.delete(id);
  }

  /** The sessions whose time is over; they are closing from now on. */
  takeExpired(nowMs: number): Session[] {
    const expired = this.#expiry.takeExpired(nowMs);
    for (const session of expired) session.isClosing = true;
    return expired;
  }
}
