/**
 * ConnectionThrottle: how many sessions may be opened in a time (ZooKeeper's BlueThrottle), so
 * that a herd of clients that come back together does not end in one that times out together.
 *
 * A token bucket, and in front of it BLUE (Feng et al., 1999): while the bucket is found empty the
 * probability of refusing rises, so that some clients are turned away before it is empty again.
 * Who is refused is closed without an answer and comes back later.
 */
import type { Prng } from '../../base/prng.ts';

export interface ConnectionThrottleOptions {
  /** Size of the bucket; 0: no throttle. */
  readonly tokens: number;
  readonly fillTimeMs: number;
  /** Tokens for each fillTimeMs. */
  readonly fillCount: number;
  /** Between two changes of the probability; -1: no BLUE. */
  readonly freezeTimeMs: number;
  readonly dropIncrease: number;
  readonly dropDecrease: number;
  /** The share of missing tokens up to which the probability falls. */
  readonly decreaseRatio: number;
  /** What a session costs; null: one token each. */
  readonly weights: ConnectionWeights | null;
}

export interface ConnectionWeights {
  readonly global: number;
  readonly renew: number;
  readonly local: number;
}

export class ConnectionThrottle {
  readonly #options: ConnectionThrottleOptions;
  readonly #prng: Prng;
  readonly #tokensMax: number;
  readonly #fillCount: number;
  #tokens: number;
  #filledMs: number;
  #changedMs: number;
  #dropProbability = 0;

  constructor(options: ConnectionThrottleOptions, prng: Prng, nowMs: number) {
    this.#options = options;
    this.#prng = prng;
    // With weights the numbers count global sessions, as the configuration means them.
    const scale = options.weights?.global ?? 1;
    this.#tokensMax = options.tokens * scale;
    this.#fillCount = options.fillCount * scale;
    this.#tokens = this.#tokensMax;
    this.#filledMs = nowMs;
    this.#changedMs = nowMs;
  }

  get dropProbability(): number {
    return this.#dropProbability;
  }

  /** Tokens that are missing in the bucket. */
  get deficit(): number {
    return this.#tokensMax - this.#tokens;
  }

  /** May a session be opened now? If so, its tokens are spent. */
  admit(kind: keyof ConnectionWeights, nowMs: number): boolean {
    if (this.#tokensMax === 0) return true;
    this.#fill(nowMs);
    if (this.#options.freezeTimeMs !== -1 && this.#isDropped(nowMs)) return false;
    const needed = this.#options.weights?.[kind] ?? 1;
    if (this.#tokens < needed) return false;
    this.#tokens -= needed;
    return true;
  }

  #fill(nowMs: number): void {
    const elapsedMs = nowMs - this.#filledMs;
    if (elapsedMs <= this.#options.fillTimeMs) return;
    const filled = Math.floor((elapsedMs * this.#fillCount) / this.#options.fillTimeMs);
    this.#tokens = Math.min(this.#tokens + filled, this.#tokensMax);
    this.#filledMs = nowMs;
  }

  #isDropped(nowMs: number): boolean {
    const { freezeTimeMs, dropIncrease, dropDecrease, decreaseRatio } = this.#options;
    if (nowMs - this.#changedMs > freezeTimeMs) {
      this.#changedMs = nowMs;
      if (this.#tokens === 0) {
        this.#dropProbability = Math.min(this.#dropProbability + dropIncrease, 1);
      } else if (this.deficit <= Math.round(this.#tokensMax * decreaseRatio)) {
        this.#dropProbability = Math.max(this.#dropProbability - dropDecrease, 0);
      }
    }
    return this.#prng.chance(this.#dropProbability);
  }
}
