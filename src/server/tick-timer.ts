/**
 * TickTimer: calls back when a machine wants its next tick, to the millisecond. It is armed after
 * every step, which is often: a deadline that moves away costs nothing, as the timer that was set
 * for the earlier one finds nothing to do and is set again.
 */
export class TickTimer {
  readonly #onTick: () => void;
  #timer: NodeJS.Timeout | null = null;
  #atMs = Number.POSITIVE_INFINITY;
  #isStopped = false;

  constructor(onTick: () => void) {
    this.#onTick = onTick;
  }

  /** The tick is wanted in so many milliseconds; a former wish counts no more. */
  arm(delayMs: number): void {
    if (this.#isStopped) return;
    const atMs = performance.now() + delayMs;
    if (this.#timer !== null && this.#atMs <= atMs) return;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#atMs = atMs;
    // A timer of Node may come a fraction too early; never when its delay is rounded up.
    this.#timer = setTimeout(() => this.#fire(), Math.ceil(Math.max(0, delayMs)));
  }

  stop(): void {
    this.#isStopped = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  #fire(): void {
    this.#timer = null;
    this.#atMs = Number.POSITIVE_INFINITY;
    this.#onTick();
  }
}
