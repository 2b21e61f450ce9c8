/**
 * What one seed's run is like: the server's configuration with limits far smaller than usual, so
 * that everything rare happens often, the workload, and which kinds of fault there are. Each kind
 * of fault is off in half of the runs (swarm testing): some bugs hide behind other faults.
 */
import type { Prng } from '../base/prng.ts';
import type { RequestOptions } from '../core/requests/request-options.ts';
import type { StandaloneOptions } from '../core/standalone-server.ts';
import { streamOf } from './named-streams.ts';

export interface FaultSwitches {
  readonly kill: boolean;
  readonly powerLoss: boolean;
  readonly eio: boolean;
  readonly syncError: boolean;
  readonly diskFull: boolean;
  readonly slowDisk: boolean;
  readonly readError: boolean;
  readonly rot: boolean;
  readonly cutSnapshots: boolean;
  readonly wallJumps: boolean;
  readonly pauses: boolean;
  readonly breaks: boolean;
  readonly silence: boolean;
  readonly hostile: boolean;
  readonly rechunk: boolean;
  readonly slowNet: boolean;
}

export interface SimConfig {
  readonly seed: number;
  readonly server: StandaloneOptions;
  readonly hasSeparateLogDirectory: boolean;
  readonly clients: number;
  readonly lives: number;
  /** Of chaos, before the quiet. */
  readonly lifeUsMax: number;
  readonly pipelineMax: number;
  readonly thinkUsMax: number;
  /** Of each client, in all lives together. */
  readonly asksMax: number;
  readonly tickUs: number;
  readonly faults: FaultSwitches;
}

const FAULT_NAMES: readonly (keyof FaultSwitches)[] = [
  'kill',
  'powerLoss',
  'eio',
  'syncError',
  'diskFull',
  'slowDisk',
  'readError',
  'rot',
  'cutSnapshots',
  'wallJumps',
  'pauses',
  'breaks',
  'silence',
  'hostile',
  'rechunk',
  'slowNet',
];

export function simConfig(seed: number): SimConfig {
  const prng = streamOf(seed, 'config');
  const faults = {} as Record<keyof FaultSwitches, boolean>;
  const swarm = streamOf(seed, 'swarm');
  for (const name of FAULT_NAMES) faults[name] = swarm.chance(0.5);
  const requests = requestOptions(prng);
  const forceSync = !prng.chance(0.08);
  return {
    seed,
    server: {
      requests,
      storage: {
        preAllocSizeKiB: prng.pick([0, 1, 8, 64, 256, 1024]),
        snapCount: prng.pick([4, 10, 30, 100, 100_000]),
        snapSizeLimitInKb: prng.pick([0, 0, 4, 64]),
        txnLogSizeLimitInKb: prng.pick([-1, -1, 1, 4, 32]),
        forceSync,
        snapshotCompression: prng.pick(['', '', '', 'gz'] as const),
      },
      serializeLastProcessedZxid: prng.chance(0.5),
      snapRetainCount: 3,
    },
    hasSeparateLogDirectory: prng.chance(0.5),
    clients: prng.between(2, 5),
    lives: prng.between(1, 5),
    lifeUsMax: prng.pick([300_000, 1_500_000, 6_000_000]),
    pipelineMax: prng.pick([1, 1, 4, 16, 50]),
    thinkUsMax: prng.pick([1_000, 20_000, 100_000]),
    asksMax: prng.pick([40, 120, 250]),
    tickUs: prng.pick([20_000, 50_000, 250_000]),
    // Without forceSync a power failure loses what was acknowledged, and that is as documented.
    faults: { ...faults, powerLoss: faults.powerLoss && forceSync },
  };
}

export function requestOptions(prng: Prng): RequestOptions {
  const tickTimeMs = prng.pick([50, 200, 1000]);
  return {
    serverId: 1,
    tickTimeMs,
    minSessionTimeoutMs: tickTimeMs * 2,
    maxSessionTimeoutMs: tickTimeMs * 10,
    frameBytesMax: 65536,
    globalOutstandingLimit: prng.pick([1, 10, 1000, 1000]),
    skipAcl: false,
    enforceQuota: false,
    extendedTypesEnabled: true,
    emulate353TtlNodes: false,
    digestEnabled: !prng.chance(0.25),
    closeSessionTxnEnabled: !prng.chance(0.15),
    containerCheckIntervalMs: prng.pick([20, 20, 100, 60_000]),
    containerMaxPerMinute: 100_000,
    containerMaxNeverUsedMs: prng.pick([0, 0, 500]),
    enforcedAuthSchemes: [],
  };
}
