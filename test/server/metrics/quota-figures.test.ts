import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DataTree } from '../../../src/core/tree/data-tree.ts';
import { quotaFigures } from '../../../src/server/metrics/quota-figures.ts';
import { REQUEST_OPTIONS } from '../../scenario/scenario-options.ts';

function plant(tree: DataTree, path: string, text: string): void {
  const names = path.split('/').slice(1);
  for (let depth = 1; depth <= names.length; depth++) {
    const node = `/${names.slice(0, depth).join('/')}`;
    if (tree.findPath(node) !== 0) continue;
    const data = Buffer.from(depth === names.length ? text : '');
    const fields = { data, acl: [], owner: 0n, parentCVersion: -1, zxid: 1, time: 1 };
    tree.create({ path: node, ...fields });
  }
}

test('quota figures: no quota → the four metrics without a value', () => {
  const figures = quotaFigures(DataTree.fresh(REQUEST_OPTIONS));
  assert.deepEqual(
    figures.map(({ name, values }) => [name, [...values]]),
    [
      ['quota_count_limit_per_namespace', []],
      ['quota_bytes_limit_per_namespace', []],
      ['quota_count_usage_per_namespace', []],
      ['quota_bytes_usage_per_namespace', []],
    ],
  );
});

test('quota figures: quotas below one name → added up, hard limits before soft ones', () => {
  const tree = DataTree.fresh(REQUEST_OPTIONS);
  plant(tree, '/zookeeper/quota/app/a/zookeeper_limits', 'count=10,bytes=-1');
  plant(
    tree,
    '/zookeeper/quota/app/b/zookeeper_limits',
    'count=1,bytes=5=;byteHardLimit=9;countHardLimit=7',
  );
  plant(tree, '/zookeeper/quota/other/zookeeper_limits', 'count=3,bytes=4');
  const values = quotaFigures(tree).map(({ values: each }) => Object.fromEntries(each));
  assert.deepEqual(values[0], { app: 17, other: 3 });
  assert.deepEqual(values[1], { app: 8, other: 4 });
});
