/**
 * D2, D3, D8 and P18, at every recovery: what was recovered is M[z] exactly, for a z that nobody
 * was shown more than. The tree is compared node by node, not by its digest alone.
 */
import type { DatabaseRecovery } from '../../core/database-recovery.ts';
import type { DataTree } from '../../core/tree/data-tree.ts';
import { NO_NODE } from '../../core/tree/node-store.ts';
import type { Violation } from '../history.ts';
import type { ModelNode } from '../model/model-node.ts';
import type { ModelTree } from '../model/model-tree.ts';
import { describeValue, sameValue } from '../model/same-value.ts';

export interface RecoveryBounds {
  readonly lastZxid: number;
  /** The highest zxid that anybody was shown. */
  readonly shown: number;
  /** The highest zxid that was ever given to the disk. */
  readonly written: number;
}

export function checkRecoveryBounds({ lastZxid, shown, written }: RecoveryBounds): Violation[] {
  if (lastZxid < shown) {
    return [{ invariant: 'D2', message: `recovered up to ${lastZxid}, shown was ${shown}` }];
  }
  if (lastZxid > written) {
    return [{ invariant: 'D2', message: `recovered up to ${lastZxid}, written was ${written}` }];
  }
  return [];
}

export function checkRecoveredState(
  recovery: Pick<DatabaseRecovery, 'database' | 'digestMismatches'>,
  model: ModelTree,
  facts: { readonly zxid: number; readonly digestEnabled: boolean },
): Violation[] {
  const { zxid, digestEnabled } = facts;
  const { database, digestMismatches } = recovery;
  const violations = compareTrees(database.tree, model, zxid);
  const add = (invariant: string, message: string) => violations.push({ invariant, message });
  if (digestMismatches.length > 0) add('P18', `digest mismatches at ${digestMismatches}`);
  const digest = database.tree.digest.toBigInt();
  if (digestEnabled && digest !== model.digestAt(zxid)) {
    add('P18', `the digest at ${zxid} is ${digest}, not ${model.digestAt(zxid)}`);
  }
  if (zxid === model.lastZxid) {
    const recovered = [...database.sessionsWithTimeouts].sort(byId);
    const expected = [...model.sessions].sort(byId);
    if (!sameValue(recovered, expected)) {
      const message = `sessions at ${zxid}: ${describeValue(recovered)}, not ${describeValue(expected)}`;
      add('D2', message);
    }
  }
  return violations;
}

function byId(a: readonly [bigint, number], b: readonly [bigint, number]): number {
  return a[0] < b[0] ? -1 : 1;
}

function compareTrees(tree: DataTree, model: ModelTree, zxid: number): Violation[] {
  const found: Violation[] = [];
  const paths = model.pathsAt(zxid);
  for (const path of paths) {
    const expected = model.at(path, zxid);
    const id = tree.findPath(path);
    if (expected === null) continue;
    // A member of an ensemble writes its configuration there by itself, outside of any txn.
    if (path === '/zookeeper/config') continue;
    if (id === NO_NODE) {
      found.push({ invariant: 'D2', message: `${path} is lost at ${zxid}` });
      continue;
    }
    const problem = compareNodes(tree, id, expected);
    if (problem !== null)
      found.push({ invariant: 'D2', message: `${path} at ${zxid}: ${problem}` });
  }
  const count = tree.descendantCount(tree.root) + 1;
  if (count !== paths.length) {
    found.push({ invariant: 'D2', message: `${count} nodes at ${zxid}, not ${paths.length}` });
  }
  return found;
}

function compareNodes(tree: DataTree, id: number, expected: ModelNode): string | null {
  const stat = tree.persistedStat(id);
  const { czxid, mzxid, pzxid, ctime, mtime, version, cversion, aversion, owner } = expected;
  const figures = {
    czxid,
    mzxid,
    ctime,
    mtime,
    version,
    cversion,
    aversion,
    ephemeralOwner: owner,
    pzxid,
  };
  if (!sameValue(stat, figures)) return `${describeValue(stat)}, not ${describeValue(figures)}`;
  if (!sameValue(tree.dataOf(id), expected.data)) return 'the data differ';
  if (!sameValue(tree.aclOf(id), expected.acl)) return 'the ACL differs';
  if (tree.childCountOf(id) !== expected.children.size) return 'the children differ';
  return null;
}
