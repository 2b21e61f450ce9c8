/** What must hold of every DataTree, and how one is compared with the model. */
import assert from 'node:assert/strict';
import { DataTree, type DataTreeOptions } from '../../../src/core/tree/data-tree.ts';
import type { SnapshotView } from '../../../src/core/tree/snapshot-view.ts';
import { BinaryReader } from '../../../src/protocol/jute/binary-reader.ts';
import { BinaryWriter } from '../../../src/protocol/jute/binary-writer.ts';
import {
  buffer,
  type Infer,
  record,
  ustring,
  vector,
  zxid,
} from '../../../src/protocol/jute/schema.ts';
import { GetDataResponse } from '../../../src/protocol/records/node-ops.ts';
import { StatPersisted } from '../../../src/protocol/records/stat.ts';
import { isContainer, isEphemeral, isTtl, type TreeModel } from './tree-model.ts';

export const treeOptions: DataTreeOptions = {
  digestEnabled: true,
  extendedTypesEnabled: true,
  emulate353TtlNodes: false,
};

const Names = record('Names', { names: vector(ustring) });

export type SnapshotNode = Infer<typeof SnapshotNode>;
export const SnapshotNode = record('SnapshotNode', {
  path: ustring,
  data: buffer,
  acl: zxid,
  stat: StatPersisted,
});

export const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

const isStats = (path: string): boolean =>
  path.startsWith('/zookeeper/quota/') && path.endsWith('/zookeeper_stats');

export interface Comparison {
  /** The figures of quotas are each server's own: after a replay they may differ. */
  readonly withQuotaStats: boolean;
}

/** `tree` has no open view. */
export function assertMatches(
  tree: DataTree,
  model: TreeModel,
  { withQuotaStats }: Comparison = { withQuotaStats: true },
): void {
  for (const path of model.nodes.keys()) assertNodeMatches(tree, model, { path, withQuotaStats });
  assert.equal(tree.nodeCount, model.nodes.size + 1);
  assert.equal(tree.nodes.count, model.nodes.size);
  assert.equal(tree.digest.toBigInt(), model.digest());
  assert.equal(tree.blobs.blobBytes, sumOfBlobs(tree));
  assertOwnersMatch(tree, model);
  const used = [...model.nodes].filter(([path]) => !isStartOpen(tree, path));
  const lists = new Set(used.map(([, { acl }]) => JSON.stringify(acl)));
  assert.deepEqual(new Set(tree.acls.entries().map(([, list]) => JSON.stringify(list))), lists);
}

const isStartOpen = (tree: DataTree, path: string): boolean =>
  tree.aclIdOf(tree.findPath(path)) === -1;

function assertNodeMatches(
  tree: DataTree,
  model: TreeModel,
  { path, withQuotaStats }: Comparison & { path: string },
): void {
  const expected = model.nodes.get(path);
  assert.ok(expected);
  const id = tree.findPath(path);
  assert.notEqual(id, 0, path);
  assert.equal(tree.pathOf(id), path);
  assert.deepEqual(tree.persistedStat(id), expected.stat, path);
  assert.deepEqual(tree.aclOf(id), expected.acl, path);
  assert.deepEqual(tree.childNames(id).sort(), model.childNames(path), path);
  assert.equal(tree.childCountOf(id), model.childNames(path).length);
  assert.equal(tree.descendantCount(id), model.descendants(path).length);
  if (!withQuotaStats && isStats(path)) return;
  assert.deepEqual(tree.dataOf(id), expected.data, path);
  assert.deepEqual(tree.stat(id), model.shownStat(path), path);
  assertRepliesMatch(tree, model, path);
}

/** What is written straight into replies says the same as the records. */
function assertRepliesMatch(tree: DataTree, model: TreeModel, path: string): void {
  const id = tree.findPath(path);
  const writer = new BinaryWriter();
  tree.writeData(id, writer);
  tree.writeStat(id, writer);
  const expected = { data: model.nodes.get(path)?.data ?? null, stat: model.shownStat(path) };
  assert.deepEqual(GetDataResponse.decode(writer.take()), expected);
  tree.writeChildren(id, writer);
  const { names } = Names.decode(writer.take());
  assert.deepEqual([...(names ?? [])].sort(), model.childNames(path));
}

function assertOwnersMatch(tree: DataTree, model: TreeModel): void {
  const owned = (isKind: (owner: bigint) => boolean) =>
    [...model.nodes].filter(([, { stat }]) => isKind(stat.ephemeralOwner));
  const pathsOf = (ids: Iterable<number>) => [...ids].map((id) => tree.pathOf(id)).sort();
  const sorted = (nodes: readonly (readonly [string, unknown])[]) =>
    nodes.map(([path]) => path).sort();
  assert.deepEqual(pathsOf(tree.containers()), sorted(owned(isContainer)));
  assert.deepEqual(pathsOf(tree.ttlNodes()), sorted(owned(isTtl)));
  const ephemerals = owned(isEphemeral);
  assert.equal(tree.ephemeralCount, ephemerals.length);
  const sessions = new Set(ephemerals.map(([, { stat }]) => stat.ephemeralOwner));
  assert.deepEqual(new Set(tree.ephemeralOwners()), sessions);
  for (const session of sessions) {
    const own = ephemerals.filter(([, { stat }]) => stat.ephemeralOwner === session);
    assert.deepEqual(tree.ephemeralsOf(session).sort(), sorted(own));
  }
}

/** The lengths of all names and data that the living nodes hold. */
export function sumOfBlobs(tree: DataTree): number {
  const waiting = [tree.root];
  let sum = 0;
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    sum += bytesOf(tree.nameOf(id)).length + (tree.dataOf(id)?.length ?? 0);
    for (const child of tree.childrenOf(id)) waiting.push(child);
  }
  return sum;
}

/** The rest of what the view holds, one record for each node. */
export function drain(view: SnapshotView): Uint8Array[] {
  const records: Uint8Array[] = [];
  const writer = new BinaryWriter();
  while (view.next(writer)) records.push(writer.take());
  assert.equal(writer.at, 0, 'nothing is written after the last node');
  return records;
}

/** A tree made from a snapshot of this one, as recovery makes it. */
export function reload(tree: DataTree, options: DataTreeOptions = treeOptions): DataTree {
  const view = tree.openView();
  const loaded = new DataTree(options);
  for (const [id, list] of view.acls) loaded.acls.load(id, list);
  const reader = new BinaryReader();
  for (const bytes of drain(view)) {
    assert.ok(loaded.load(reader.reset(bytes, 0, bytes.length)));
    assert.equal(reader.remaining, 0);
  }
  view.close();
  loaded.finishLoading();
  return loaded;
}
