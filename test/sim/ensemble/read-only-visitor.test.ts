import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Prng } from '../../../src/base/prng.ts';
import type { EnsembleHooks } from '../../../src/sim/ensemble/ensemble-hooks.ts';
import { readOnlyMutants } from '../../../src/sim/ensemble/mutants/read-only-mutants.ts';
import { ReadOnlyVisitor } from '../../../src/sim/ensemble/read-only-visitor.ts';
import { awaitThat, followerOf, quietConfig, startedEnsemble } from './ensemble-rig.ts';

/** A follower is cut off, and serves read-only clients for a while. */
function visited(hooks: EnsembleHooks = {}) {
  const { server } = quietConfig();
  const requests = { ...server.requests, localSessionsEnabled: true };
  const config = { readOnlyModeEnabled: true, server: { ...server, requests } };
  const ensemble = startedEnsemble({ config, hooks });
  const client = ensemble.addClient(followerOf(ensemble));
  client.calm();
  awaitThat(ensemble, () => client.isSettled);
  for (const ask of ensemble.workload.probe()) client.ask(ask);
  awaitThat(ensemble, () => client.isSettled);
  let isOn = true;
  const visitor = new ReadOnlyVisitor({ world: ensemble, isOn: () => isOn });
  const alone = followerOf(ensemble);
  const others = [...ensemble.peers.keys()].filter((sid) => sid !== alone.sid);
  ensemble.network.partition([[alone.sid], others]);
  awaitThat(ensemble, () => alone.mode === 'read-only');
  awaitThat(ensemble, () => (ensemble.counts['read-only sessions'] ?? 0) > 5);
  ensemble.network.heal();
  awaitThat(ensemble, () => (ensemble.counts['read-only sessions moved'] ?? 0) > 2);
  isOn = false;
  return { visitor, ensemble };
}

test('read-only-visitor: a server that is cut off → sessions of its own, in no log, and over with it', () => {
  const { visitor, ensemble } = visited();
  visitor.check();
  assert.ok((ensemble.counts['read-only visits'] ?? 0) > 5);
});

test('read-only-visitor: writes that are acknowledged → R1', () => {
  const mutant = readOnlyMutants.find(({ name }) => name === 'read-only-acks-writes');
  assert.ok(mutant);
  assert.throws(() => visited(mutant.hooks(new Prng(1))), /R1|bytes wanted/);
});
