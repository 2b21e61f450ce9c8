/** What the zxids of a replay must show of the snapshots that could not be loaded. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeZxid } from '../../../src/base/zxid.ts';
import {
  type PassedOver,
  PassedOverSnapshots,
} from '../../../src/core/storage/passed-over-snapshots.ts';

/** What the replay of these txns finds missing: on the way, or at the end. */
function missing(snapshots: readonly PassedOver[], zxids: readonly number[]): string {
  const passedOver = new PassedOverSnapshots(snapshots);
  for (const zxid of zxids) {
    const found = passedOver.onTxn(zxid);
    if (found !== null) return `${found.name} before ${zxid}`;
  }
  const left = passedOver.onEnd();
  return left === null ? '' : `${left.name} at the end`;
}

const damaged = (zxid: number): PassedOver => ({ name: `damaged.${zxid}`, zxid, isWhole: true });
const cut = (zxid: number): PassedOver => ({ name: `cut.${zxid}`, zxid, isWhole: false });

test('passed over: none → nothing is missing', () => {
  assert.equal(missing([], [1, 2, 9]), '');
});

test('passed over: its txn comes by → fine, whether damaged or cut off, and newest first', () => {
  assert.equal(missing([damaged(4), cut(3), damaged(2)], [1, 2, 3, 4, 5]), '');
  assert.equal(missing([damaged(4)], [4]), '');
});

test('passed over: a later txn comes without its own → missing', () => {
  assert.equal(missing([damaged(3)], [1, 2, 4]), 'damaged.3 before 4');
  assert.equal(missing([cut(3)], [1, 2, 4]), 'cut.3 before 4');
  assert.equal(missing([damaged(9), damaged(3)], [1, 2, 3, 10]), 'damaged.9 before 10');
});

test('passed over: the replay ends before it → missing if it was whole, ahead of the log if cut', () => {
  assert.equal(missing([damaged(3)], [1, 2]), 'damaged.3 at the end');
  assert.equal(missing([cut(3)], [1, 2]), '');
  assert.equal(missing([cut(3), damaged(4)], []), 'damaged.4 at the end');
});

test('passed over: one that begins an epoch, and has no txn → missing if it was whole', () => {
  const begin = makeZxid(1, 0);
  assert.equal(missing([cut(begin)], [5, begin + 1]), '');
  assert.equal(missing([damaged(begin)], [5, begin + 1]), `damaged.${begin} before ${begin + 1}`);
  assert.equal(missing([damaged(begin)], [5]), `damaged.${begin} at the end`);
});
