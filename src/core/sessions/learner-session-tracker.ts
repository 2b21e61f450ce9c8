/**
 * LearnerSessionTracker: the sessions that a learner's clients have (ZooKeeper's class of the same
 * name). It expires none: that is the leader's, who hears with every ping which sessions were
 * touched. What the leader knows of a session, the learner learns only by txns.
 */
import type { SessionId } from '../../base/session-id.ts';
import { SessionIds, type SessionIdsStart } from './session-ids.ts';
import type { ServedSessions, Session } from './session-tracker.ts';

export class LearnerSessionTracker implements ServedSessions {
  readonly #ids: SessionIds;
  /** Those that had a connection here since the role began, and are not closed. */
  readonly #sessions = new Map<SessionId, Session>();
  #touched = new Set<Session>();

  constructor({ serverId }: { readonly serverId: number }, start: SessionIdsStart) {
    this.#ids = new SessionIds(serverId, start);
  }

  get(id: SessionId): Session | undefined {
    return this.#sessions.get(id);
  }

  create(_nowMs: number, timeoutMs: number): Session {
    let id = this.#ids.next();
    while (this.#sessions.has(id)) id = this.#ids.next();
    return this.admit(id, timeoutMs);
  }

  /** The leader says that there is such a session, and that this server has it now. */
  admit(id: SessionId, timeoutMs: number): Session {
    const known = this.#sessions.get(id);
    if (known !== undefined) {
      known.timeoutMs = timeoutMs;
      return known;
    }
    const session: Session = { id, timeoutMs, isClosing: false, owner: null, expiryBucketMs: -1 };
    this.#sessions.set(id, session);
    return session;
  }

  touch(session: Session): boolean {
    if (session.isClosing) return false;
    this.#touched.add(session);
    return true;
  }

  /** From now on the session takes no requests here: its end is asked for. */
  setClosing(session: Session): void {
    session.isClosing = true;
    this.#touched.delete(session);
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
