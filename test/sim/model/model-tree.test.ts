import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OpCode } from '../../../src/protocol/op-code.ts';
import { shownStat } from '../../../src/sim/model/model-node.ts';
import { ModelTree } from '../../../src/sim/model/model-tree.ts';

const acl = [{ perms: 31, id: { scheme: 'world', id: 'anyone' } }];
const origin = { clientId: 5n, cxid: 1, time: 1000, digest: null };

function treeWithNode(): ModelTree {
  const tree = new ModelTree();
  tree.apply({
    ...origin,
    zxid: 1,
    txn: { type: OpCode.createSession, body: { timeOut: 100 } },
  });
  const body = { path: '/a', data: null, acl, ephemeral: true, parentCVersion: 1 };
  tree.apply({ ...origin, zxid: 2, txn: { type: OpCode.create, body } });
  return tree;
}

test('model-tree: later changes → the earlier states are still there', () => {
  const tree = treeWithNode();
  const body = { path: '/a', data: Uint8Array.of(1), version: 1 };
  tree.apply({ ...origin, zxid: 3, txn: { type: OpCode.setData, body } });
  assert.equal(tree.at('/a', 1), null);
  assert.equal(tree.at('/a', 2)?.data, null);
  assert.deepEqual(tree.at('/a', 3)?.data, Uint8Array.of(1));
  assert.equal(tree.digestAt(3), tree.digest);
  assert.notEqual(tree.digestAt(2), tree.digest);
});

test('model-tree: a session ends → its ephemerals go, and are told of', () => {
  const tree = treeWithNode();
  assert.deepEqual(tree.ephemeralsOf(5n), ['/a']);
  tree.apply({
    ...origin,
    zxid: 3,
    txn: { type: OpCode.closeSession, body: { paths2Delete: undefined } },
  });
  assert.equal(tree.get('/a'), null);
  assert.equal(tree.sessions.size, 0);
  assert.deepEqual(
    tree.changesOf(3).map(({ kind, path }) => [kind, path]),
    [['deleted', '/a']],
  );
});

test('model-tree: a child comes and goes → cversion counts both, pzxid is the last', () => {
  const tree = treeWithNode();
  tree.apply({ ...origin, zxid: 3, txn: { type: OpCode.delete, body: { path: '/a' } } });
  const root = tree.get('/');
  assert.ok(root);
  // One creation and one deletion, and /zookeeper, which was there before the counting began.
  assert.deepEqual(
    { cversion: shownStat(root).cversion, pzxid: shownStat(root).pzxid },
    { cversion: 1, pzxid: 3 },
  );
});

test('model-tree: a log that cannot be → an error, no guess', () => {
  const tree = treeWithNode();
  const again = { path: '/a', data: null, acl, ephemeral: false, parentCVersion: 2 };
  const apply = () => tree.apply({ ...origin, zxid: 3, txn: { type: OpCode.create, body: again } });
  assert.throws(apply, /cannot be/);
});
