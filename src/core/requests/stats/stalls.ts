/**
 * Stalls: when the server as a whole stood still, so that nobody was heard or answered. The machine
 * has no clock: whoever drives it measures, and says so.
 */

export interface Stall {
  /** Monotonic milliseconds. */
  readonly endedMs: number;
  readonly durationMs: number;
  /** May be known a little later. */
  cause: StallCause;
}

/**
 * `collection`: of garbage. `work`: the process was busy all the time. `halted`: it had no processor:
 * stopped, starved, or the machine asleep.
 */
export type StallCause = 'unknown' | 'collection' | 'work' | 'halted';

const RECENT_MAX = 64;

export class Stalls {
  count = 0;
  #recent: Stall[] = [];

  record(stall: Stall): void {
    this.count++;
    this.#recent.push(stall);
    if (this.#recent.length > RECENT_MAX) this.#recent.shift();
  }

  /** The last first. */
  recent(): readonly Stall[] {
    return this.#recent.toReversed();
  }

  /** How long it stood still in this time. */
  within(fromMs: number, toMs: number): number {
    let sumMs = 0;
    for (const { endedMs, durationMs } of this.#recent) {
      const begunMs = Math.max(endedMs - durationMs, fromMs);
      sumMs += Math.max(0, Math.min(endedMs, toMs) - begunMs);
    }
    return sumMs;
  }

  reset(): void {
    this.count = 0;
  }
}
