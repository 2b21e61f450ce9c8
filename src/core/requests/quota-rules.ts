/**
 * Quota enforcement (ZooKeeper's checkQuota): only with `enforceQuota`, only hard limits refuse.
 * Judged by the figures of what is applied, as in Java, not of what is outstanding.
 */

import { NO_NODE } from '../tree/node-store.ts';
import { decodeName } from '../tree/path-bytes.ts';
import { limitsPath, parseQuota, type QuotaFigures, statsPath } from '../tree/quota.ts';
import type { PrepContext } from './operation.ts';

function figuresAt({ tree }: PrepContext, path: string): QuotaFigures | null {
  const node = tree.findPath(path);
  const data = node === NO_NODE ? null : tree.dataOf(node);
  return data === null ? null : parseQuota(decodeName(data, 0, data.length));
}

/** True when `more` nodes and bytes would pass a hard limit above the path. */
export function quotaProblem(
  context: PrepContext,
  path: string,
  more: { readonly count: number; readonly bytes: number },
): boolean {
  if (!context.options.enforceQuota) return false;
  const quota = context.tree.quotaPathAbove(path);
  if (quota === null) return false;
  const limits = figuresAt(context, limitsPath(quota));
  const usage = figuresAt(context, statsPath(quota));
  if (limits === null || usage === null) return false;
  const isOver = (limit: number, used: number, extra: number) =>
    limit > -1 && extra !== 0 && used + extra > limit;
  return (
    isOver(limits.countHardLimit, usage.count, more.count) ||
    isOver(limits.byteHardLimit, usage.bytes, more.bytes)
  );
}
