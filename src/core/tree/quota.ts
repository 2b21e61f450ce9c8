/**
 * Quota: the text of limits and statistics under /zookeeper/quota (ZooKeeper's StatsTrack), and
 * the set of paths that have one (its PathTrie).
 */
export const QUOTA_ROOT = '/zookeeper/quota';
export const LIMITS_NAME = 'zookeeper_limits';
export const STATS_NAME = 'zookeeper_stats';

/** Counts of nodes and bytes of data; -1 is no limit. Hard limits refuse, soft ones only warn. */
export interface QuotaFigures {
  readonly count: number;
  readonly bytes: number;
  readonly countHardLimit: number;
  readonly byteHardLimit: number;
}

const NONE: QuotaFigures = { count: -1, bytes: -1, countHardLimit: -1, byteHardLimit: -1 };

export function parseQuota(text: string): QuotaFigures {
  const figures: { -readonly [K in keyof QuotaFigures]: number } = { ...NONE };
  for (const part of text.split(/[,;]+/)) {
    const [key, value] = part.split('=');
    if (key !== undefined && Object.hasOwn(figures, key)) {
      figures[key as keyof QuotaFigures] = value ? Number.parseInt(value, 10) : -1;
    }
  }
  return figures;
}

/** As a stats node holds it: the hard limits only where there are any. */
export function formatQuota(figures: QuotaFigures): string {
  const soft = `count=${figures.count},bytes=${figures.bytes}`;
  if (figures.countHardLimit < 0 && figures.byteHardLimit < 0) return soft;
  const hard = `byteHardLimit=${figures.byteHardLimit};countHardLimit=${figures.countHardLimit}`;
  return `${soft}=;${hard}`;
}

export function limitsPath(path: string): string {
  return `${QUOTA_ROOT}${path}/${LIMITS_NAME}`;
}

export function statsPath(path: string): string {
  return `${QUOTA_ROOT}${path}/${STATS_NAME}`;
}

/** The path whose quota this limits or stats node describes, or null. "/" has none. */
export function quotaPathOf(path: string, name: string): string | null {
  if (!path.startsWith(`${QUOTA_ROOT}/`) || !path.endsWith(`/${name}`)) return null;
  const target = path.slice(QUOTA_ROOT.length, -name.length - 1);
  return target === '' ? null : target;
}

export class QuotaPaths {
  readonly #paths = new Set<string>();

  get size(): number {
    return this.#paths.size;
  }

  add(path: string): void {
    this.#paths.add(path);
  }

  delete(path: string): void {
    this.#paths.delete(path);
  }

  clear(): void {
    this.#paths.clear();
  }

  /** The deepest path with a quota that is `path` or above it, or null. */
  deepest(path: string): string | null {
    if (this.#paths.size === 0 || `${path}/`.startsWith('/zookeeper/')) return null;
    for (let at = path.length; at > 0; at = path.lastIndexOf('/', at - 1)) {
      const prefix = path.slice(0, at);
      if (this.#paths.has(prefix)) return prefix;
    }
    return null;
  }
}
