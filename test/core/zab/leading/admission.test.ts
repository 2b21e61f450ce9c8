import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Admission } from '../../../../src/core/zab/leading/admission.ts';
import { EpochDiscovery } from '../../../../src/core/zab/leading/epoch-discovery.ts';
import { QuorumPacketDecoder } from '../../../../src/protocol/quorum-packet-decoder.ts';
import { learnerInfo, packetBytes } from '../scripted-peers.ts';
import { ToyHistory } from '../toy-history.ts';
import { LearnerRig } from './learner-rig.ts';

function admission() {
  const rig = new LearnerRig();
  const { configs, learners } = rig;
  const history = new ToyHistory([], { accepted: 1, current: 1 });
  const discovery = new EpochDiscovery(configs, history);
  const admitting = new Admission({ myid: 1, configs, learners, discovery, host: rig });
  return { rig, discovery, admission: admitting };
}

function packet(...info: Parameters<typeof learnerInfo>): QuorumPacketDecoder {
  const decoder = new QuorumPacketDecoder(10_000);
  decoder.push(packetBytes(learnerInfo(...info)));
  assert.ok(decoder.next());
  return decoder;
}

test('admission: FOLLOWERINFO of a voter → known, with its epoch', () => {
  const { rig, admission: admitting } = admission();
  const learner = rig.connect(-1, { phase: 'connected' });
  assert.equal(admitting.admit(learner, packet(2, 4), 0), true);
  const { sid, isFollower, isVoter, acceptedEpoch, phase } = learner;
  assert.deepEqual(
    { sid, isFollower, isVoter, acceptedEpoch, phase },
    { sid: 2, isFollower: true, isVoter: true, acceptedEpoch: 4, phase: 'discovery' },
  );
});

test('admission: an observer, and a follower that is no member → admitted without a vote', () => {
  const { rig, admission: admitting } = admission();
  for (const [sid, isObserver] of [
    [4, true],
    [9, false],
  ] as const) {
    const learner = rig.connect(-1, { phase: 'connected' });
    assert.equal(admitting.admit(learner, packet(sid, 1, isObserver), 0), true);
    assert.equal(learner.isVoter, false);
  }
});

test('admission: it says who it is a second time → closed', () => {
  const { rig, admission: admitting } = admission();
  const learner = rig.connect(2, { phase: 'discovery' });
  assert.equal(admitting.admit(learner, packet(2, 1), 0), false);
  assert.equal(learner.link.closeReason, 'packet out of phase');
});

test("admission: it has the leader's own id → closed, and told", () => {
  const { rig, admission: admitting } = admission();
  const learner = rig.connect(-1, { phase: 'connected' });
  assert.equal(admitting.admit(learner, packet(1, 1), 0), false);
  assert.equal(learner.link.closeReason, 'duplicate myid');
  assert.deepEqual(rig.notes, ['another server has the same myid']);
});

test('admission: a later epoch than that of the living connection → closed; of a dead one, admitted', () => {
  const { rig, discovery, admission: admitting } = admission();
  discovery.epoch = 2;
  rig.connect(2, { nowMs: 100 });
  const learner = rig.connect(-1, { phase: 'connected', nowMs: 100 });
  assert.equal(admitting.admit(learner, packet(2, 3), 100), false);
  assert.match(learner.link.closeReason ?? '', /contradicts/);
  const later = rig.connect(-1, { phase: 'connected', nowMs: 200 });
  assert.equal(admitting.admit(later, packet(2, 3), 101), true);
});

test('admission: the former connection is dead and of the same address → nothing is told', () => {
  const { rig, admission: admitting } = admission();
  const former = rig.connect(2, { nowMs: 100 });
  const learner = rig.connect(2, { phase: 'discovery', nowMs: 200 });
  assert.deepEqual(admitting.formerOf(learner, 101), [former]);
  assert.deepEqual(rig.notes, []);
  assert.deepEqual(admitting.formerOf(learner, 100), [former]);
  assert.deepEqual(rig.notes, ['two servers may have the same myid']);
});

test('admission: the former connection comes from elsewhere → told', () => {
  const { rig, admission: admitting } = admission();
  rig.connect(2, { nowMs: 100 });
  const learner = rig.connect(2, { phase: 'discovery', nowMs: 200, address: '10.9.9.9' });
  admitting.formerOf(learner, 101);
  assert.deepEqual(rig.notes, ['two servers may have the same myid']);
});

test('admission: addresses are looked at → a member from elsewhere is closed, a stranger is not', () => {
  const { rig, admission: admitting } = admission();
  const at = (sids: readonly number[]) => rig.connect(-1, { phase: 'connected', sids });
  const elsewhere = at([3]);
  assert.equal(admitting.admit(elsewhere, packet(2, 1), 0), false);
  assert.match(elsewhere.link.closeReason ?? '', /not its own/);
  assert.equal(admitting.admit(at([2, 3]), packet(2, 1), 0), true);
  assert.equal(admitting.admit(at([]), packet(9, 1), 0), true);
});
