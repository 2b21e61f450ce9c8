/**
 * Retry policies as values. A policy only says how long to wait; what may be repeated at all is
 * decided by the operation and by what is known of its outcome.
 */
export interface RetryState {
  /** 1 for the first repetition. */
  readonly attempt: number;
  /** Since the operation was called. */
  readonly elapsedMs: number;
  /** In [0, 1). */
  readonly random: () => number;
}

export interface RetryPolicy {
  /** Milliseconds until the next attempt, or null to give up. */
  delayMs(retry: RetryState): number | null;
}

/** The default: the first error is the caller's. */
export const retryNever: RetryPolicy = { delayMs: () => null };

export function retryForever({ delayMs }: { readonly delayMs: number }): RetryPolicy {
  return { delayMs: () => delayMs };
}

export function retryTimes(times: number, { delayMs }: { readonly delayMs: number }): RetryPolicy {
  return { delayMs: ({ attempt }) => (attempt <= times ? delayMs : null) };
}

export function retryOnce(options: { readonly delayMs: number }): RetryPolicy {
  return retryTimes(1, options);
}

export interface RetryUntilElapsedOptions {
  readonly maxElapsedMs: number;
  readonly delayMs: number;
}

/** Until this time has passed since the call, the next pause included. */
export function retryUntilElapsed(options: RetryUntilElapsedOptions): RetryPolicy {
  const { maxElapsedMs, delayMs } = options;
  return { delayMs: ({ elapsedMs }) => (elapsedMs + delayMs < maxElapsedMs ? delayMs : null) };
}

export interface ExponentialBackoffOptions {
  /** 100 by default. */
  readonly baseMs?: number;
  /** 5,000 by default. */
  readonly maxMs?: number;
  /** 10 by default. */
  readonly retriesMax?: number;
}

/** Pauses that double, of which a random half is left out, so that clients do not come in step. */
export function exponentialBackoff(options: ExponentialBackoffOptions = {}): RetryPolicy {
  const { baseMs = 100, maxMs = 5000, retriesMax = 10 } = options;
  return {
    delayMs({ attempt, random }) {
      if (attempt > retriesMax) return null;
      const longest = Math.min(maxMs, baseMs * 2 ** Math.min(attempt - 1, 30));
      return Math.round(longest * (0.5 + random() / 2));
    },
  };
}
