/**
 * ExpiryQueue: what is to expire when, in buckets of one interval (ZooKeeper's ExpiryQueue).
 *
 * A deadline is rounded up to `(deadline / interval + 1) × interval`; all that falls into one
 * bucket expires at once. Touching is the common case: most touches stay in their bucket and
 * change nothing. Time is monotonic milliseconds.
 */
import { SteadySet } from '../../base/steady-map.ts';

export interface Expirable {
  /** The end of the bucket that holds it; -1 when it is in none. Owned by the queue. */
  expiryBucketMs: number;
}

export class ExpiryQueue<T extends Expirable> {
  readonly #intervalMs: number;
  readonly #buckets = new Map<number, SteadySet<T>>();
  #nextExpirationMs: number;

  constructor(intervalMs: number, nowMs: number) {
    this.#intervalMs = intervalMs;
    this.#nextExpirationMs = this.#roundUp(nowMs);
  }

  /** Moves the element to the bucket in which it expires if it is not touched again. */
  touch(element: T, nowMs: number, timeoutMs: number): void {
    // What another server says may be no time at all: in a bucket that is over it lived for ever.
    const bucketMs = Math.max(this.#roundUp(nowMs + timeoutMs), this.#nextExpirationMs);
    if (element.expiryBucketMs === bucketMs) return;
    this.remove(element);
    element.expiryBucketMs = bucketMs;
    let bucket = this.#buckets.get(bucketMs);
    if (bucket === undefined) {
      bucket = new SteadySet();
      this.#buckets.set(bucketMs, bucket);
    }
    bucket.add(element);
  }

  remove(element: T): void {
    if (element.expiryBucketMs < 0) return;
    const bucket = this.#buckets.get(element.expiryBucketMs);
    bucket?.delete(element);
    if (bucket?.size === 0) this.#buckets.delete(element.expiryBucketMs);
    element.expiryBucketMs = -1;
  }

  /** Takes out all elements of the buckets that have ended by now. */
  takeExpired(nowMs: number): T[] {
    const expired: T[] = [];
    while (nowMs >= this.#nextExpirationMs) {
      const bucket = this.#buckets.get(this.#nextExpirationMs);
      if (bucket) {
        this.#buckets.delete(this.#nextExpirationMs);
        for (const element of bucket) {
          element.expiryBucketMs = -1;
          expired.push(element);
        }
      }
      this.#skipToNext(nowMs);
    }
    return expired;
  }

  /** Buckets by their end, soonest first. */
  buckets(): (readonly [number, readonly T[]])[] {
    return [...this.#buckets]
      .sort(([a], [b]) => a - b)
      .map(([endMs, elements]) => [endMs, [...elements]] as const);
  }

  /** One interval on; or, after a long pause of the process, straight to the present. */
  #skipToNext(nowMs: number): void {
    const next = this.#nextExpirationMs + this.#intervalMs;
    if (nowMs - next < this.#intervalMs * 64) {
      this.#nextExpirationMs = next;
      return;
    }
    const soonest = Math.min(this.#roundUp(nowMs), ...this.#buckets.keys());
    this.#nextExpirationMs = Math.max(next, soonest);
  }

  #roundUp(ms: number): number {
    return (Math.floor(ms / this.#intervalMs) + 1) * this.#intervalMs;
  }
}
