/** The promise behind `connected()`. */

import type { WaitOptions } from '../calls/operation-options.ts';
import type { State } from '../machine/machine-options.ts';
import { ZooKeeperError } from '../zookeeper-error.ts';
import type { SessionShell } from './session-shell.ts';

const FINAL_CODES = {
  expired: 'SessionExpired',
  authFailed: 'AuthFailed',
  closed: 'InvalidState',
} as const;

function isFinal(state: State): state is keyof typeof FINAL_CODES {
  return Object.hasOwn(FINAL_CODES, state);
}

export interface ConnectedOptions extends WaitOptions {
  /** Gives up when every server has been tried so many times in vain. */
  readonly roundsMax?: number | undefined;
}

export function waitUntilConnected(
  shell: SessionShell,
  { signal, timeoutMs, roundsMax = Infinity }: ConnectedOptions,
): Promise<void> {
  const { lostAttempts: lostBefore, hostCount } = shell.machine;
  const lostMax = lostBefore + roundsMax * hostCount;
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) return reject(signal.reason);
    let reason: string | undefined;
    const end = (error?: unknown) => {
      stop();
      stopLosses();
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      if (error === undefined) resolve();
      else reject(error);
    };
    const onAbort = () => end(signal?.reason);
    const look = () => {
      if (shell.machine.isUp) return end();
      const { state } = shell.machine;
      if (!shell.machine.isOver || !isFinal(state)) return;
      const facts = { code: FINAL_CODES[state], operation: 'connect', outcome: 'failed' } as const;
      end(new ZooKeeperError({ ...facts, reason }));
    };
    const onLoss = () => {
      const { lostAttempts, lossReason } = shell.machine;
      if (lostAttempts < lostMax) return;
      const facts = { code: 'ConnectionLoss', operation: 'connect', outcome: 'notSent' } as const;
      end(new ZooKeeperError({ ...facts, reason: lossReason }));
    };
    const onTimeout = () => {
      const { lossReason } = shell.machine;
      const last = lossReason === undefined ? '' : `; the last attempt: ${lossReason}`;
      const facts = { code: 'RequestTimeout', operation: 'connect', outcome: 'notSent' } as const;
      end(new ZooKeeperError({ ...facts, reason: `not connected within ${timeoutMs} ms${last}` }));
    };
    const timer = timeoutMs === undefined ? undefined : setTimeout(onTimeout, timeoutMs);
    const stop = shell.onStateChange((change) => {
      reason = change.reason ?? reason;
      look();
    });
    const stopLosses = shell.onLoss(onLoss);
    signal?.addEventListener('abort', onAbort, { once: true });
    look();
  });
}
