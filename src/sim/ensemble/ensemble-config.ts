/**
 * What one seed's run of a whole ensemble is like: who is in it, limits far smaller than usual, the
 * workload, and which kinds of fault there are. Each kind is off in half of the runs.
 */
import type { Prng } from '../../base/prng.ts';
import type { ServerId } from '../../base/server-id.ts';
import type { PeerHistoryOptions } from '../../core/peer-history.ts';
import type { ObserverMasterOptions } from '../../core/peer-role.ts';
import type { ZabOptions } from '../../core/zab/zab-options.ts';
import type { ClientConfig } from '../clients/sim-client.ts';
import { streamOf } from '../named-streams.ts';
import { requestOptions } from '../sim-config.ts';

const FAULT_NAMES = [
  'kill',
  'powerLoss',
  'eio',
  'syncError',
  'diskFull',
  'slowDisk',
  'wipe',
  'wallJumps',
  'clockRates',
  'pauses',
  'cleanStops',
  'linkCuts',
  'halfOpen',
  'partitions',
  'oneWay',
  'clogs',
  'refusals',
  'slowStart',
  'electionCuts',
  'breaks',
  'silence',
  'hostile',
  'rechunk',
  'slowNet',
  'lateVotes',
  'rot',
] as const;

export type EnsembleFaults = Readonly<Record<(typeof FAULT_NAMES)[number], boolean>>;

export interface ElectionTimes {
  readonly minNotificationIntervalMs: number;
  readonly maxNotificationIntervalMs: number;
  readonly finalizeWaitMs: number;
}

export interface EnsembleConfig extends ClientConfig {
  readonly seed: number;
  readonly voters: readonly ServerId[];
  readonly observers: readonly ServerId[];
  /** Started when they are to join. */
  readonly spares: readonly ServerId[];
  readonly server: PeerHistoryOptions;
  readonly zab: Omit<ZabOptions, 'myid'>;
  readonly election: ElectionTimes;
  /** Null: observers follow the leader, as they do otherwise when no follower will do. */
  readonly observerMaster: ObserverMasterOptions | null;
  readonly observerReconnectDelayMs: number;
  readonly standaloneEnabled: boolean;
  readonly readOnlyModeEnabled: boolean;
  readonly hasSeparateLogDirectory: boolean;
  readonly clients: number;
  /** Over the real client's session machine. */
  readonly machineClients: number;
  readonly chaosUs: number;
  /** Between two disturbances, at most. */
  readonly calmUsMax: number;
  /** What a connection takes before it is congested. */
  readonly windowBytes: number;
  readonly faults: EnsembleFaults;
}

const VOTERS = [1, 3, 3, 3, 3, 3, 5, 5] as const;

export function ensembleConfig(seed: number): EnsembleConfig {
  const prng = streamOf(seed, 'ensemble config');
  const faults = swarm(streamOf(seed, 'ensemble swarm'));
  const voters = ids(1, prng.pick(VOTERS));
  const observers = ids(voters.length + 1, prng.pick([0, 0, 0, 1, 1, 2]));
  const tickTimeMs = prng.pick([100, 200, 200, 500, 2000]);
  const server = historyOptions(prng, tickTimeMs);
  // What most ensembles do without; each by numbers of its own, so that the rest stays as it is.
  const options = streamOf(seed, 'ensemble options');
  const counterEnd = options.chance(0.25) ? { zxidCounterEnd: options.pick([12, 40, 120]) } : {};
  const isDynamic = options.chance(0.25);
  const dynamic = isDynamic ? { reconfigEnabled: true } : {};
  const spareCount = options.between(1, 2);
  const readOnlyModeEnabled = options.chance(0.25);
  const localSessionsUpgradingEnabled = options.chance(0.7);
  const local = options.chance(0.2)
    ? { localSessionsEnabled: true, localSessionsUpgradingEnabled }
    : {};
  return {
    seed,
    voters,
    observers,
    spares: isDynamic ? ids(voters.length + observers.length + 1, spareCount) : [],
    standaloneEnabled: false,
    readOnlyModeEnabled,
    server: { ...server, requests: { ...server.requests, ...counterEnd, ...dynamic, ...local } },
    zab: {
      tickTimeMs,
      initLimitTicks: prng.pick([4, 5, 10]),
      syncLimitTicks: prng.pick([2, 3, 5]),
      syncQuorum: streamOf(seed, 'ensemble syncs').chance(0.5),
    },
    election: {
      minNotificationIntervalMs: prng.pick([50, 200]),
      maxNotificationIntervalMs: prng.pick([400, 1000]),
      finalizeWaitMs: prng.pick([20, 100, 200]),
    },
    ...observing(streamOf(seed, 'observer masters'), tickTimeMs),
    hasSeparateLogDirectory: prng.chance(0.5),
    clients: prng.between(2, 5),
    machineClients: streamOf(seed, 'machine clients').pick([0, 0, 0, 1, 2]),
    chaosUs: prng.pick([20, 60, 150]) * tickTimeMs * 1000,
    calmUsMax: prng.pick([4, 10, 30]) * tickTimeMs * 1000,
    windowBytes: prng.pick([2048, 65_536, 1_048_576]),
    pipelineMax: prng.pick([1, 1, 4, 16]),
    thinkUsMax: prng.pick([0.1, 0.5, 1]) * tickTimeMs * 1000,
    asksMax: prng.pick([30, 80, 200]),
    faults,
  };
}

function observing(
  prng: Prng,
  tickTimeMs: number,
): Pick<EnsembleConfig, 'observerMaster' | 'observerReconnectDelayMs'> {
  const heldBytesMax = prng.pick([256, 4096, 1_048_576]);
  return {
    observerMaster: prng.chance(0.6) ? { heldBytesMax } : null,
    observerReconnectDelayMs: prng.pick([0, 0, tickTimeMs]),
  };
}

function ids(from: ServerId, count: number): ServerId[] {
  return Array.from({ length: count }, (_, i) => from + i);
}

function swarm(prng: Prng): EnsembleFaults {
  const faults = {} as Record<keyof EnsembleFaults, boolean>;
  for (const name of FAULT_NAMES) faults[name] = prng.chance(0.5);
  return faults;
}

function historyOptions(prng: Prng, tickTimeMs: number): PeerHistoryOptions {
  return {
    requests: {
      ...requestOptions(prng),
      tickTimeMs,
      minSessionTimeoutMs: tickTimeMs * 4,
      maxSessionTimeoutMs: tickTimeMs * 20,
      globalOutstandingLimit: prng.pick([10, 1000, 1000]),
    },
    storage: {
      preAllocSizeKiB: prng.pick([0, 1, 8, 64]),
      snapCount: prng.pick([4, 10, 30, 100, 100_000]),
      snapSizeLimitInKb: prng.pick([0, 0, 4, 64]),
      txnLogSizeLimitInKb: prng.pick([-1, -1, 1, 4, 32]),
      forceSync: true,
      snapshotCompression: prng.pick(['', '', '', 'gz'] as const),
    },
    serializeLastProcessedZxid: prng.chance(0.5),
    snapRetainCount: 3,
    commitLogCount: prng.pick([2, 5, 20, 500]),
  };
}

/** The same run without any fault: what a scenario begins with. */
export function withoutFaults(config: EnsembleConfig): EnsembleConfig {
  const faults = { ...config.faults } as Record<keyof EnsembleFaults, boolean>;
  for (const name of FAULT_NAMES) faults[name] = false;
  return { ...config, faults };
}
