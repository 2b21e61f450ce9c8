/**
 * Waiting, the same way in every recipe: a signal and a time limit become one signal, and a
 * condition on the tree is read, watched and read again until it holds.
 */
import {
  type RetryPolicy,
  retryForever,
  type WaitOptions,
  type WatchListener,
  type ZooKeeper,
} from '../client/index.ts';
import { fail, shown } from './arguments.ts';
import { RecipeError } from './recipe-error.ts';

/** Recipes ride out lost connections; what ends an operation is the session's end or a signal. */
export const RIDE_OUT: RetryPolicy = retryForever({ delayMs: 100 });

/** What `setTimeout` can take; a longer limit is no limit. */
const TIMER_MS_MAX = 2 ** 31 - 1;

export interface Deadline extends WaitOptions {
  /** What is waited for, in the message of the Timeout: "the lock /a". */
  readonly what: string;
}

/**
 * Runs `work` with one signal for the caller's signal and time limit. An abort rejects with the
 * caller's reason, a time limit with a RecipeError Timeout; `work` must listen to the signal.
 */
export async function withDeadline<T>(
  { what, signal, timeoutMs }: Deadline,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  if (timeoutMs !== undefined && !(typeof timeoutMs === 'number' && timeoutMs >= 0)) {
    fail(`timeoutMs is ${shown(timeoutMs)}; it must be a number of milliseconds, 0 or above.`);
  }
  signal?.throwIfAborted();
  const controller = new AbortController();
  const onAbort = () => controller.abort(signal?.reason);
  signal?.addEventListener('abort', onAbort, { once: true });
  const onTimeout = () => {
    const message = `Waited ${timeoutMs} ms in vain for ${what}.`;
    controller.abort(new RecipeError('Timeout', message));
  };
  const hasLimit = timeoutMs !== undefined && timeoutMs <= TIMER_MS_MAX;
  const timer = hasLimit ? setTimeout(onTimeout, timeoutMs) : undefined;
  try {
    return await work(controller.signal);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
  }
}

/**
 * The promise's outcome, or the signal's reason when that comes first. Whatever the promise then
 * still brings is handed to `onLate`, which puts away what nobody waits for any more: a create
 * that is simply given up could leave a node behind that blocks everybody else.
 */
export function abortable<T>(
  promise: Promise<T>,
  signal: AbortSignal,
  onLate: (value: T) => void = () => {},
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    promise.then(
      (value) => {
        signal.removeEventListener('abort', onAbort);
        if (signal.aborted) onLate(value);
        resolve(value);
      },
      (error: unknown) => {
        signal.removeEventListener('abort', onAbort);
        reject(error);
      },
    );
  });
}

/**
 * Runs `work` while something is held, and releases it however that ends. If it was lost meanwhile
 * that is the outcome, even of work that has returned: it may have run beside the next holder.
 */
export async function runHolding<H extends Holding, T>(
  held: H,
  work: (held: H) => T | Promise<T>,
): Promise<T> {
  let result: T;
  try {
    result = await work(held);
  } catch (error) {
    // The error of the work is the one to tell, whatever becomes of the release.
    await held.release().catch(() => {});
    throw error;
  }
  const { signal } = held;
  await held.release();
  signal.throwIfAborted();
  return result;
}

export interface Holding {
  readonly signal: AbortSignal;
  release(options?: WaitOptions): Promise<void>;
}

/**
 * Releases what was held only on the way to something else, and waits for it as long as the signal
 * allows: the next one must not find it taken. The release goes on by itself otherwise.
 */
export async function releaseOnTheWay(held: Holding, signal: AbortSignal): Promise<void> {
  await held.release({ signal }).catch(() => {});
}

/** Resolves after this time, or rejects with the signal's reason. */
export function delay(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise<void>((resolve, reject) => {
    const onAbort = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(
      () => {
        signal.removeEventListener('abort', onAbort);
        resolve();
      },
      Math.min(ms, TIMER_MS_MAX),
    );
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
}

export interface Condition<T> {
  /** Where `read` leaves its watch, and of which kind. */
  readonly path: string;
  readonly kind: 'data' | 'children';
  /** Reads the tree; `watch` is to be left as a one-shot watch. */
  read(options: WatchedRead): Promise<T>;
  isMet(value: T): boolean;
  /** The read that brought this value has left no watch, as when there is no node. */
  isUnwatched?(value: T): boolean;
}

export interface WatchedRead {
  readonly watch: WatchListener;
  readonly signal: AbortSignal;
  readonly retry: RetryPolicy;
}

/**
 * Reads until the condition holds, each time after a watch has fired. It reads again after every
 * reconnect too: what came and went again while nobody listened fires no watch. A session that is
 * lost for good ends the wait with the error that the next read gets. No watch stays behind.
 */
export async function waitUntil<T>(
  zk: ZooKeeper,
  condition: Condition<T>,
  signal: AbortSignal,
): Promise<T> {
  let wake: () => void = () => {};
  let isArmed = false;
  const watch: WatchListener = () => {
    isArmed = false;
    wake();
  };
  const stopListening = zk.onState(({ state }) => {
    if (state !== 'disconnected' && state !== 'connecting' && state !== 'associating') wake();
  });
  try {
    for (;;) {
      const woken = new Promise<void>((resolve) => {
        wake = resolve;
      });
      isArmed = true;
      const value = await condition.read({ watch, signal, retry: RIDE_OUT });
      if (condition.isUnwatched?.(value) === true) isArmed = false;
      if (condition.isMet(value)) return value;
      await abortable(woken, signal);
    }
  } finally {
    stopListening();
    if (isArmed) removeWatch(zk, condition, watch);
  }
}

/** In the background, and in vain if the node or the session is gone: then the watch is too. */
export function removeWatch(
  zk: ZooKeeper,
  { path, kind }: Pick<Condition<unknown>, 'path' | 'kind'>,
  listener: WatchListener,
): void {
  zk.removeWatches(path, { kind, local: true, listener }).catch(() => {});
}
