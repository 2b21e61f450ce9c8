/** An operation with what its options add: a signal, time limits, repetition. */

import type { RetryPolicy } from '../retry-policy.ts';
import type { SessionShell } from '../session/session-shell.ts';
import { ZooKeeperError } from '../zookeeper-error.ts';
import { type CallFacts, ClientCall } from './client-call.ts';
import type { OperationOptions, WaitOptions } from './operation-options.ts';

export interface RunOptions extends OperationOptions {
  /** Without harm it may be done twice. */
  readonly isRepeatable: boolean;
}

export interface RunDefaults {
  readonly retry: RetryPolicy;
  /** The policy is not the one that gives up at once. */
  readonly isRetrying: boolean;
  /** For one attempt. */
  readonly requestTimeoutMs: number | undefined;
  readonly isRenewing: boolean;
  readonly random: () => number;
  readonly nowMs: () => number;
}

/** One attempt that ends when the reply comes, the signal is aborted or the time is over. */
export function callOnce<T>(
  shell: SessionShell,
  facts: CallFacts,
  { signal, timeoutMs }: WaitOptions,
): Promise<T> {
  if (signal === undefined && timeoutMs === undefined) return shell.call(facts);
  return new Promise<T>((resolve, reject) => {
    if (signal?.aborted === true) return reject(signal.reason);
    const onAbort = () => {
      shell.cancel(call);
      end();
      reject(signal?.reason);
    };
    const onTimeout = () => {
      const outcome = shell.cancel(call);
      end();
      const { name: operation, path } = call;
      const reason = `no answer within ${timeoutMs} ms`;
      reject(new ZooKeeperError({ code: 'RequestTimeout', operation, path, outcome, reason }));
    };
    const timer = timeoutMs === undefined ? undefined : setTimeout(onTimeout, timeoutMs);
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    };
    const call = new ClientCall(
      facts,
      (value) => {
        end();
        resolve(value as T);
      },
      (error) => {
        end();
        reject(error);
      },
    );
    signal?.addEventListener('abort', onAbort, { once: true });
    shell.submit(call);
  });
}

export interface RunContext {
  readonly shell: SessionShell;
  readonly defaults: RunDefaults;
}

/** As many attempts as the policy allows and the operation bears. */
export async function runCall<T>(
  { shell, defaults }: RunContext,
  facts: CallFacts,
  options: RunOptions,
): Promise<T> {
  const { retry = defaults.retry, signal } = options;
  const startedMs = defaults.nowMs();
  for (let attempt = 1; ; attempt++) {
    const leftMs = timeLeftMs(options.timeoutMs, defaults.nowMs() - startedMs);
    const timeoutMs = smaller(leftMs, defaults.requestTimeoutMs);
    try {
      return await callOnce<T>(shell, facts, { signal, timeoutMs });
    } catch (error) {
      const elapsedMs = defaults.nowMs() - startedMs;
      if (!mayRepeat(error, options, defaults)) throw error;
      const delayMs = retry.delayMs({ attempt, elapsedMs, random: defaults.random });
      if (delayMs === null) throw error;
      if (options.timeoutMs !== undefined && elapsedMs + delayMs >= options.timeoutMs) throw error;
      await pause(shell, delayMs, signal);
    }
  }
}

function timeLeftMs(timeoutMs: number | undefined, elapsedMs: number): number | undefined {
  return timeoutMs === undefined ? undefined : Math.max(0, timeoutMs - elapsedMs);
}

function smaller(one: number | undefined, other: number | undefined): number | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return Math.min(one, other);
}

function mayRepeat(
  error: unknown,
  options: RunOptions,
  { isRenewing }: { readonly isRenewing: boolean },
): boolean {
  if (!(error instanceof ZooKeeperError)) return false;
  const { code, outcome } = error;
  const isRetried =
    code === 'ConnectionLoss' ||
    code === 'RequestTimeout' ||
    code === 'OperationTimeout' ||
    code === 'ThrottledOp' ||
    (code === 'SessionExpired' && isRenewing);
  if (!isRetried) return false;
  return outcome !== 'unknown' || options.isRepeatable || options.retryUnknown === true;
}

/**
 * Rejects with the signal's reason. Ends early when the session is over: the next attempt says so,
 * and no timer keeps the process alive.
 */
export function pause(
  shell: SessionShell,
  delayMs: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) return reject(signal.reason);
    if (shell.machine.isOver) return resolve();
    const end = () => {
      clearTimeout(timer);
      stop();
      signal?.removeEventListener('abort', onAbort);
    };
    const onAbort = () => {
      end();
      reject(signal?.reason);
    };
    const onEnd = () => {
      end();
      resolve();
    };
    const timer = setTimeout(onEnd, delayMs);
    const stop = shell.onStateChange(() => {
      if (shell.machine.isOver) onEnd();
    });
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}
