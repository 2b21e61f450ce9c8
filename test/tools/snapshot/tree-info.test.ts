import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DataTree } from '../../../src/core/tree/data-tree.ts';
import { TREE_OPTIONS } from '../../../src/tools/snapshot/load-snapshot.ts';
import { TreeInfo } from '../../../src/tools/snapshot/tree-info.ts';

function treeOf(nodes: Readonly<Record<string, string>>): DataTree {
  const tree = DataTree.fresh(TREE_OPTIONS);
  for (const [path, data] of Object.entries(nodes)) {
    const facts = { acl: [], owner: 0n, parentCVersion: -1, zxid: 1, time: 1 };
    tree.create({ path, data: Buffer.from(data), ...facts });
  }
  return tree;
}

test('tree info: nodes with data → what is at and below each, the deepest included', () => {
  const info = new TreeInfo(treeOf({ '/b': '22', '/a': '1', '/a/c': '333', '/a/c/d': '4444' }));
  const figures = (label: string) => {
    const node = info.nodesByName.get(label);
    return [node?.descendantSize, node?.descendantCount];
  };
  // Besides these there are /zookeeper, its quota and its config.
  assert.deepEqual(figures(''), [10, 7]);
  assert.deepEqual(figures('/a'), [8, 2]);
  assert.deepEqual(figures('/a/c/d'), [4, 0]);
  const labels = info.nodesAtDepths[1]?.map(({ label }) => label);
  assert.deepEqual(labels, ['/a', '/b', '/zookeeper']);
  assert.match(info.describe(), /^Node count: 8\nTotal size: 10\nMax depth: 4\n/);
});
