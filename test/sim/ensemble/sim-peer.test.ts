import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Violated } from '../../../src/sim/violated.ts';
import { awaitThat, followerOf, leaderOf, startedEnsemble } from './ensemble-rig.ts';

test('sim-peer: paused for longer than syncLimit → others lead, and it learns of it late', () => {
  const ensemble = startedEnsemble();
  const old = leaderOf(ensemble);
  const { tickTimeMs, syncLimitTicks } = ensemble.config.zab;
  old.pause(tickTimeMs * syncLimitTicks * 4000);
  awaitThat(ensemble, () =>
    [...ensemble.peers.values()].some((p) => p !== old && p.mode === 'leader'),
  );
  assert.equal(old.mode, 'leader');
  old.wake();
  awaitThat(ensemble, () => old.mode === 'follower');
});

test('sim-peer: a clean stop → the process ends, and the disk is whole', () => {
  const ensemble = startedEnsemble();
  const follower = followerOf(ensemble);
  follower.shutdown();
  awaitThat(ensemble, () => !follower.isListening);
  assert.equal(follower.disk.recoverStable()?.lastZxid, follower.disk.through);
});

test('sim-peer: what it promised is not on its disk → D2 at the next boot', () => {
  const ensemble = startedEnsemble();
  const client = ensemble.addClient();
  client.calm();
  awaitThat(ensemble, () => client.isSettled);
  const follower = followerOf(ensemble);
  awaitThat(ensemble, () => follower.promisedZxid > 0);
  ensemble.crash(follower, 'kill');
  const promised = follower.promisedZxid;
  follower.wipe();
  follower.promisedZxid = promised;
  assert.throws(() => follower.boot(), Violated);
});
