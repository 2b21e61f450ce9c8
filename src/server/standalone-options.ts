/** From the configuration, as operators write it, to what the core is told. */
import type { RequestOptions } from '../core/requests/request-options.ts';
import type { StandaloneOptions } from '../core/standalone-server.ts';
import type { SnapshotCompression } from '../core/storage/disk.ts';
import { enforcedAuthSchemes } from './auth/access-rules.ts';
import type { ServerConfig } from './config/server-config.ts';

export function requestOptions(config: ServerConfig, serverId: number): RequestOptions {
  const { requests, storage, access, load } = config;
  return {
    serverId,
    tickTimeMs: config.tickTimeMs,
    minSessionTimeoutMs: config.minSessionTimeoutMs,
    maxSessionTimeoutMs: config.maxSessionTimeoutMs,
    frameBytesMax: requests.juteMaxBufferBytes,
    globalOutstandingLimit: load.globalOutstandingLimit,
    skipAcl: access.skipAcl,
    enforceQuota: requests.enforceQuota,
    reconfigEnabled: config.quorum.reconfigEnabled,
    extendedTypesEnabled: requests.extendedTypesEnabled,
    emulate353TtlNodes: requests.emulate353TtlNodes,
    digestEnabled: storage.digestEnabled,
    closeSessionTxnEnabled: requests.closeSessionTxnEnabled,
    containerCheckIntervalMs: requests.containerCheckIntervalMs,
    containerMaxPerMinute: requests.containerMaxPerMinute,
    containerMaxNeverUsedMs: requests.containerMaxNeverUsedIntervalMs,
    enforcedAuthSchemes: enforcedAuthSchemes(access),
    allowSaslFailedClients: access.allowSaslFailedClients,
  };
}

export function standaloneOptions(
  config: ServerConfig,
  requests: RequestOptions,
): StandaloneOptions {
  const { storage } = config;
  return {
    requests,
    storage: {
      preAllocSizeKiB: storage.preAllocSizeKiB,
      snapCount: storage.snapCount,
      snapSizeLimitInKb: storage.snapSizeLimitKiB,
      txnLogSizeLimitInKb: storage.txnLogSizeLimitKiB,
      forceSync: storage.forceSync,
      snapshotCompression: snapshotCompressionOf(config),
    },
    serializeLastProcessedZxid: storage.serializeLastProcessedZxidEnabled,
    snapRetainCount: config.snapRetainCount,
  };
}

/** Snappy is read; gz is written in its place. */
export function snapshotCompressionOf({ storage }: ServerConfig): SnapshotCompression {
  return storage.snapshotCompressionMethod === '' ? '' : 'gz';
}
