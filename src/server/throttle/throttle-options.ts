/** The throttles, as the configuration describes them. */
import type { ServerConfig } from '../config/server-config.ts';
import type { ConnectionLimitOptions } from './connection-limits.ts';
import type { ConnectionThrottleOptions } from './connection-throttle.ts';

export function connectionLimitOptions(
  config: Pick<ServerConfig, 'load' | 'maxClientCnxns'>,
): ConnectionLimitOptions {
  return { maxCnxns: config.load.maxCnxns, maxClientCnxns: config.maxClientCnxns };
}

export function connectionThrottleOptions({
  load,
}: Pick<ServerConfig, 'load'>): ConnectionThrottleOptions {
  return {
    tokens: load.connectionThrottleTokens,
    fillTimeMs: load.connectionThrottleFillTimeMs,
    fillCount: load.connectionThrottleFillCount,
    freezeTimeMs: load.connectionThrottleFreezeTimeMs,
    dropIncrease: load.connectionThrottleDropIncrease,
    dropDecrease: load.connectionThrottleDropDecrease,
    decreaseRatio: load.connectionThrottleDecreaseRatio,
    weights: load.connectionThrottleWeightEnabled
      ? {
          global: load.connectionThrottleGlobalSessionWeight,
          renew: load.connectionThrottleRenewSessionWeight,
          local: load.connectionThrottleLocalSessionWeight,
        }
      : null,
  };
}
