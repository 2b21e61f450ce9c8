/**
 * The ensemble of a scenario: ZooKeeper's usual times and limits, no fault and no chance. What goes
 * wrong is what the scenario says.
 */
import type { ServerId } from '../../base/server-id.ts';
import { type EnsembleConfig, ensembleConfig, withoutFaults } from '../ensemble/ensemble-config.ts';
import { STILL_SEED } from '../named-streams.ts';

export const TICK_MS = 2000;

export interface Members {
  readonly voters: readonly ServerId[];
  readonly observers?: readonly ServerId[];
  /** `readonlymode.enabled`, and the local sessions that it needs. */
  readonly hasReadOnlyMode?: boolean;
}

export function learnConfig({
  voters,
  observers = [],
  hasReadOnlyMode = false,
}: Members): EnsembleConfig {
  const { server, ...rest } = withoutFaults(ensembleConfig(STILL_SEED));
  return {
    ...rest,
    voters,
    observers,
    spares: [],
    server: {
      ...server,
      requests: {
        ...server.requests,
        tickTimeMs: TICK_MS,
        minSessionTimeoutMs: 2 * TICK_MS,
        maxSessionTimeoutMs: 20 * TICK_MS,
        globalOutstandingLimit: 1000,
        digestEnabled: true,
        closeSessionTxnEnabled: true,
        containerCheckIntervalMs: 60_000,
        localSessionsEnabled: hasReadOnlyMode,
        reconfigEnabled: false,
        zxidCounterEnd: 0xffffffff,
      },
      storage: {
        ...server.storage,
        preAllocSizeKiB: 0,
        snapCount: 100_000,
        snapSizeLimitInKb: 0,
        txnLogSizeLimitInKb: -1,
        snapshotCompression: '',
      },
      commitLogCount: 500,
    },
    zab: { tickTimeMs: TICK_MS, initLimitTicks: 10, syncLimitTicks: 5, syncQuorum: false },
    election: {
      minNotificationIntervalMs: 200,
      maxNotificationIntervalMs: 60_000,
      finalizeWaitMs: 200,
    },
    observerMaster: null,
    observerReconnectDelayMs: 0,
    readOnlyModeEnabled: hasReadOnlyMode,
    hasSeparateLogDirectory: false,
    windowBytes: 1_048_576,
  };
}
