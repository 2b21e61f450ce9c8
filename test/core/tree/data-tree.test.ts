// DataTree against a naive model over random txns, then the single rules that are easily got wrong.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { DataTree } from '../../../src/core/tree/data-tree.ts';
import { ErrorCode } from '../../../src/protocol/error-code.ts';
import { assertMatches, bytesOf, reload, sumOfBlobs, treeOptions } from './tree-checks.ts';
import { CONTAINER, openAcl, TreeModel } from './tree-model.ts';
import {
  apply,
  createIn,
  plan,
  planLogged,
  setDataIn,
  type TreeTxn,
  type Wish,
  wish,
  wishWithOldCreates,
} from './tree-txns.ts';

interface Pair {
  readonly tree: DataTree;
  readonly model: TreeModel;
  readonly txns: TreeTxn[];
}

function newPair(): Pair {
  return { tree: DataTree.fresh(treeOptions), model: new TreeModel(), txns: [] };
}

/** Both go through the wishes, with equal results and digests after each. */
function run({ tree, model, txns }: Pair, drawn: readonly Wish[], planned = plan): void {
  for (const wished of drawn) {
    const txn = planned(model, wished, txns.length + 1);
    if (txn === null) continue;
    const expected = apply(model, txn);
    assert.equal(apply(tree, txn), expected, JSON.stringify(wished.place));
    assert.equal(tree.digest.toBigInt(), model.digest());
    tree.lastProcessedZxid = txns.length + 1;
    txns.push(txn);
  }
}

/** Deletes every node but the first four, leaves first. */
function deleteAll({ tree, model }: Pair, zxid: number): void {
  const start = new Set(new TreeModel().nodes.keys());
  const paths = [...model.nodes.keys()].filter((path) => !start.has(path));
  for (const path of paths.sort((a, b) => b.length - a.length)) {
    assert.equal(tree.delete(path, zxid), model.delete(path, zxid));
  }
}

const wishes = fc.array(wish, { maxLength: 60, size: 'max' });

test('tree: fresh → Java’s four nodes, five counted, and its digest', () => {
  const { tree, model } = newPair();
  assertMatches(tree, model);
  assert.equal(tree.nodeCount, 5);
  assert.equal(tree.digest.toBigInt(), 0x51c6d660n);
  assert.equal(tree.stat(tree.root).cversion, -1);
  assert.equal(tree.stat(tree.findPath('/zookeeper')).cversion, -2);
  assert.equal(tree.descendantCount(tree.root), 3);
});

test('tree: random txns → in every respect what the model is', () => {
  fc.assert(
    fc.property(fc.array(wishWithOldCreates, { maxLength: 60, size: 'max' }), (drawn) => {
      const pair = newPair();
      run(pair, drawn);
      assertMatches(pair.tree, pair.model);
    }),
    { numRuns: 150 },
  );
});

test('tree: everything deleted again → no ACL list, row, name or data is left', () => {
  fc.assert(
    fc.property(wishes, (drawn) => {
      const pair = newPair();
      const { tree } = pair;
      for (const path of ['/', '/zookeeper', '/zookeeper/quota', '/zookeeper/config']) {
        tree.setData(path, null, { version: 1, zxid: 0, time: 0 });
        pair.model.setData(path, null, { version: 1, zxid: 0, time: 0 });
      }
      const names = tree.blobs.blobBytes;
      run(pair, drawn);
      deleteAll(pair, 1000);
      for (const path of pair.model.nodes.keys()) {
        tree.setAcl(path, openAcl, 1);
        tree.setData(path, null, { version: 1, zxid: 1000, time: 0 });
      }
      assert.equal(tree.blobs.blobBytes, names);
      assert.equal(tree.nodes.count, 4);
      assert.equal(tree.acls.size, 1);
      assert.deepEqual([tree.ephemeralCount, [...tree.containers()].length], [0, 0]);
    }),
    { numRuns: 60 },
  );
});

test('tree: any suffix of the txns applied again → the same tree', () => {
  fc.assert(
    fc.property(wishes, fc.nat({ max: 60 }), (drawn, from) => {
      const pair = newPair();
      run(pair, drawn, planLogged);
      for (const txn of pair.txns.slice(from)) apply(pair.tree, txn);
      assertMatches(pair.tree, pair.model, { withQuotaStats: false });
    }),
    { numRuns: 150 },
  );
});

