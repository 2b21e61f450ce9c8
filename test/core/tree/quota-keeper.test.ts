// The statistics of quotas, kept up by the tree.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DataTree } from '../../../src/core/tree/data-tree.ts';
import { LIMITS_NAME, QUOTA_ROOT, STATS_NAME } from '../../../src/core/tree/quota.ts';
import { bytesOf, reload, treeOptions } from './tree-checks.ts';
import { openAcl } from './tree-model.ts';
import { createIn, setDataIn } from './tree-txns.ts';

class Quotas {
  readonly tree = DataTree.fresh(treeOptions);

  create(path: string, data = ''): void {
    const zxid = ++this.tree.lastProcessedZxid;
    const node = { path, data: bytesOf(data), acl: openAcl, owner: 0n, parentCVersion: -1 };
    assert.equal(createIn(this.tree, { ...node, zxid, time: zxid }), 0, path);
  }

  set(path: string, data: string | null): void {
    const zxid = ++this.tree.lastProcessedZxid;
    const bytes = data === null ? null : bytesOf(data);
    const facts = { version: 1, zxid, time: zxid };
    assert.equal(setDataIn(this.tree, path, { data: bytes, facts }), 0, path);
  }

  delete(path: string): void {
    assert.equal(this.tree.delete(path, ++this.tree.lastProcessedZxid), 0, path);
  }

  /** As zkCli's setquota makes it. */
  limit(path: string): void {
    const names = path.split('/').slice(1);
    names.forEach((_, i) => {
      const above = `${QUOTA_ROOT}/${names.slice(0, i + 1).join('/')}`;
      if (this.tree.findPath(above) === 0) this.create(above);
    });
    this.create(`${QUOTA_ROOT}${path}/${LIMITS_NAME}`, 'count=5,bytes=100');
    this.create(`${QUOTA_ROOT}${path}/${STATS_NAME}`, 'count=0,bytes=0');
  }
}

const statsOf = (tree: DataTree, path: string): string =>
  Buffer.from(
    tree.dataOf(tree.findPath(`${QUOTA_ROOT}${path}/${STATS_NAME}`)) ?? bytesOf('null'),
  ).toString();

test('quota: set on a subtree that is there → the subtree is counted, its top included', () => {
  const quotas = new Quotas();
  quotas.create('/a', '123');
  quotas.create('/a/b', '45');
  quotas.create('/ab', 'not in it');
  quotas.limit('/a');
  assert.equal(statsOf(quotas.tree, '/a'), 'count=2,bytes=5');
});

test('quota: creates, deletes and changes below → counted one by one', () => {
  const quotas = new Quotas();
  quotas.create('/a');
  quotas.limit('/a');
  quotas.create('/a/b', 'xyz');
  assert.equal(statsOf(quotas.tree, '/a'), 'count=2,bytes=3');
  quotas.set('/a/b', 'x');
  assert.equal(statsOf(quotas.tree, '/a'), 'count=2,bytes=1');
  quotas.set('/a', 'é');
  assert.equal(statsOf(quotas.tree, '/a'), 'count=2,bytes=3');
  quotas.set('/a', null);
  quotas.delete('/a/b');
  assert.equal(statsOf(quotas.tree, '/a'), 'count=1,bytes=0');
});

test('quota: one inside another → only the deepest is counted, and loading counts both anew', () => {
  const quotas = new Quotas();
  for (const path of ['/a', '/a/b']) quotas.create(path);
  for (const path of ['/a', '/a/b']) quotas.limit(path);
  quotas.create('/a/b/c', '12');
  quotas.create('/a/d', '3');
  assert.equal(statsOf(quotas.tree, '/a'), 'count=3,bytes=1');
  assert.equal(statsOf(quotas.tree, '/a/b'), 'count=2,bytes=2');
  const loaded = reload(quotas.tree);
  assert.equal(statsOf(loaded, '/a'), 'count=4,bytes=3');
  assert.equal(statsOf(loaded, '/a/b'), 'count=2,bytes=2');
  assert.equal(loaded.quotaPathAbove('/a/b/c/x'), '/a/b');
});

test('quota: limits deleted → nothing is counted any more', () => {
  const quotas = new Quotas();
  quotas.create('/a');
  quotas.limit('/a');
  quotas.delete(`${QUOTA_ROOT}/a/${LIMITS_NAME}`);
  assert.equal(quotas.tree.quotaPathAbove('/a'), null);
  quotas.create('/a/b');
  assert.equal(statsOf(quotas.tree, '/a'), 'count=1,bytes=0');
});

test('quota: limits without statistics, or on a path that is not there → no harm', () => {
  const quotas = new Quotas();
  quotas.limit('/none');
  assert.equal(statsOf(quotas.tree, '/none'), 'count=0,bytes=0');
  quotas.delete(`${QUOTA_ROOT}/none/${STATS_NAME}`);
  quotas.create('/none', 'x');
  quotas.delete('/none');
  assert.equal(quotas.tree.quotaPathAbove('/none/x'), '/none');
});

test('quota: statistics change → stat and digest of the tree stay as the txns made them', () => {
  const quotas = new Quotas();
  quotas.create('/a');
  quotas.limit('/a');
  const stats = quotas.tree.findPath(`${QUOTA_ROOT}/a/${STATS_NAME}`);
  const before = quotas.tree.persistedStat(stats);
  quotas.create('/a/b', 'xyz');
  assert.deepEqual(quotas.tree.persistedStat(stats), before);
  assert.equal(reload(quotas.tree).digest.toBigInt(), quotas.tree.digest.toBigInt());
});
