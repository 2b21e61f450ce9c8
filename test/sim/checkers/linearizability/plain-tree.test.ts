import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PlainTree } from '../../../../src/sim/checkers/linearizability/plain-tree.ts';
import { CONTAINER, firstNodes } from '../../../../src/sim/model/model-node.ts';

const [root] = firstNodes();
assert.ok(root);
const node = (path: string, owner = 0n) => ({ ...root, path, owner, children: new Set<string>() });

test('plain-tree: changed and rolled back → the same tree and the same hash', () => {
  const tree = new PlainTree();
  const { hash, mark } = tree;
  tree.put('/a', node('/a'));
  tree.put('/e', node('/e', 5n));
  tree.put('/box', node('/box', CONTAINER));
  assert.notDeepEqual(tree.hash, hash);
  assert.deepEqual(tree.ephemeralsOf(5n), ['/e']);
  assert.deepEqual([...tree.mortal], ['/box']);
  tree.put('/a', { ...node('/a'), version: 1 });
  tree.rollBack(mark);
  assert.deepEqual(tree.hash, hash);
  assert.equal(tree.get('/a'), null);
  assert.deepEqual(tree.ephemeralsOf(5n), []);
  assert.equal(tree.mortal.size, 0);
});

test('plain-tree: the same nodes put in another order → the same hash', () => {
  const [one, other] = [new PlainTree(), new PlainTree()];
  one.put('/a', node('/a'));
  one.put('/b', node('/b'));
  other.put('/b', node('/b'));
  other.put('/a', node('/a'));
  assert.deepEqual(one.hash, other.hash);
});
