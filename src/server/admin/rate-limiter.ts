/** RateLimiter: one in each interval, the intervals beginning with the first after the last. */
export class RateLimiter {
  readonly #intervalMs: number;
  readonly #now: () => number;
  #sinceMs: number;
  #isUsed = false;

  constructor(intervalMs: number, now: () => number = () => performance.now()) {
    this.#intervalMs = intervalMs;
    this.#now = now;
    this.#sinceMs = now();
  }

  allow(): boolean {
    const now = this.#now();
    if (now > this.#sinceMs + this.#intervalMs) {
      this.#sinceMs = now;
      this.#isUsed = false;
    }
    if (this.#isUsed) return false;
    this.#isUsed = true;
    return true;
  }
}
