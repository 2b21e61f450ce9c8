import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Prng } from '../../../../src/base/prng.ts';
import { ObserverMasterList } from '../../../../src/core/zab/observing/observer-master-list.ts';

const VOTERS = new Set([1, 2, 3, 4, 5]);

function listOf(changes = {}, seed = 1): ObserverMasterList {
  return new ObserverMasterList(
    { isEnabled: true, reconnectDelayMs: 0, ...changes },
    new Prng(seed),
  );
}

const sidsOf = (list: ObserverMasterList, count: number, leader = 5): number[] =>
  Array.from({ length: count }, () => list.find(leader, VOTERS).sid);

test('observer-master-list: no observerMasterPort → always the leader, at its quorum port', () => {
  const list = listOf({ isEnabled: false });
  for (let i = 0; i < 3; i++) {
    assert.deepEqual(list.find(5, VOTERS), { sid: 5, isObserverMaster: false, delayMs: 0 });
  }
});

test('observer-master-list: one after the other fails → each follower twice, then the leader', () => {
  const list = listOf();
  const found = Array.from({ length: 9 }, () => list.find(5, VOTERS));
  const [masters, again, leader] = [found.slice(0, 4), found.slice(4, 8), found[8]];
  assert.ok(found.slice(0, 8).every(({ isObserverMaster }) => isObserverMaster));
  assert.deepEqual(again, masters);
  assert.deepEqual(masters.map(({ sid }) => sid).sort(), [1, 2, 3, 4]);
  assert.deepEqual(leader, { sid: 5, isObserverMaster: false, delayMs: 0 });
  assert.equal(list.find(5, VOTERS).isObserverMaster, true);
});

test('observer-master-list: a master served and is lost → the next one, and a whole round again', () => {
  const list = listOf();
  const first = list.find(5, VOTERS);
  list.onFollowed();
  const next = Array.from({ length: 9 }, () => list.find(5, VOTERS));
  assert.notEqual(next[0]?.sid, first.sid);
  assert.deepEqual(
    next
      .slice(0, 4)
      .map(({ sid }) => sid)
      .sort(),
    [1, 2, 3, 4],
  );
  assert.equal(next[8]?.isObserverMaster, false);
});

test('observer-master-list: another leads now → the former leader may feed observers', () => {
  const list = listOf();
  const before = sidsOf(list, 4);
  assert.ok(!before.includes(5));
  list.onFollowed();
  const after = sidsOf(list, 4, 1);
  assert.deepEqual(after.sort(), [2, 3, 4, 5]);
});

test('observer-master-list: seeds differ → orders differ, and one seed has one order', () => {
  const orders = [1, 2, 3, 4, 5, 6].map((seed) => sidsOf(listOf({}, seed), 4).join(' '));
  assert.ok(new Set(orders).size > 1, orders.join(', '));
  assert.deepEqual(sidsOf(listOf({}, 3), 4), sidsOf(listOf({}, 3), 4));
});

test('observer-master-list: other voters → another order, from its beginning', () => {
  const list = listOf();
  sidsOf(list, 2);
  const voters = new Set([1, 2, 6]);
  const found = [1, 2, 3, 4, 5].map(() => list.find(6, voters));
  assert.deepEqual(
    found
      .slice(0, 2)
      .map(({ sid }) => sid)
      .sort(),
    [1, 2],
  );
  assert.deepEqual(found[4], { sid: 6, isObserverMaster: false, delayMs: 0 });
});

test('observer-master-list: the leader is the only voter → the leader', () => {
  const list = listOf();
  assert.deepEqual(list.find(1, new Set([1])), { sid: 1, isObserverMaster: false, delayMs: 0 });
});

test('observer-master-list: reconnectDelayMs → before the leader and a new round, below that', () => {
  const list = listOf({ reconnectDelayMs: 1000 });
  const delays = Array.from({ length: 40 }, () => list.find(5, VOTERS));
  for (const { isObserverMaster, delayMs } of delays) {
    assert.ok(delayMs >= 0 && delayMs < 1000);
    if (!isObserverMaster) assert.ok(delayMs > 0);
  }
  assert.deepEqual(
    delays.slice(0, 4).map(({ delayMs }) => delayMs),
    [0, 0, 0, 0],
  );
  const plain = listOf({ reconnectDelayMs: 1000, isEnabled: false });
  const [one, other] = [plain.find(5, VOTERS), plain.find(5, VOTERS)];
  assert.notEqual(one.delayMs, other.delayMs);
});
