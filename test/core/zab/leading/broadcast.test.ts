import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeZxid } from '../../../../src/base/zxid.ts';
import { Broadcast } from '../../../../src/core/zab/leading/broadcast.ts';
import { LeadershipCheck } from '../../../../src/core/zab/leading/leadership-check.ts';
import type { EnsembleConfig } from '../../../../src/core/zab/members/ensemble-config.ts';
import { ensembleOf } from '../members/ensemble-of.ts';
import { entryOf, ToyHistory } from '../toy-history.ts';
import { LearnerRig, takeSent } from './learner-rig.ts';

const z = (counter: number) => makeZxid(2, counter);

function begun({ isDynamic = false, syncQuorum = false } = {}) {
  const rig = new LearnerRig(isDynamic);
  const { configs, learners } = rig;
  const committed: number[] = [];
  const handedOver: number[] = [];
  const ping = () => {};
  const check = syncQuorum ? new LeadershipCheck({ myid: 1, configs, ping }) : null;
  const events: string[] = [];
  const broadcast = new Broadcast({
    myid: 1,
    configs,
    history: new ToyHistory([makeZxid(1, 1)], { accepted: 2, current: 2 }),
    learners,
    check,
    host: {
      commit: (through) => {
        committed.push(through);
        events.push(`commit ${through}`);
      },
      onSyncAnswered: () => events.push('sync'),
      seeConfig: (config: EnsembleConfig) => void configs.see(config),
      activateConfig: (config: EnsembleConfig) => void configs.activate(config),
      handOver: (designated) => handedOver.push(designated),
    },
  });
  broadcast.begin(2);
  return { rig, broadcast, check, committed, events, handedOver };
}

test('broadcast: a quorum has acknowledged → committed in order, once', () => {
  const { rig, broadcast, committed } = begun();
  const follower = rig.connect(2);
  for (const counter of [1, 2, 3]) broadcast.propose(entryOf(z(counter)), null);
  broadcast.ack(1, z(3));
  broadcast.commitReady();
  assert.deepEqual(committed, []);
  broadcast.ack(2, z(2));
  broadcast.commitReady();
  broadcast.commitReady();
  assert.deepEqual(committed, [z(2)]);
  assert.deepEqual(
    takeSent(follower).slice(-2),
    [1, 2].map((counter) => `COMMIT ${z(counter)}`),
  );
  assert.deepEqual(broadcast.outstanding, [entryOf(z(3))]);
});

test('broadcast: whose acks are forgotten → does not count', () => {
  const { broadcast, committed } = begun();
  broadcast.propose(entryOf(z(1)), null);
  broadcast.ack(2, z(1));
  broadcast.ack(3, z(1));
  broadcast.forgetAcks(3);
  broadcast.commitReady();
  assert.deepEqual(committed, []);
});

test('broadcast: a sync with nothing outstanding → answered at once, else behind the commit', () => {
  const { rig, broadcast } = begun();
  const learner = rig.connect(2);
  broadcast.sync(learner);
  assert.deepEqual(takeSent(learner), ['SYNC 0']);
  broadcast.propose(entryOf(z(1)), null);
  broadcast.sync(learner);
  assert.equal(broadcast.pendingSyncCount, 1);
  for (const sid of [1, 2]) broadcast.ack(sid, z(1));
  broadcast.commitReady();
  assert.deepEqual(takeSent(learner), [`PROPOSAL ${z(1)}`, `COMMIT ${z(1)}`, 'SYNC 0']);
});

test('broadcast: a reconfiguration that this server leaves → handed over, nothing follows it', () => {
  const { rig, broadcast, committed, handedOver } = begun({ isDynamic: true });
  const follower = rig.connect(2);
  broadcast.propose(entryOf(z(1)), ensembleOf([2, 3], [], z(1)));
  broadcast.propose(entryOf(z(2)), null);
  follower.lastAcked = z(2);
  for (const sid of [1, 2, 3]) broadcast.ack(sid, z(2));
  broadcast.commitReady();
  assert.deepEqual([committed, handedOver], [[z(1)], [2]]);
  broadcast.ack(3, z(2));
  broadcast.commitReady();
  assert.deepEqual(committed, [z(1)]);
});

test('broadcast: an entry out of order → it is a bug', () => {
  const { broadcast } = begun();
  assert.throws(() => broadcast.propose(entryOf(z(2)), null), /in order/);
});

test('broadcast: the sizes of proposals → last, smallest and largest', () => {
  const { broadcast } = begun();
  assert.deepEqual(broadcast.proposalSizes, { last: -1, min: -1, max: -1 });
  for (const [i, bytes] of [20, 10, 15].entries()) {
    broadcast.propose({ zxid: z(i + 1), payload: new Uint8Array(bytes) }, null);
  }
  assert.deepEqual(broadcast.proposalSizes, { last: 15, min: 10, max: 20 });
});

test('broadcast: an own sync that is not confirmed → between what was asked before and after', () => {
  const { broadcast, check, events } = begun({ syncQuorum: true });
  for (const counter of [1, 2, 3]) {
    broadcast.propose(entryOf(z(counter)), null);
    if (counter === 2) broadcast.syncOwn(z(2));
  }
  for (const sid of [1, 2]) broadcast.ack(sid, z(2));
  broadcast.commitReady();
  assert.deepEqual(events, [`commit ${z(2)}`]);
  for (const sid of [1, 2]) broadcast.ack(sid, z(3));
  broadcast.commitReady();
  assert.deepEqual(events.slice(1), [`commit ${z(2)}`, 'sync', `commit ${z(3)}`]);
  broadcast.syncOwn(-1);
  for (const round of [1, 2]) check?.onAnswer(2, round);
  broadcast.answerSyncs();
  assert.equal(events.at(-1), 'sync');
});

test('broadcast: an unconfirmed sync and then a reconfiguration → the answer comes before that', () => {
  const { rig, broadcast } = begun({ isDynamic: true, syncQuorum: true });
  const observer = rig.connect(4, { isObserver: true });
  broadcast.sync(observer);
  assert.deepEqual(takeSent(observer), []);
  broadcast.propose(entryOf(z(1)), ensembleOf([1, 2, 3], [], z(1)));
  for (const sid of [1, 2]) broadcast.ack(sid, z(1));
  broadcast.commitReady();
  assert.deepEqual(takeSent(observer), ['SYNC 0', `INFORMANDACTIVATE ${z(1)}`]);
});

test('broadcast: a sync after the end, or one that is confirmed then → never answered', () => {
  const { rig, broadcast, check } = begun({ syncQuorum: true });
  const learner = rig.connect(4, { isObserver: true });
  broadcast.sync(learner);
  broadcast.end();
  check?.onAnswer(2, 1);
  broadcast.answerSyncs();
  broadcast.sync(rig.connect(2));
  assert.deepEqual(takeSent(learner), []);
});
