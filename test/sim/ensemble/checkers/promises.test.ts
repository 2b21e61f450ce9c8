import assert from 'node:assert/strict';
import { test } from 'node:test';
import { QuorumPacketType } from '../../../../src/protocol/records/quorum.ts';
import { syncTargetOf } from '../../../../src/sim/ensemble/checkers/promises.ts';

test('promises: a leader synchronizes a learner → up to what is committed, whatever the packet says', () => {
  const committed = { through: 9, isLeading: true };
  for (const type of [QuorumPacketType.DIFF, QuorumPacketType.TRUNC, QuorumPacketType.SNAP]) {
    assert.equal(syncTargetOf({ type, zxid: 5 }, committed), 9);
  }
  assert.equal(syncTargetOf({ type: QuorumPacketType.UPTODATE, zxid: 5 }, committed), -1);
});

test('promises: an observer master has committed more behind its DIFF → that may follow', () => {
  const committed = { through: 9, isLeading: false };
  assert.equal(syncTargetOf({ type: QuorumPacketType.DIFF, zxid: 5 }, committed), 5);
  assert.equal(syncTargetOf({ type: QuorumPacketType.DIFF, zxid: 12 }, committed), 9);
  assert.equal(syncTargetOf({ type: QuorumPacketType.SNAP, zxid: 5 }, committed), 9);
});
