import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeZxid } from '../../../../src/base/zxid.ts';
import { EpochChecker } from '../../../../src/sim/ensemble/checkers/epochs.ts';

test('epochs: a second leader of one epoch → P1', () => {
  const epochs = new EpochChecker();
  epochs.onLeading(1, 4);
  epochs.onLeading(2, 5);
  assert.throws(() => epochs.onLeading(2, 4), /P1/);
});

test('epochs: on a disk one goes down, or the current one passes the accepted → P2', () => {
  const epochs = new EpochChecker();
  epochs.onDisk(1, { accepted: 4, current: 3 });
  epochs.onDisk(1, { accepted: 4, current: 4 });
  assert.throws(() => epochs.onDisk(1, { accepted: 4, current: 3 }), /P2/);
  assert.throws(() => epochs.onDisk(2, { accepted: 1, current: 2 }), /P2/);
  epochs.onWiped(1);
  epochs.onDisk(1, { accepted: 0, current: 0 });
});

test('epochs: a vote with a history newer than its epoch → P2', () => {
  const epochs = new EpochChecker();
  epochs.onVoting(1, 3, makeZxid(3, 1));
  assert.throws(() => epochs.onVoting(1, 3, makeZxid(4, 1)), /P2/);
});
