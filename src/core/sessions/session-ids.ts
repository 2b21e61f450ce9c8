/**
 * SessionIds: the ids of the sessions that this server makes, each once for ever: the server's own
 * id in the top byte, then the time, then a count (ZooKeeper's initializeNextSessionId).
 */
import type { SessionId } from '../../base/session-id.ts';
import type { Zxid } from '../../base/zxid.ts';

export interface SessionIdsStart {
  /** From which the first session id is made: wall-clock milliseconds. */
  readonly seedMs: number;
  /** The last txn that is known; every session that this server ever made has one up to here. */
  readonly lastZxid: Zxid;
  /** No new session has an id up to this one: the clock may have been set back. */
  readonly highestId?: SessionId | undefined;
}

export class SessionIds {
  #nextId: SessionId;

  constructor(serverId: number, start: SessionIdsStart) {
    const first = firstSessionId(start.seedMs, serverId);
    const { highestId = 0n, lastZxid } = start;
    // Of this server's ids only: another server's would take us out of our own.
    const isOwn = BigInt.asUintN(64, highestId) >> 56n === BigInt.asUintN(64, first) >> 56n;
    const byClock = firstIdOfLife(first, lastZxid);
    // Local sessions are not remembered: as long as the clock goes on, its ids must do so with it.
    const isKnown = isOwn && highestId >= byClock;
    this.#nextId = isKnown ? firstIdOfLife(nextMillisecond(highestId), lastZxid) : byClock;
  }

  next(): SessionId {
    return this.#nextId++;
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

/** The low byte of the id of the server that has made the session. */
export function serverIdOf(id: SessionId): number {
  return Number(BigInt.asUintN(64, id) >> 56n);
}

/** As the owner of a node this one means a container. */
function usable(id: SessionId): SessionId {
  return id === -(2n ** 63n) ? id + 1n : id;
}
