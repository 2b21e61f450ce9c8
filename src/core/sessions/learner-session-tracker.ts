/**
 * LearnerSessionTracker: the sessions that a learner's clients have (ZooKeeper's class of the same
 * name). It expires none but its local ones: the others are the leader's, who hears with every ping
 * which of them were touched. What the leader knows of a session, the learner learns only by txns.
 */

import type { SessionId } from '../../base/session-id.ts';
import { SteadyMap } from '../../base/steady-map.ts';
import { ExpiryQueue } from './expiry-queue.ts';
import { SessionIds } from './session-ids.ts';
import {
  newSession,
  type ServedSessions,
  type Session,
  type SessionBuckets,
  type SessionTrackerOptions,
  type SessionTrackerStart,
} from './session-tracker.ts';

export class LearnerSessionTracker implements ServedSessions {
  readonly #ids: SessionIds;
  /** Those that had a connection here since the role began, and are not closed. */
  readonly #sessions = new SteadyMap<SessionId, Session>();
  #touched = new Set<Session>();
  /** Of local sessions only. */
  readonly #expiry: ExpiryQueue<Session>;
  readonly #localSessionsEnabled: boolean;

  constructor(options: SessionTrackerOptions, start: SessionTrackerStart) {
    this.#ids = new SessionIds(options.serverId, start);
    this.#expiry = new ExpiryQueue(options.tickTimeMs, start.monotonicMs);
    this.#localSessionsEnabled = options.localSessionsEnabled ?? false;
  }

  get(id: SessionId): Session | undefined {
    return this.#sessions.get(id);
  }

  create(nowMs: number, timeoutMs: number): Session {
    let id = this.#ids.next();
    while (this.#sessions.has(id)) id = this.#ids.next();
    const session = newSession(id, timeoutMs, this.#localSessionsEnabled);
    this.#sessions.set(id, session);
    if (session.isLocal) this.touch(session, nowMs);
    return session;
  }

  localBuckets(): SessionBuckets {
    return this.#expiry.buckets();
  }

  /** The local sessions whose time is over; they are closing from now on. */
  takeExpired(nowMs: number): Session[] {
    const expired = this.#expiry.takeExpired(nowMs);
    for (const session of expired) session.isClosing = true;
    return expired;
  }

  upgrade(session: Session): void {
    session.isLocal = false;
    this.#expiry.remove(session);
    this.#touched.add(session);
  }

  /** The leader says that there is such a session, and that this server has it now. */
  admit(id: SessionId, timeoutMs: number): Session {
    const known = this.#sessions.get(id);
    if (known !== undefined) {
      known.timeoutMs = timeoutMs;
      return known;
    }
    const session = newSession(id, timeoutMs, false);
    this.#sessions.set(id, session);
    return session;
  }

  touch(session: Session, nowMs: number): boolean {
    if (session.isClosing) return false;
    if (session.isLocal) this.#expiry.touch(session, nowMs, session.timeoutMs);
    else this.#touched.add(session);
    return true;
  }

  /** From now on the session takes no requests here: its end is asked for. */
  setClosing(session: Session): void {
    session.isClosing = true;
    this.#touched.delete(session);
    this.#expiry.remove(session);
  }

  /** The session is closed, wherever it was served. */
  remove(id: SessionId): void {
    const session = this.#sessions.get(id);
    if (session === undefined) return;
    this.setClosing(session);
    this.#sessions.delete(id);
  }

  /** What the next ping tells the leader: id and time-out of who was heard of since the last. */
  takeTouched(): [SessionId, number][] {
    const touched = this.#touched;
    if (touched.size === 0) return [];
    this.#touched = new Set();
    return Array.from(touched, ({ id, timeoutMs }): [SessionId, number] => [id, timeoutMs]);
  }
}
