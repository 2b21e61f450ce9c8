/**
 * QuotaKeeper: keeps the statistics nodes of quotas up with the tree. They are this server's own
 * figures: changed in place, without txn or stat, and rebuilt after loading.
 */
import type { DataTree } from './data-tree.ts';
import { decodeName, PathBytes } from './path-bytes.ts';
import {
  formatQuota,
  LIMITS_NAME,
  parseQuota,
  QUOTA_ROOT,
  QuotaPaths,
  quotaPathOf,
  STATS_NAME,
  statsPath,
} from './quota.ts';

export class QuotaKeeper {
  readonly paths = new QuotaPaths();
  readonly #tree: DataTree;

  constructor(tree: DataTree) {
    this.#tree = tree;
  }

  onCreate(path: string, bytes: number): void {
    if (path.startsWith(`${QUOTA_ROOT}/`)) {
      const limited = quotaPathOf(path, LIMITS_NAME);
      if (limited !== null) this.paths.add(limited);
      const counted = quotaPathOf(path, STATS_NAME);
      if (counted !== null) this.#recount(counted);
      return;
    }
    this.#update(path, 1, bytes);
  }

  onDelete(path: string, bytes: number): void {
    if (path.startsWith(`${QUOTA_ROOT}/`)) {
      const limited = quotaPathOf(path, LIMITS_NAME);
      if (limited !== null) this.paths.delete(limited);
      return;
    }
    this.#update(path, -1, -bytes);
  }

  onChange(path: string, bytesMore: number): void {
    if (bytesMore !== 0) this.#update(path, 0, bytesMore);
  }

  /** Finds all quotas again, and counts their subtrees. */
  rebuild(): void {
    this.paths.clear();
    const stack = [this.#tree.findPath(QUOTA_ROOT)];
    for (let id = stack.pop(); id !== undefined; id = stack.pop()) {
      if (id === 0) continue;
      for (const child of this.#tree.childrenOf(id)) stack.push(child);
      const limited = quotaPathOf(this.#tree.pathOf(id), LIMITS_NAME);
      if (limited === null) continue;
      this.paths.add(limited);
      this.#recount(limited);
    }
  }

  #recount(path: string): void {
    const id = this.#tree.findPath(path);
    const { count, bytes } = id === 0 ? { count: 0, bytes: 0 } : this.#tree.subtreeFigures(id);
    this.#write(path, count, bytes);
  }

  #update(path: string, countMore: number, bytesMore: number): void {
    const quota = this.paths.deepest(path);
    if (quota === null) return;
    const id = this.#tree.findPath(statsPath(quota));
    if (id === 0) return;
    const data = this.#tree.dataOf(id);
    const now = parseQuota(data === null ? '' : decodeName(data, 0, data.length));
    this.#write(quota, now.count + countMore, now.bytes + bytesMore);
  }

  #write(path: string, count: number, bytes: number): void {
    const text = formatQuota({ count, bytes, countHardLimit: -1, byteHardLimit: -1 });
    const { bytes: encoded, length } = new PathBytes().encode(text);
    this.#tree.setLocalData(statsPath(path), encoded.slice(0, length));
  }
}
