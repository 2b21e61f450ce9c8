import assert from 'node:assert/strict';
import { test } from 'node:test';
import { awaitServing, awaitThat, followerOf, leaderOf, startedEnsemble } from './ensemble-rig.ts';

test('peer-links: the process goes → the other end learns that its connection is gone', () => {
  const ensemble = startedEnsemble();
  const leader = leaderOf(ensemble);
  const follower = followerOf(ensemble);
  assert.equal(leader.links.streams.length, 2);
  ensemble.crash(follower, 'kill');
  assert.equal(follower.links.streams.length, 0);
  awaitThat(ensemble, () => leader.links.streams.length === 1);
  follower.boot();
  awaitServing(ensemble);
  assert.equal(leader.links.streams.length, 2);
});
