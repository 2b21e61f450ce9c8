import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EPOCH_MAX, makeZxid } from '../../../../src/base/zxid.ts';
import { EpochDiscovery } from '../../../../src/core/zab/leading/epoch-discovery.ts';
import { ToyHistory } from '../toy-history.ts';
import { LearnerRig } from './learner-rig.ts';

function discovery(accepted = 3) {
  const history = new ToyHistory([makeZxid(2, 7)], { accepted, current: 2 });
  const { configs } = new LearnerRig();
  return { history, discovery: new EpochDiscovery(configs, history) };
}

test('epoch-discovery: a quorum has reported → one above the highest, saved before it is shown', () => {
  const { history, discovery: found } = discovery();
  found.report(1, 3);
  assert.equal(found.maybeChoose(), null);
  found.report(2, 6);
  assert.equal(found.maybeChoose(), 'chosen');
  assert.equal(found.epoch, 7);
  assert.equal(found.isSaved, false);
  history.sync();
  assert.equal(history.epochs.accepted, 7);
  found.report(3, 9);
  assert.equal(found.maybeChoose(), null);
  assert.equal(found.epoch, 7);
});

test('epoch-discovery: who reported is gone → it does not count', () => {
  const { discovery: found } = discovery();
  found.report(1, 3);
  found.report(2, 3);
  found.forget(2);
  assert.equal(found.maybeChoose(), null);
});

test('epoch-discovery: a quorum has accepted it → accepted', () => {
  const { discovery: found } = discovery();
  found.ack(1);
  assert.equal(found.isAccepted, false);
  found.ack(4);
  assert.equal(found.isAccepted, false);
  found.ack(3);
  assert.equal(found.isAccepted, true);
});

test('epoch-discovery: the last epoch is accepted → there is none to choose', () => {
  const { discovery: found } = discovery();
  found.report(1, 3);
  found.report(2, EPOCH_MAX);
  assert.equal(found.maybeChoose(), 'exhausted');
  assert.equal(found.isChosen, false);
});

test('epoch-discovery: a step of more than a thousandth of what is left → not believable', () => {
  const { discovery: found } = discovery();
  const step = Math.ceil((EPOCH_MAX - 3) / 1000);
  assert.equal(found.isBelievable(3 + step), true);
  assert.equal(found.isBelievable(3 + step + 1), false);
});

test('epoch-discovery: who is ahead → by epoch first, then by entries, never by a marker', () => {
  const { discovery: found } = discovery();
  assert.equal(found.isAhead(3, 0), true);
  assert.equal(found.isAhead(1, makeZxid(9, 9)), false);
  assert.equal(found.isAhead(2, makeZxid(2, 8)), true);
  assert.equal(found.isAhead(2, makeZxid(2, 7)), false);
  assert.equal(found.isAhead(2, makeZxid(3, 0)), false);
});
