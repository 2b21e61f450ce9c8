import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LeadershipCheck } from '../../../../src/core/zab/leading/leadership-check.ts';
import { LearnerRig } from './learner-rig.ts';

/** One of three voters. */
function check() {
  const { configs } = new LearnerRig();
  const pings: number[] = [];
  const ping = (round: number) => void pings.push(round);
  return { pings, check: new LeadershipCheck({ myid: 1, configs, ping }) };
}

test('leadership-check: a quorum answers → confirmed, for this round and not for a later one', () => {
  const { check: checking } = check();
  const round = checking.ask();
  assert.equal(checking.isConfirmed(round), false);
  assert.equal(checking.onAnswer(3, round), true);
  assert.equal(checking.isConfirmed(round), true);
  assert.equal(checking.isConfirmed(round + 1), false);
});

test('leadership-check: an observer answers → not confirmed', () => {
  const { check: checking } = check();
  const round = checking.ask();
  checking.onAnswer(4, round);
  assert.equal(checking.isConfirmed(round), false);
});

test('leadership-check: many ask while a round is under way → one more round for all', () => {
  const { pings, check: checking } = check();
  assert.deepEqual([checking.ask(), checking.ask(), checking.ask()], [1, 2, 2]);
  assert.deepEqual(pings, [1]);
  checking.onAnswer(2, 1);
  assert.deepEqual(pings, [1, 2]);
  checking.onAnswer(2, 2);
  assert.deepEqual(pings, [1, 2]);
});

test('leadership-check: the answers of a round are lost → the next heartbeat is the next round', () => {
  const { pings, check: checking } = check();
  checking.ask();
  const wanted = checking.ask();
  assert.equal(checking.beginRound(), wanted);
  checking.onAnswer(2, wanted);
  assert.equal(checking.isConfirmed(wanted), true);
  assert.deepEqual(pings, [1]);
});

test('leadership-check: an answer to what was never asked → told, and counts for nothing', () => {
  const { check: checking } = check();
  checking.ask();
  assert.equal(checking.onAnswer(2, 2), false);
  assert.equal(checking.isConfirmed(1), false);
});

test('leadership-check: an older answer comes late → the newer one stays', () => {
  const { check: checking } = check();
  checking.beginRound();
  checking.beginRound();
  checking.onAnswer(2, 2);
  assert.equal(checking.onAnswer(2, 1), true);
  assert.equal(checking.isConfirmed(2), true);
});
