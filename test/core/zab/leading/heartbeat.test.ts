import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Heartbeat } from '../../../../src/core/zab/leading/heartbeat.ts';
import { entryOf } from '../toy-history.ts';
import { LearnerRig, takeSent } from './learner-rig.ts';

const OPTIONS = { myid: 1, tickTimeMs: 100, initLimitTicks: 10, syncLimitTicks: 5 };

function heartbeat() {
  const rig = new LearnerRig();
  return { rig, heartbeat: new Heartbeat(OPTIONS, rig.learners) };
}

test('heartbeat: time goes on → due twice a tick', () => {
  const { heartbeat: beat } = heartbeat();
  const due = [0, 49, 50, 99, 100].map((nowMs) => beat.takeDue(nowMs));
  assert.deepEqual(due, [true, false, true, false, true]);
});

test('heartbeat: ping → all that get proposals', () => {
  const { rig, heartbeat: beat } = heartbeat();
  const early = rig.connect(2, { phase: 'epochAcked' });
  const synced = rig.connect(3);
  beat.ping(7);
  assert.deepEqual([takeSent(early), takeSent(synced)], [[], ['PING 7']]);
});

test('heartbeat: a silent learner → let go after syncLimit, before it is in step after initLimit', () => {
  const { rig, heartbeat: beat } = heartbeat();
  const joining = rig.connect(2, { phase: 'synchronization' });
  const synced = rig.connect(3);
  assert.deepEqual(beat.closeLate(500), []);
  assert.deepEqual(beat.closeLate(501), [synced]);
  assert.equal(synced.link.closeReason, 'learner is silent');
  rig.learners.remove(synced.link);
  assert.deepEqual(beat.closeLate(1001), [joining]);
});

test('heartbeat: a follower that is heard and does not acknowledge → let go', () => {
  const { rig, heartbeat: beat } = heartbeat();
  const learner = rig.connect(2);
  learner.propose(entryOf(5));
  assert.deepEqual(beat.closeLate(100), []);
  learner.lastHeardMs = 601;
  assert.deepEqual(beat.closeLate(601), [learner]);
  assert.equal(learner.link.closeReason, 'learner does not keep up');
});
