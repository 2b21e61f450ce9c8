// A view while the tree goes on changing: the tree as it was when the view opened, and no memory kept.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { DataTree } from '../../../src/core/tree/data-tree.ts';
import type { SnapshotView } from '../../../src/core/tree/snapshot-view.ts';
import { BinaryWriter } from '../../../src/protocol/jute/binary-writer.ts';
import { assertMatches, bytesOf, drain, SnapshotNode, treeOptions } from './tree-checks.ts';
import { openAcl, TreeModel } from './tree-model.ts';
import { apply, plan, type Wish, wish } from './tree-txns.ts';

/** What the view gave is what the model was: each node once, parents first. */
function assertIsModel(records: readonly Uint8Array[], view: SnapshotView, model: TreeModel): void {
  const lists = new Map(view.acls);
  const seen = new Set<string>();
  for (const bytes of records) {
    const { path: stored, data, acl, stat } = SnapshotNode.decode(bytes);
    const path = stored === '' ? '/' : (stored ?? 'null');
    const expected = model.nodes.get(path);
    assert.ok(expected, `${path} was not there`);
    assert.ok(!seen.has(path), `${path} comes twice`);
    const parent = path.slice(0, path.lastIndexOf('/')) || '/';
    assert.ok(path === '/' || seen.has(parent), `${path} comes before its parent`);
    seen.add(path);
    assert.deepEqual({ data, stat }, { data: expected.data, stat: expected.stat }, path);
    assert.deepEqual(acl === -1 ? openAcl : lists.get(acl), expected.acl, path);
  }
  assert.equal(seen.size, model.nodes.size);
}

type Move = { readonly wished: Wish } | { readonly takes: number };

const moves: fc.Arbitrary<Move[]> = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.record({ wished: wish }) },
    { weight: 1, arbitrary: fc.record({ takes: fc.integer({ min: 1, max: 5 }) }) },
  ),
  { maxLength: 60, size: 'max' },
);

/** The wish becomes a txn of tree and model. */
function change(tree: DataTree, model: TreeModel, wished: Wish): void {
  const zxid = tree.lastProcessedZxid + 1;
  const txn = plan(model, wished, zxid);
  if (txn === null) return;
  assert.equal(apply(tree, txn), apply(model, txn));
  tree.lastProcessedZxid = zxid;
}

test('view: any changes between the nodes → the tree as it was, and nothing kept afterwards', () => {
  const before = fc.array(wish, { maxLength: 50, size: 'max' });
  fc.assert(
    fc.property(before, moves, (wishes, later) => {
      const tree = DataTree.fresh(treeOptions);
      const model = new TreeModel();
      for (const wished of wishes) change(tree, model, wished);
      const asItWas = model.clone();
      const view = tree.openView();
      const records: Uint8Array[] = [];
      const writer = new BinaryWriter();
      for (const move of later) {
        if ('wished' in move) change(tree, model, move.wished);
        else for (let i = 0; i < move.takes && view.next(writer); i++) records.push(writer.take());
      }
      records.push(...drain(view));
      assert.equal(view.digest, asItWas.digest());
      assertIsModel(records, view, asItWas);
      view.close();
      // Compares the rows and bytes in use with what the model has: a leak shows there.
      assertMatches(tree, model);
    }),
    { numRuns: 120 },
  );
});

type Step = Move | { readonly opens: true } | { readonly closes: number };

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: fc.record({ wished: wish }) },
    { weight: 3, arbitrary: fc.record({ takes: fc.nat(6) }) },
    { weight: 2, arbitrary: fc.constant({ opens: true as const }) },
    { weight: 2, arbitrary: fc.record({ closes: fc.nat(6) }) },
  ),
  { maxLength: 90, size: 'max' },
);

interface Opened {
  readonly view: SnapshotView;
  readonly model: TreeModel;
  readonly records: Uint8Array[];
}

function finish({ view, model, records }: Opened): void {
  records.push(...drain(view));
  assert.equal(view.digest, model.digest());
  assertIsModel(records, view, model);
  view.close();
}

test('view: any number open at once, closed in any order → each shows its moment, nothing kept', () => {
  const before = fc.array(wish, { maxLength: 30, size: 'max' });
  fc.assert(
    fc.property(before, steps, (wishes, later) => {
      const tree = DataTree.fresh(treeOptions);
      const model = new TreeModel();
      for (const wished of wishes) change(tree, model, wished);
      const open: Opened[] = [];
      const writer = new BinaryWriter();
      for (const step of later) {
        const chosen = open['takes' in step ? step.takes : 'closes' in step ? step.closes : 99];
        if ('wished' in step) change(tree, model, step.wished);
        else if ('opens' in step) {
          open.push({ view: tree.openView(), model: model.clone(), records: [] });
        } else if (chosen === undefined) continue;
        else if ('takes' in step) {
          for (let i = 0; i < 3 && chosen.view.next(writer); i++) {
            chosen.records.push(writer.take());
          }
        } else {
          // Half of them are given up where they are.
          if (step.closes % 2 === 0) finish(chosen);
          else chosen.view.close();
          open.splice(open.indexOf(chosen), 1);
        }
      }
      for (const each of open) finish(each);
      assertMatches(tree, model);
    }),
    { numRuns: 300 },
  );
});

