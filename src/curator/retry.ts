/** Curator's retry policies under Curator's names. */
import {
  exponentialBackoff,
  type RetryPolicy,
  retryForever,
  retryOnce,
  retryTimes,
  retryUntilElapsed,
} from '../client/index.ts';

/** As Curator's, no pause is longer than `maxSleepMs`. */
export function exponentialBackoffRetry(
  baseSleepTimeMs: number,
  maxRetries: number,
  maxSleepMs = Number.MAX_SAFE_INTEGER,
): RetryPolicy {
  return exponentialBackoff({ baseMs: baseSleepTimeMs, maxMs: maxSleepMs, retriesMax: maxRetries });
}

export function retryNTimes(times: number, sleepMsBetweenRetries: number): RetryPolicy {
  return retryTimes(times, { delayMs: sleepMsBetweenRetries });
}

export function retryOneTime(sleepMsBetweenRetry: number): RetryPolicy {
  return retryOnce({ delayMs: sleepMsBetweenRetry });
}

export { retryForever, retryUntilElapsed };
