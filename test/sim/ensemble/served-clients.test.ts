import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Violated } from '../../../src/sim/violated.ts';
import { awaitThat, followerOf, startedEnsemble } from './ensemble-rig.ts';

test('served-clients: a session at a follower → recorded with the state that it was given in', () => {
  const ensemble = startedEnsemble();
  const follower = followerOf(ensemble);
  const client = ensemble.addClient(follower);
  client.calm();
  awaitThat(ensemble, () => client.isSettled);
  const [connection] = ensemble.history.connections;
  assert.equal(connection?.server, follower.sid);
  assert.equal(connection?.sessionId, client.sessionId);
  assert.ok((connection?.connectedZxid ?? 0) > 0);
  ensemble.crash(follower, 'kill');
  assert.notEqual(connection?.closedAt, null);
});

test('served-clients: a reply that shows what is not committed → P15', () => {
  const raised = (frame: Uint8Array) => {
    const changed = frame.slice();
    if (frame.length >= 16) changed[11] = 0x7f;
    return changed;
  };
  const ensemble = startedEnsemble({ hooks: { frames: (frames) => frames.map(raised) } });
  const client = ensemble.addClient(followerOf(ensemble));
  client.calm();
  assert.throws(() => {
    awaitThat(ensemble, () => client.isSettled);
    for (const ask of ensemble.workload.probe()) client.ask(ask);
    awaitThat(ensemble, () => client.isSettled);
  }, Violated);
});
