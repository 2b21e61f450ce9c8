/**
 * Quotas by top namespace, the first name of the path (ZooKeeper's QuotaMetricsUtils). What lies
 * below `/zookeeper/quota` is all there is to know, and it is small.
 */
import type { DataTree } from '../../core/tree/data-tree.ts';
import { NO_NODE } from '../../core/tree/node-store.ts';
import {
  LIMITS_NAME,
  parseQuota,
  QUOTA_ROOT,
  quotaPathOf,
  STATS_NAME,
} from '../../core/tree/quota.ts';
import type { LabelledFigure } from './figure.ts';

type Totals = Map<string, number>;

/** Compat: several quotas of one namespace are added up, and so are their -1 for no limit. */
export function quotaFigures(tree: DataTree): LabelledFigure[] {
  const countLimit: Totals = new Map();
  const bytesLimit: Totals = new Map();
  const countUsage: Totals = new Map();
  const bytesUsage: Totals = new Map();
  for (const { path, text } of leavesBelow(tree)) {
    const figures = parseQuota(text);
    const limited = quotaPathOf(path, LIMITS_NAME);
    if (limited !== null) {
      const { countHardLimit, byteHardLimit } = figures;
      add(countLimit, limited, countHardLimit > -1 ? countHardLimit : figures.count);
      add(bytesLimit, limited, byteHardLimit > -1 ? byteHardLimit : figures.bytes);
    }
    const used = quotaPathOf(path, STATS_NAME);
    if (used !== null) {
      add(countUsage, used, figures.count);
      add(bytesUsage, used, figures.bytes);
    }
  }
  return [
    figure('quota_count_limit_per_namespace', countLimit),
    figure('quota_bytes_limit_per_namespace', bytesLimit),
    figure('quota_count_usage_per_namespace', countUsage),
    figure('quota_bytes_usage_per_namespace', bytesUsage),
  ];
}

function figure(name: string, values: Totals): LabelledFigure {
  return { kind: 'labelled', type: 'gauge', name, label: 'key', values };
}

function add(totals: Totals, path: string, value: number): void {
  const [, namespace = ''] = path.split('/');
  totals.set(namespace, (totals.get(namespace) ?? 0) + value);
}

function* leavesBelow(tree: DataTree): Iterable<{ path: string; text: string }> {
  const stack = [tree.findPath(QUOTA_ROOT)];
  for (let id = stack.pop(); id !== undefined; id = stack.pop()) {
    if (id === NO_NODE) continue;
    const children = [...tree.childrenOf(id)];
    stack.push(...children);
    const data = tree.dataOf(id);
    if (children.length > 0 || data === null) continue;
    yield { path: tree.pathOf(id), text: Buffer.from(data).toString('latin1') };
  }
}
