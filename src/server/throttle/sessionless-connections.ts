/**
 * SessionlessConnections: connections that have not opened a session yet, and are closed when they
 * have not after `nio.sessionlessCnxnTimeout`. All wait equally long, so they end in the order in
 * which they came: a queue is enough. (Java keeps them in buckets, which makes some wait twice as
 * long.)
 */
import { SteadyMap } from '../../base/steady-map.ts';

export class SessionlessConnections<T> {
  readonly #timeoutMs: number;
  /** To the end of its time, in the order of arrival. */
  readonly #deadlines = new SteadyMap<T, number>();
  #expiredCount = 0;

  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
  }

  get size(): number {
    return this.#deadlines.size;
  }

  /** How many were given up so far. */
  get expiredCount(): number {
    return this.#expiredCount;
  }

  add(connection: T, nowMs: number): void {
    this.#deadlines.set(connection, nowMs + this.#timeoutMs);
  }

  /** It has a session now, or is gone. Harmless when it is not here. */
  remove(connection: T): void {
    this.#deadlines.delete(connection);
  }

  /** Takes out those whose time is over. */
  takeExpired(nowMs: number): T[] {
    const expired: T[] = [];
    for (const [connection, deadlineMs] of this.#deadlines) {
      if (deadlineMs > nowMs) break;
      expired.push(connection);
    }
    for (const connection of expired) this.#deadlines.delete(connection);
    this.#expiredCount += expired.length;
    return expired;
  }
}