test('tree: written as a snapshot and loaded → an equal tree, and the next txns do the same', () => {
  fc.assert(
    fc.property(wishes, fc.array(wish, { maxLength: 10 }), (drawn, later) => {
      const pair = newPair();
      run(pair, drawn);
      const loaded = reload(pair.tree);
      assertMatches(pair.tree, pair.model);
      assertMatches(loaded, pair.model, { withQuotaStats: false });
      // Nodes of the start had no list of their own; the file keeps -1 for them.
      const again = { ...pair, tree: loaded, txns: [...pair.txns] };
      run(again, later);
      assert.equal(sumOfBlobs(loaded), loaded.blobs.blobBytes);
    }),
    { numRuns: 80 },
  );
});

test('tree: digests switched off → the digest stays 0, the tree is the same', () => {
  const tree = DataTree.fresh({ ...treeOptions, digestEnabled: false });
  create(tree, '/a', { zxid: 1 });
  tree.setData('/a', bytesOf('x'), { version: 1, zxid: 2, time: 2 });
  assert.equal(tree.digest.toBigInt(), 0n);
  assert.equal(tree.stat(tree.findPath('/a')).mzxid, 2);
});

function create(
  tree: DataTree,
  path: string,
  { zxid, owner = 0n, cversion = -1 }: { zxid: number; owner?: bigint; cversion?: number },
): number {
  const node = { path, data: bytesOf('x'), acl: openAcl, owner, parentCVersion: cversion };
  return createIn(tree, { ...node, zxid, time: zxid * 10 });
}

test('tree: a create whose parentCVersion is not larger → cversion and pzxid stay', () => {
  const tree = DataTree.fresh(treeOptions);
  create(tree, '/a', { zxid: 5, cversion: 7 });
  create(tree, '/b', { zxid: 6, cversion: 7 });
  create(tree, '/c', { zxid: 7, cversion: -(2 ** 31) });
  const stat = tree.stat(tree.root);
  assert.deepEqual([stat.cversion, stat.pzxid, stat.numChildren], [7 * 2 - 4, 5, 4]);
});

test('tree: cversion beyond half of the integers → the shown one wraps, as in Java', () => {
  const tree = DataTree.fresh(treeOptions);
  create(tree, '/s', { zxid: 1 });
  create(tree, '/s/a', { zxid: 2, cversion: 2147483647 });
  assert.equal(tree.stat(tree.findPath('/s')).cversion, -3);
});

test('tree: a delete older than the parent’s pzxid → pzxid stays', () => {
  const tree = DataTree.fresh(treeOptions);
  create(tree, '/a', { zxid: 5 });
  assert.equal(tree.delete('/none', 4), ErrorCode.NoNode);
  assert.equal(tree.stat(tree.root).pzxid, 5);
  assert.equal(tree.delete('/none', 6), ErrorCode.NoNode);
  assert.equal(tree.stat(tree.root).pzxid, 6);
});

test('tree: a replayed delete of a node that has later children → they go, too, and come again', () => {
  const txns = (tree: DataTree): void => {
    tree.delete('/a', 5);
    create(tree, '/a', { zxid: 6, cversion: 2 });
    create(tree, '/a/b', { zxid: 7, owner: 9n, cversion: 1 });
    create(tree, '/a/c', { zxid: 8, owner: CONTAINER, cversion: 2 });
    create(tree, '/a/c/d', { zxid: 9, cversion: 1 });
    create(tree, '/a/c/e', { zxid: 10, cversion: 2 });
  };
  const tree = DataTree.fresh(treeOptions);
  create(tree, '/a', { zxid: 4, cversion: 1 });
  txns(tree);
  const [digest, bytes, rows] = [tree.digest.toBigInt(), tree.blobs.blobBytes, tree.nodes.count];
  assert.equal(tree.delete('/a', 5), ErrorCode.Ok);
  assert.equal(tree.nodeCount, 5);
  assert.deepEqual([tree.ephemeralCount, [...tree.containers()].length], [0, 0]);
  txns(tree);
  assert.deepEqual(
    [tree.digest.toBigInt(), tree.blobs.blobBytes, tree.nodes.count],
    [digest, bytes, rows],
  );
});

test('tree: a delete of a node with older children → an assertion fails', () => {
  const tree = DataTree.fresh(treeOptions);
  create(tree, '/a', { zxid: 1 });
  create(tree, '/a/b', { zxid: 2 });
  assert.throws(() => tree.delete('/a', 3), { name: 'AssertionError' });
  assert.throws(() => tree.delete('/', 4), { name: 'AssertionError' });
});

