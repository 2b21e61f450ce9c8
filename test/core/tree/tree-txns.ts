/**
 * Random txns for trees: what is asked for is drawn freely, what becomes of it is worked out from
 * the model as the leader would, so that most of them succeed and the trees grow.
 */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  type CreateNode,
  DataTree,
  NODE_EXISTS,
  type SetDataFacts,
} from '../../../src/core/tree/data-tree.ts';
import { NO_NODE } from '../../../src/core/tree/node-store.ts';
import { ErrorCode } from '../../../src/protocol/error-code.ts';
import type { AclList } from '../../../src/protocol/records/acl.ts';
import { CONTAINER, openAcl, type TreeModel } from './tree-model.ts';

export type TreeTxn =
  | { readonly kind: 'create'; readonly node: CreateNode }
  | { readonly kind: 'delete'; readonly path: string; readonly zxid: number }
  | {
      readonly kind: 'setData';
      readonly path: string;
      readonly data: Uint8Array | null;
      readonly facts: { version: number; zxid: number; time: number };
    }
  | {
      readonly kind: 'setAcl';
      readonly path: string;
      readonly acl: AclList;
      readonly aversion: number;
      readonly zxid: number;
    };

/** `pick` chooses among the nodes that exist; a `path` is taken as it is. */
type Place = { readonly pick: number } | { readonly path: string };

export interface Wish {
  readonly kind: TreeTxn['kind'];
  readonly place: Place;
  readonly name: string;
  readonly data: Uint8Array | null;
  readonly acl: AclList;
  readonly owner: bigint;
  readonly isCounted: boolean;
}

const digestAcl = { perms: 31, id: { scheme: 'digest', id: 'u:x' } };
const acls: readonly AclList[] = [
  openAcl,
  [{ perms: 1, id: { scheme: 'world', id: 'anyone' } }],
  [digestAcl],
  [...openAcl, digestAcl],
  [digestAcl, ...openAcl],
];
const owners = [0n, 0n, 0n, 0x100001n, 0x7f00000000000001n, -2n, CONTAINER, 0xffn << 56n].map(
  (owner) => BigInt.asIntN(64, owner === 0xffn << 56n ? owner | 60_000n : owner),
);
const quotaPaths = ['', '/a', '/a/b', '/a/b/zookeeper_limits', '/a/zookeeper_stats'].map(
  (path) => `/zookeeper/quota${path}`,
);

const data = fc.oneof(
  fc.constant(null),
  fc.uint8Array({ maxLength: 40 }),
  fc.integer({ min: 0, max: 40_000 }).map((length) => new Uint8Array(length).fill(length)),
);
const place: fc.Arbitrary<Place> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ pick: fc.nat({ max: 1000 }) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      path: fc.constantFrom('/', '/a', '/a/b', '/a/b/a', '/none/x', '/zookeeper', ...quotaPaths),
    }),
  },
);
const name = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('a', 'b', 'ü', '日本', 'zookeeperx') },
  { weight: 3, arbitrary: fc.constantFrom('zookeeper_limits', 'zookeeper_stats') },
);
const kind = fc.constantFrom<TreeTxn['kind'][]>(
  'create',
  'create',
  'create',
  'delete',
  'setData',
  'setAcl',
);

export const wish: fc.Arbitrary<Wish> = fc.record({
  ...{ kind, place, name, data },
  acl: fc.constantFrom(...acls),
  owner: fc.constantFrom(...owners),
  isCounted: fc.constant(true),
});

/** Some creates leave the parent's cversion to the tree, as logs of old releases do. */
export const wishWithOldCreates = fc
  .tuple(wish, fc.boolean())
  .map(([wished, isCounted]) => ({ ...wished, isCounted }));

const reserved = new Set(['/', '/zookeeper', '/zookeeper/quota', '/zookeeper/config']);

/** The txn that the wish becomes; null for what no leader lets through. */
export function plan(model: TreeModel, wished: Wish, zxid: number): TreeTxn | null {
  const paths = [...model.nodes.keys()];
  const { place: at } = wished;
  const path = 'path' in at ? at.path : (paths[at.pick % paths.length] ?? '/');
  const time = 1000 + zxid * 3;
  const stat = model.nodes.get(path)?.stat;
  const { acl } = wished;
  switch (wished.kind) {
    case 'create': {
      const child = `${path === '/' ? '' : path}/${wished.name}`;
      const parentCVersion = wished.isCounted ? (stat?.cversion ?? 0) + 1 : -1;
      const { data: bytes, owner } = wished;
      const node = { path: child, data: bytes, acl, owner, parentCVersion, zxid, time };
      return { kind: 'create', node };
    }
    case 'delete':
      if (reserved.has(path) || model.childNames(path).length > 0) return null;
      return { kind: 'delete', path, zxid };
    case 'setData': {
      const facts = { version: (stat?.version ?? 0) + 1, zxid, time };
      return { kind: 'setData', path, data: wished.data, facts };
    }
    case 'setAcl':
      return { kind: 'setAcl', path, acl, aversion: (stat?.aversion ?? 0) + 1, zxid };
  }
}

/** As `plan`, but only what succeeds: nothing else comes into a log. */
export function planLogged(model: TreeModel, wished: Wish, zxid: number): TreeTxn | null {
  const txn = plan(model, wished, zxid);
  if (txn?.kind !== 'create') return txn !== null && model.nodes.has(txn.path) ? txn : null;
  const { path } = txn.node;
  const hasParent = model.nodes.has(path.slice(0, path.lastIndexOf('/')) || '/');
  return hasParent && !model.nodes.has(path) ? txn : null;
}

/** As a result code; the node that comes back is the one that the path finds. */
export function createIn(tree: DataTree, node: CreateNode): number {
  const made = tree.create(node);
  if (made === NODE_EXISTS) return ErrorCode.NodeExists;
  assert.equal(made, made === NO_NODE ? NO_NODE : tree.findPath(node.path));
  return made === NO_NODE ? ErrorCode.NoNode : ErrorCode.Ok;
}

/** As a result code, too. */
export function setDataIn(
  tree: DataTree,
  path: string,
  { data, facts }: { data: Uint8Array | null; facts: SetDataFacts },
): number {
  const id = tree.setData(path, data, facts);
  assert.equal(id, tree.findPath(path));
  return id === NO_NODE ? ErrorCode.NoNode : ErrorCode.Ok;
}

/** The result code. */
export function apply(tree: DataTree | TreeModel, txn: TreeTxn): number {
  switch (txn.kind) {
    case 'create':
      return tree instanceof DataTree ? createIn(tree, txn.node) : tree.create(txn.node);
    case 'delete':
      return tree.delete(txn.path, txn.zxid);
    case 'setData':
      return tree instanceof DataTree
        ? setDataIn(tree, txn.path, txn)
        : tree.setData(txn.path, txn.data, txn.facts);
    case 'setAcl':
      return tree.setAcl(txn.path, txn.acl, txn.aversion);
  }
}
