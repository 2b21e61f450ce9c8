// The text of quotas and the paths that have one.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  formatQuota,
  LIMITS_NAME,
  limitsPath,
  parseQuota,
  QuotaPaths,
  quotaPathOf,
  STATS_NAME,
  statsPath,
} from '../../../src/core/tree/quota.ts';

const figures = (count: number, bytes: number, countHardLimit = -1, byteHardLimit = -1) => ({
  ...{ count, bytes, countHardLimit, byteHardLimit },
});

const texts: readonly (readonly [string, ReturnType<typeof figures>])[] = [
  ['count=2,bytes=100', figures(2, 100)],
  ['count=2,bytes=100=;byteHardLimit=-1;countHardLimit=-1', figures(2, 100)],
  ['count=-1,bytes=-1=;byteHardLimit=7;countHardLimit=8', figures(-1, -1, 8, 7)],
  ['count=1;bytes=2,;countHardLimit=3', figures(1, 2, 3)],
  ['count=,bytes=5', figures(-1, 5)],
  ['bytes=5', figures(-1, 5)],
  ['', figures(-1, -1)],
  ['toString=5,hasOwnProperty=6,other=7', figures(-1, -1)],
];

for (const [text, expected] of texts) {
  test(`quota: the text ${JSON.stringify(text)} → its figures`, () => {
    assert.deepEqual(parseQuota(text), expected);
  });
}

test('quota: figures → their text and back, hard limits only where there are any', () => {
  assert.equal(formatQuota(figures(3, 4)), 'count=3,bytes=4');
  const hard = figures(3, 4, 5, 6);
  assert.equal(formatQuota(hard), 'count=3,bytes=4=;byteHardLimit=6;countHardLimit=5');
  assert.deepEqual(parseQuota(formatQuota(hard)), hard);
});

test('quota: node paths → the path they are about; "/" and strangers none', () => {
  assert.equal(quotaPathOf(limitsPath('/a/b'), LIMITS_NAME), '/a/b');
  assert.equal(quotaPathOf(statsPath('/a'), STATS_NAME), '/a');
  assert.equal(quotaPathOf(statsPath('/a'), LIMITS_NAME), null);
  assert.equal(quotaPathOf(`/zookeeper/quota/${LIMITS_NAME}`, LIMITS_NAME), null);
  assert.equal(quotaPathOf(`/zookeeper/quotas/a/${LIMITS_NAME}`, LIMITS_NAME), null);
  assert.equal(quotaPathOf(`/a/${LIMITS_NAME}`, LIMITS_NAME), null);
});

test('quota paths: several above one another → the deepest, at whole names only', () => {
  const paths = new QuotaPaths();
  assert.equal(paths.deepest('/a'), null);
  for (const path of ['/a', '/a/b/c', '/zookeeperx']) paths.add(path);
  assert.equal(paths.deepest('/a'), '/a');
  assert.equal(paths.deepest('/a/b'), '/a');
  assert.equal(paths.deepest('/a/b/c/d/e'), '/a/b/c');
  assert.equal(paths.deepest('/ab'), null);
  assert.equal(paths.deepest('/'), null);
  assert.equal(paths.deepest('/zookeeperx/y'), '/zookeeperx');
  paths.delete('/a/b/c');
  assert.equal(paths.deepest('/a/b/c/d'), '/a');
  assert.equal(paths.size, 2);
  paths.clear();
  assert.equal(paths.deepest('/a'), null);
});

test('quota paths: below /zookeeper → none', () => {
  const paths = new QuotaPaths();
  paths.add('/zookeeper');
  assert.equal(paths.deepest('/zookeeper/quota/a'), null);
  assert.equal(paths.deepest('/zookeeper'), null);
});
