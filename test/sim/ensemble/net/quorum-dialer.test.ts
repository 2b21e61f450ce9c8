import assert from 'node:assert/strict';
import { test } from 'node:test';
import { awaitServing, awaitThat, followerOf, startedEnsemble } from '../ensemble-rig.ts';

test('quorum-dialer: a follower dials its leader → one connection, known to both', () => {
  const ensemble = startedEnsemble();
  const { leader } = ensemble;
  const follower = followerOf(ensemble);
  const [stream] = follower.links.streams;
  assert.deepEqual(stream?.sids, [follower.sid, leader?.sid]);
  assert.ok(leader?.links.streams.includes(stream as NonNullable<typeof stream>));
});

test('quorum-dialer: dials are refused → the follower comes later', () => {
  const ensemble = startedEnsemble();
  const follower = followerOf(ensemble);
  ensemble.dialer.refusalRate = 1;
  for (const stream of follower.links.streams) stream.cut();
  awaitThat(ensemble, () => follower.mode === null);
  assert.equal(
    ensemble.runUntil(() => follower.mode !== null, 3_000_000),
    false,
  );
  ensemble.dialer.refusalRate = 0;
  awaitServing(ensemble);
});
