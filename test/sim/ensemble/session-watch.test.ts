import assert from 'node:assert/strict';
import { test } from 'node:test';
import { awaitThat, followerOf, startedEnsemble } from './ensemble-rig.ts';

test('session-watch: a client of a follower falls silent → its end, and for how long it was silent', () => {
  const ensemble = startedEnsemble();
  const follower = followerOf(ensemble);
  const client = ensemble.addClient(follower);
  client.calm();
  awaitThat(ensemble, () => client.isSettled);
  const { sessionId } = client;
  client.isWild = true;
  // Its only server is gone, and so nobody hears of it.
  ensemble.crash(follower, 'kill');
  awaitThat(ensemble, () => ensemble.history.expiries.length > 0);
  const [expiry] = ensemble.history.expiries;
  assert.equal(expiry?.sessionId, sessionId);
  assert.ok((expiry?.silentUs ?? 0) >= (expiry?.timeoutMs ?? 0) * 1000);
});
