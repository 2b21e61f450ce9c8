import assert from 'node:assert/strict';
import { test } from 'node:test';
import { awaitThat, followerOf, startedEnsemble } from './ensemble-rig.ts';

test('peer-disk: of a server that serves → epochs and history as they are on stable storage', () => {
  const ensemble = startedEnsemble();
  const { disk } = followerOf(ensemble);
  assert.deepEqual(disk.epochs, { accepted: 1, current: 1 });
  const client = ensemble.addClient();
  client.calm();
  awaitThat(ensemble, () => client.isSettled && disk.through > 0);
  assert.equal(disk.recoverStable()?.lastZxid, disk.through);
  assert.equal(disk.recoveredThrough(), disk.through);
  assert.equal(disk.highest.zxid, disk.through);
});