test('view: two after one another, each given up half-way → nothing kept', () => {
  fc.assert(
    fc.property(moves, moves, (first, second) => {
      const tree = DataTree.fresh(treeOptions);
      const model = new TreeModel();
      const writer = new BinaryWriter();
      for (const each of [first, second]) {
        const view = tree.openView();
        for (const move of each) {
          if ('wished' in move) change(tree, model, move.wished);
          else view.next(writer);
        }
        view.close();
      }
      assertMatches(tree, model);
    }),
    { numRuns: 60 },
  );
});

function treeWith(paths: readonly string[]): DataTree {
  const tree = DataTree.fresh(treeOptions);
  for (const path of paths) {
    const zxid = ++tree.lastProcessedZxid;
    const node = { path, data: bytesOf(path), acl: openAcl, owner: 0n, parentCVersion: -1 };
    tree.create({ ...node, zxid, time: zxid });
  }
  return tree;
}

const pathsOf = (records: readonly Uint8Array[]): string[] =>
  records.map((bytes) => SnapshotNode.decode(bytes).path ?? 'null').sort();

test('view: a whole subtree deleted and made again before it is read → the old one is read', () => {
  const old = ['/a', '/a/b', '/a/b/c', '/a/b/d'];
  const tree = treeWith(old);
  const view = tree.openView();
  for (const path of [...old].reverse()) tree.delete(path, 10);
  tree.lastProcessedZxid = 11;
  for (const path of old) {
    const node = { path, data: bytesOf('new'), acl: openAcl, owner: 0n, parentCVersion: -1 };
    tree.create({ ...node, zxid: 11, time: 11 });
  }
  const records = drain(view);
  assert.deepEqual(pathsOf(records).slice(0, 5), ['', ...old]);
  for (const bytes of records) {
    const { path, data } = SnapshotNode.decode(bytes);
    if (path?.startsWith('/a')) assert.deepEqual(data, bytesOf(path));
  }
  view.close();
  assert.equal(tree.nodes.count, 8);
});

test('view: data changed twice and the node deleted → the first data are read', () => {
  const tree = treeWith(['/a']);
  const bytes = tree.blobs.blobBytes;
  const view = tree.openView();
  tree.setAcl('/a', openAcl, 1);
  tree.setData('/a', bytesOf('second'), { version: 1, zxid: 2, time: 2 });
  tree.setData('/a', bytesOf('third'), { version: 2, zxid: 3, time: 3 });
  tree.delete('/a', 4);
  const last = drain(view).map((each) => SnapshotNode.decode(each));
  const node = last.find(({ path }) => path === '/a');
  assert.deepEqual([node?.data, node?.stat.version, node?.stat.aversion], [bytesOf('/a'), 0, 0]);
  view.close();
  assert.deepEqual([tree.blobs.blobBytes, tree.nodes.count], [bytes - 3, 4]);
});

test('view: large data replaced while it is open → read as they were', () => {
  const tree = treeWith(['/a']);
  const large = new Uint8Array(200_000).fill(1);
  tree.setData('/a', large, { version: 1, zxid: 2, time: 2 });
  tree.lastProcessedZxid = 2;
  const view = tree.openView();
  tree.setData('/a', new Uint8Array(200_000).fill(2), { version: 2, zxid: 3, time: 3 });
  const nodes = drain(view).map((each) => SnapshotNode.decode(each));
  assert.deepEqual(nodes.find(({ path }) => path === '/a')?.data, large);
  view.close();
});

test('view: long names at many depths → their paths are whole', () => {
  const name = `/${'n'.repeat(300)}`;
  const chain = Array.from({ length: 12 }, (_, depth) => name.repeat(depth + 1));
  const tree = treeWith(chain);
  const view = tree.openView();
  assert.deepEqual(
    pathsOf(drain(view)).filter((path) => path.startsWith('/n')),
    chain,
  );
  view.close();
});

test('view: read or closed after its end → an assertion fails', () => {
  const tree = treeWith([]);
  const view = tree.openView();
  view.close();
  assert.throws(() => view.close(), { name: 'AssertionError' });
  assert.throws(() => view.next(new BinaryWriter()), { name: 'AssertionError' });
  tree.openView().close();
});

test('view: one node changed a thousand times, a new one too → only the first content is kept', () => {
  const tree = treeWith(['/a']);
  const view = tree.openView();
  const node = { path: '/b', data: null, acl: openAcl, owner: 0n, parentCVersion: -1 };
  tree.create({ ...node, zxid: 2, time: 2 });
  const [bytes, rows] = [tree.blobs.blobBytes, tree.nodes.count];
  for (let version = 1; version <= 1000; version++) {
    for (const path of ['/a', '/b']) {
      tree.setData(path, new Uint8Array(500), { version, zxid: 2 + version, time: 3 });
    }
  }
  assert.equal(tree.blobs.blobBytes, bytes + 1000);
  assert.equal(tree.nodes.count, rows + 1, 'one copy, of /a');
  view.close();
});
