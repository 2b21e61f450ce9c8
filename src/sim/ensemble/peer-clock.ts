/**
 * PeerClock: the clocks of one machine. Its monotonic clock runs at a rate of its own, its wall
 * clock jumps; none of that may matter to anybody else.
 */
import type { Now } from '../../base/now.ts';
import type { SimClock } from '../sim-clock.ts';

export class PeerClock {
  readonly rate: number;
  readonly #clock: SimClock;
  #wallOffsetMs = 0;

  constructor(clock: SimClock, rate: number) {
    this.#clock = clock;
    this.rate = rate;
  }

  get nowUs(): number {
    return this.#clock.nowUs;
  }

  get monotonicMs(): number {
    return (this.#clock.nowUs / 1000) * this.rate;
  }

  now(): Now {
    const { wallMs } = this.#clock.now();
    return { monotonicMs: this.monotonicMs, wallMs: wallMs + this.#wallOffsetMs };
  }

  jumpWall(byMs: number): void {
    this.#wallOffsetMs += byMs;
  }

  /** How long this machine's milliseconds last, in true microseconds. */
  usOf(ms: number): number {
    return Math.ceil((ms * 1000) / this.rate);
  }
}