test('tree: paths → the root under two names; no parent, no node', () => {
  const tree = DataTree.fresh(treeOptions);
  assert.equal(tree.findPath('/'), tree.root);
  assert.equal(tree.findPath(''), tree.root);
  for (const path of [
    '/a',
    '/zookeepe',
    '/zookeeper/',
    '//zookeeper',
    'zookeeper',
    '/zookeeperx',
  ]) {
    assert.equal(tree.findPath(path), 0, path);
  }
  assert.equal(create(tree, '/no/b', { zxid: 1 }), ErrorCode.NoNode);
  assert.equal(create(tree, 'b', { zxid: 1 }), ErrorCode.NoNode);
  const facts = { version: 1, zxid: 1, time: 1 };
  assert.equal(setDataIn(tree, '/no', { data: null, facts }), ErrorCode.NoNode);
  assert.equal(tree.setAcl('/no', openAcl, 1), ErrorCode.NoNode);
});

test('tree: extended types switched off → a TTL owner is a session, a container still one', () => {
  const tree = DataTree.fresh({ ...treeOptions, extendedTypesEnabled: false });
  const owner = BigInt.asIntN(64, (0xffn << 56n) | 5n);
  create(tree, '/t', { zxid: 1, owner });
  create(tree, '/c', { zxid: 2, owner: CONTAINER });
  assert.equal(tree.stat(tree.findPath('/t')).ephemeralOwner, owner);
  assert.equal(tree.stat(tree.findPath('/c')).ephemeralOwner, 0n);
  assert.deepEqual(tree.ephemeralsOf(owner), ['/t']);
});

test('tree: a session’s ephemerals → in the order of their creation', () => {
  const tree = DataTree.fresh(treeOptions);
  for (const name of ['c', 'a', 'b', 'd']) create(tree, `/${name}`, { zxid: 1, owner: 3n });
  tree.delete('/b', 2);
  assert.deepEqual(tree.ephemeralsOf(3n), ['/c', '/a', '/d']);
  assert.deepEqual(tree.ephemeralsOf(4n), []);
});

test('tree: TTL nodes → their milliseconds', () => {
  const tree = DataTree.fresh(treeOptions);
  create(tree, '/t', { zxid: 1, owner: BigInt.asIntN(64, (0xffn << 56n) | (2n ** 40n - 1n)) });
  assert.equal(tree.ttlMs(tree.findPath('/t')), 2 ** 40 - 1);
});

test('tree: 10,000 levels → found, counted, snapshot and deleted without a stack', () => {
  // Without digests, whose every change walks up to the root.
  const options = { ...treeOptions, digestEnabled: false };
  const tree = DataTree.fresh(options);
  const paths: string[] = [];
  for (let depth = 1; depth <= 10_000; depth++) paths.push('/d'.repeat(depth));
  for (const path of paths) assert.equal(create(tree, path, { zxid: 1 }), 0);
  const deepest = paths[9_999] ?? '';
  assert.equal(tree.pathOf(tree.findPath(deepest)), deepest);
  assert.equal(tree.descendantCount(tree.root), 10_003);
  tree.lastProcessedZxid = 1;
  const loaded = reload(tree, options);
  assert.equal(loaded.nodeCount, 10_005);
  assert.deepEqual(loaded.stat(loaded.findPath(deepest)), tree.stat(tree.findPath(deepest)));
  for (const path of paths.reverse()) assert.equal(tree.delete(path, 2), 0);
  assert.equal(tree.nodeCount, 5);
});

test('tree: 100,000 children → listed, counted, snapshot and loaded without a stack', () => {
  const tree = DataTree.fresh(treeOptions);
  const quota = '/zookeeper/quota';
  for (const top of ['/w', `${quota}/w`]) {
    create(tree, top, { zxid: 1 });
    for (let i = 0; i < 100_000; i++) create(tree, `${top}/${i}`, { zxid: 2 });
  }
  create(tree, `${quota}/w/zookeeper_limits`, { zxid: 3 });
  create(tree, `${quota}/w/zookeeper_stats`, { zxid: 4 });
  assert.equal(tree.childNames(tree.findPath('/w')).length, 100_000);
  tree.lastProcessedZxid = 4;
  const loaded = reload(tree);
  assert.equal(loaded.digest.toBigInt(), tree.digest.toBigInt());
  const stats = loaded.dataOf(loaded.findPath(`${quota}/w/zookeeper_stats`));
  assert.equal(Buffer.from(stats ?? []).toString(), 'count=100001,bytes=100001');
});
