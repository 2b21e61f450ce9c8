/**
 * SessionTracker: the sessions of this server and when they expire (ZooKeeper's SessionTracker). On
 * a leader they are those of the whole ensemble, and with them its own local ones: of these no txn
 * tells, and no other server knows.
 *
 * A session is known from the moment its createSession txn is prepared and closing from the moment
 * its closeSession txn is; between the two it may be touched. What is closing is never touched
 * back to life.
 */

import { assert } from '../../base/assert.ts';
import type { SessionId } from '../../base/session-id.ts';
import { SteadyMap } from '../../base/steady-map.ts';
import { type Expirable, ExpiryQueue } from './expiry-queue.ts';
import { SessionIds, type SessionIdsStart } from './session-ids.ts';

export interface Session extends Expirable {
  readonly id: SessionId;
  /** As negotiated by the last connection of the session. */
  timeoutMs: number;
  isClosing: boolean;
  /** Only this server has it: no txn has created it, none will close it. */
  isLocal: boolean;
  /** Through whom its requests come, as far as the server that judges them knows. */
  owner: object | null;
  /** How its last connection here ended, while it has none. */
  departure: Departure | null;
}

export interface Departure {
  /** Monotonic milliseconds. */
  readonly atMs: number;
  /** When its client was last answered; 0 for never. */
  readonly heardMs: number;
  readonly reason: string;
  readonly remote: { readonly address: string; readonly port: number };
}

export interface SessionTrackerOptions {
  /** ZooKeeper's tickTime: the length of a bucket. */
  readonly tickTimeMs: number;
  readonly serverId: number;
  /** New sessions are local. Absent is false. */
  readonly localSessionsEnabled?: boolean | undefined;
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
  /** From now on the session takes no requests. */
  setClosing(session: Session): void;
  remove(id: SessionId): void;
  /** A local session is one of the ensemble's from now on. */
  upgrade(session: Session): void;
  /** By the end of the bucket, soonest first. */
  localBuckets(): SessionBuckets;
}

export type SessionBuckets = readonly (readonly [endMs: number, sessions: readonly Session[]])[];

export function newSession(id: SessionId, timeoutMs: number, isLocal: boolean): Session {
  return {
    id,
    timeoutMs,
    isClosing: false,
    isLocal,
    owner: null,
    departure: null,
    expiryBucketMs: -1,
  };
}

export class SessionTracker implements ServedSessions {
  readonly #sessions = new SteadyMap<SessionId, Session>();
  readonly #expiry: ExpiryQueue<Session>;
  readonly #ids: SessionIds;
  readonly #localSessionsEnabled: boolean;

  constructor(options: SessionTrackerOptions, start: SessionTrackerStart) {
    this.#expiry = new ExpiryQueue(options.tickTimeMs, start.monotonicMs);
    this.#ids = new SessionIds(options.serverId, start);
    this.#localSessionsEnabled = options.localSessionsEnabled ?? false;
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

  buckets(): SessionBuckets {
    return this.#expiry.buckets();
  }

  localBuckets(): SessionBuckets {
    if (!this.#localSessionsEnabled) return [];
    return this.buckets()
      .map(([endMs, sessions]) => [endMs, sessions.filter(({ isLocal }) => isLocal)] as const)
      .filter(([, sessions]) => sessions.length > 0);
  }

  /** A new session under an id that no session had. */
  create(nowMs: number, timeoutMs: number): Session {
    let id = this.#ids.next();
    while (this.#sessions.has(id)) id = this.#ids.next();
    return this.#add(newSession(id, timeoutMs, this.#localSessionsEnabled), nowMs);
  }

  /** A session whose id is known: from the log, a snapshot or another server. */
  add(id: SessionId, nowMs: number, timeoutMs: number): Session {
    return this.#add(newSession(id, timeoutMs, false), nowMs);
  }

  #add(session: Session, nowMs: number): Session {
    assert(!this.#sessions.has(session.id), 'the session is known already');
    this.#sessions.set(session.id, session);
    this.#expiry.touch(session, nowMs, session.timeoutMs);
    return session;
  }

  upgrade(session: Session): void {
    session.isLocal = false;
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
