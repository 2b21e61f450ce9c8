/**
 * SessionTracker: the sessions of this server and when they expire (ZooKeeper's SessionTracker).
 *
 * A session is known from the moment its createSession txn is prepared and closing from the moment
 * its closeSession txn is; between the two it may be touched. What is closing is never touched
 * back to life.
 */
import { assert } from '../../base/assert.ts';
import type { SessionId } from '../../base/session-id.ts';
import type { Zxid } from '../../base/zxid.ts';
import { type Expirable, ExpiryQueue } from './expiry-queue.ts';

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

export interface SessionTrackerStart {
  readonly monotonicMs: number;
  /** From which the first session id is made: wall-clock milliseconds. */
  readonly seedMs: number;
  /** Where recovery ended; every session that there ever was has a txn up to here. */
  readonly lastZxid: Zxid;
  /** No new session has an id up to this one: the clock may have been set back. */
  readonly highestId?: SessionId;
}

export class SessionTracker {
  readonly #sessions = new Map<SessionId, Session>();
  readonly #expiry: ExpiryQueue<Session>;
  #nextId: SessionId;

  constructor(options: SessionTrackerOptions, start: SessionTrackerStart) {
    this.#expiry = new ExpiryQueue(options.tickTimeMs, start.monotonicMs);
    const first = firstSessionId(start.seedMs, options.serverId);
    const { highestId = 0n } = start;
    // Of this server's ids only: another server's would take us out of our own.
    const isOwn = BigInt.asUintN(64, highestId) >> 56n === BigInt.asUintN(64, first) >> 56n;
    const floor = isOwn && highestId >= first ? nextMillisecond(highestId) : first;
    this.#nextId = firstIdOfLife(floor, start.lastZxid);
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
    while (this.#sessions.has(this.#nextId)) this.#nextId++;
    const id = this.#nextId++;
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

/** Not the next id: sessions that were created after that one may have ended and be forgotten. */
function nextMillisecond(id: SessionId): SessionId {
  return ((id >> 16n) + 1n) << 16n;
}

/**
 * The clock and the ids that are remembered do not suffice: with the clock set back, lives that
 * remember the same session would each begin at the same id, and the password of a session that
 * has ended would open the new one. Since each session has a txn of its own, the zxid grows by at
 * least as much as a life takes ids: added to a floor that does not go down it makes ids that no
 * life before had. Even from a lower floor an id comes again only if the txns since are 65,536 for
 * each millisecond between the floors, to the txn.
 */
function firstIdOfLife(floor: SessionId, lastZxid: Zxid): SessionId {
  const serverId = BigInt.asUintN(64, floor) >> 56n;
  const count = BigInt.asUintN(56, floor + BigInt(lastZxid));
  return usable(BigInt.asIntN(64, (serverId << 56n) | count));
}

/**
 * Server id in the top byte, then 40 bits of milliseconds, then 16 zero bits to count in. Positive
 * for server ids below 128, as the shift is unsigned.
 */
export function firstSessionId(nowMs: number, serverId: number): SessionId {
  const time = BigInt.asUintN(64, BigInt(Math.floor(nowMs)) << 24n) >> 8n;
  return usable(BigInt.asIntN(64, time | (BigInt(serverId) << 56n)));
}

/** As the owner of a node this one means a container. */
function usable(id: SessionId): SessionId {
  return id === -(2n ** 63n) ? id + 1n : id;
}
