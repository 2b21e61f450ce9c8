/** What a server in a scenario or a unit test is configured with; scenarios change it by `option`. */
import type { RequestOptions } from '../../src/core/requests/request-options.ts';
import type { StandaloneOptions } from '../../src/core/standalone-server.ts';

export const REQUEST_OPTIONS: RequestOptions = {
  serverId: 1,
  tickTimeMs: 2000,
  minSessionTimeoutMs: 4000,
  maxSessionTimeoutMs: 40_000,
  frameBytesMax: 1_048_575,
  globalOutstandingLimit: 1000,
  skipAcl: false,
  enforceQuota: false,
  extendedTypesEnabled: true,
  emulate353TtlNodes: false,
  digestEnabled: true,
  closeSessionTxnEnabled: true,
  containerCheckIntervalMs: 60_000,
  containerMaxPerMinute: 10_000,
  containerMaxNeverUsedMs: 300_000,
  enforcedAuthSchemes: [],
};

export function serverOptions(requests: Partial<RequestOptions> = {}): StandaloneOptions {
  return {
    requests: { ...REQUEST_OPTIONS, ...requests },
    storage: {
      preAllocSizeKiB: 0,
      snapCount: 100_000,
      snapSizeLimitInKb: 0,
      txnLogSizeLimitInKb: -1,
      forceSync: true,
      snapshotCompression: '',
    },
    serializeLastProcessedZxid: true,
    snapRetainCount: 3,
  };
}

/** One `option name=value` of a scenario. Throws for a name that is no option. */
export function withOption(requests: RequestOptions, name: string, value: string): RequestOptions {
  const known = new Map<string, unknown>(Object.entries(requests)).get(name);
  switch (typeof known) {
    case 'number':
      return { ...requests, [name]: Number(value) };
    case 'boolean':
      return { ...requests, [name]: value === 'true' };
    case 'object':
      return { ...requests, [name]: value.split(',') };
    default:
      throw new Error(`no option ${name}`);
  }
}
