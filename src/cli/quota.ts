/** Quotas: where they stand in the tree and how they are written (Quotas, StatsTrack). */
import type { Flag } from './flags.ts';

export const QUOTA_ROOT = '/zookeeper/quota';
export const LIMIT_NODE = 'zookeeper_limits';
const STAT_NODE = 'zookeeper_stats';

export type Limit = 'count' | 'bytes' | 'countHardLimit' | 'byteHardLimit';
export type Quota = Map<string, bigint>;

export const QUOTA_FLAGS: readonly (Flag & { readonly limit: Limit })[] = [
  { name: 'n', limit: 'count', meaning: 'num soft quota' },
  { name: 'b', limit: 'bytes', meaning: 'bytes soft quota' },
  { name: 'N', limit: 'countHardLimit', meaning: 'num hard quota' },
  { name: 'B', limit: 'byteHardLimit', meaning: 'bytes hard quota' },
];

export function quotaPath(path: string): string {
  return `${QUOTA_ROOT}${path}`;
}

export function limitPath(path: string): string {
  return `${quotaPath(path)}/${LIMIT_NODE}`;
}

export function statPath(path: string): string {
  return `${quotaPath(path)}/${STAT_NODE}`;
}

export function noLimits(): Quota {
  return new Map(QUOTA_FLAGS.map(({ limit }) => [limit, -1n]));
}

export function parseQuota(data: Uint8Array): Quota {
  const pairs = new TextDecoder().decode(data).split(/[,;]+/);
  return new Map(
    pairs.flatMap((pair): [string, bigint][] => {
      const [key = '', value = ''] = pair.split('=');
      return /^-?\d+$/.test(value) ? [[key, BigInt(value)]] : [];
    }),
  );
}

/** Compat: the `=` behind the bytes makes readers from before the hard limits pass over those. */
export function quotaText(quota: Quota): string {
  const soft = `count=${quota.get('count') ?? -1n},bytes=${quota.get('bytes') ?? -1n}`;
  const others = [...quota].filter(([key]) => key !== 'count' && key !== 'bytes').sort();
  if (others.length === 0) return soft;
  return `${soft}=${others.map(([key, value]) => `;${key}=${value}`).join('')}`;
}

/** What is said of a quota that is exceeded already. */
export function warnings(quota: Quota, used: Quota): string[] {
  const isBelow = (limit: Limit, value: bigint) => {
    const allowed = quota.get(limit) ?? -1n;
    return allowed > -1n && allowed < value;
  };
  return (['count', 'bytes'] as const).flatMap((what) => {
    const value = used.get(what) ?? -1n;
    const hard = what === 'count' ? 'countHardLimit' : 'byteHardLimit';
    if (!isBelow(what, value) && !isBelow(hard, value)) return [];
    return [`[Warning]: the ${what} quota you create is less than the existing ${what}:${value}`];
  });
}
