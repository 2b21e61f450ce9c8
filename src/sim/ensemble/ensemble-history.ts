/** The history of a run of several servers, before anything has happened. */
import type { History } from '../history.ts';
import type { EnsembleConfig } from './ensemble-config.ts';

export function newEnsembleHistory({ server, zab, faults }: EnsembleConfig): History {
  const { requests } = server;
  // Two in a row, by the fastest clock.
  const pausesMs = faults.pauses ? zab.tickTimeMs * zab.syncLimitTicks * 8 : 0;
  return {
    connections: [],
    txns: [],
    expiries: [],
    options: {
      digestEnabled: requests.digestEnabled,
      closeSessionTxnEnabled: requests.closeSessionTxnEnabled,
      localSessionsEnabled: requests.localSessionsEnabled === true,
      tickTimeMs: zab.tickTimeMs,
      minSessionTimeoutMs: requests.minSessionTimeoutMs,
      maxSessionTimeoutMs: requests.maxSessionTimeoutMs,
      neverUsedMs: requests.containerMaxNeverUsedMs,
      expirySlackMs: zab.tickTimeMs + pausesMs + 10,
    },
  };
}
