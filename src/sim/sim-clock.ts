/**
 * SimClock: virtual time in whole microseconds, moved by the run and by nothing else. The wall
 * clock is the monotonic one with an offset that can jump in either direction.
 */
import { assert } from '../base/assert.ts';
import type { Now } from '../base/now.ts';

/** Some day in 2026: session ids begin with it. */
const WALL_START_MS = 1_780_000_000_000;

export class SimClock {
  nowUs = 0;
  #wallOffsetMs = WALL_START_MS;

  moveTo(timeUs: number): void {
    assert(timeUs >= this.nowUs, 'time goes on');
    this.nowUs = timeUs;
  }

  jumpWall(byMs: number): void {
    this.#wallOffsetMs += byMs;
  }

  get nowMs(): number {
    return this.nowUs / 1000;
  }

  now(): Now {
    const monotonicMs = this.nowUs / 1000;
    return { monotonicMs, wallMs: Math.floor(monotonicMs) + this.#wallOffsetMs };
  }
}
