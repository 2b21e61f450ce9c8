import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ensembleOf } from '../members/ensemble-of.ts';
import { entryOf } from '../toy-history.ts';
import { LearnerRig, takeSent } from './learner-rig.ts';

test('learners: a proposal → followers that are being synchronized or are, no others', () => {
  const rig = new LearnerRig();
  const early = rig.connect(2, { phase: 'epochAcked' });
  const syncing = rig.connect(3, { phase: 'synchronization' });
  const observer = rig.connect(4, { isObserver: true });
  rig.learners.propose(entryOf(5));
  rig.learners.commit([entryOf(5)]);
  assert.deepEqual(
    [early, syncing, observer].map((learner) => takeSent(learner)),
    [[], ['PROPOSAL 5', 'COMMIT 5'], ['INFORM 5']],
  );
});

test('learners: a server connects again → the former is found, and gone once it is removed', () => {
  const rig = new LearnerRig();
  const former = rig.connect(2);
  const latter = rig.connect(2);
  assert.deepEqual(rig.learners.othersOf(latter), [former]);
  assert.equal(rig.learners.remove(former.link), former);
  assert.equal(rig.learners.remove(former.link), null);
  assert.deepEqual([...rig.learners], [latter]);
});

test('learners: who was not heard of since → does not follow', () => {
  const rig = new LearnerRig();
  rig.connect(2, { nowMs: 100 });
  rig.connect(3, { nowMs: 100, phase: 'synchronization' });
  assert.ok(rig.learners.isFollowing(2, 100));
  assert.equal(rig.learners.isFollowing(2, 101), false);
  assert.equal(rig.learners.isFollowing(3, 100), false);
});

test('learners: observers and who has not acknowledged NEWLEADER → no synced followers', () => {
  const rig = new LearnerRig();
  rig.connect(2);
  rig.connect(3, { phase: 'synchronization' });
  rig.connect(4, { isObserver: true });
  assert.deepEqual([...rig.learners.syncedFollowers()], [2]);
});

test('learners: another configuration is pending → whoever has a vote in either is a voter', () => {
  const rig = new LearnerRig(true);
  const joining = rig.connect(5);
  const observer = rig.connect(6, { isObserver: true });
  assert.equal(joining.isVoter, false);
  rig.configs.see(ensembleOf([1, 5, 6], [], 9));
  rig.learners.markVoters(rig.configs);
  assert.equal(joining.isVoter, true);
  assert.equal(observer.isVoter, false);
});

test('learners: the role ends → every link is closed with the reason', () => {
  const rig = new LearnerRig();
  const { link } = rig.connect(2);
  rig.learners.end('stopping');
  assert.deepEqual([link.isClosing, link.closeDetail], [true, 'stopping']);
  assert.deepEqual([...rig.learners], []);
});
