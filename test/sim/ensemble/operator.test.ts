import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Prng } from '../../../src/base/prng.ts';
import type { Ensemble } from '../../../src/sim/ensemble/ensemble.ts';
import { Operator } from '../../../src/sim/ensemble/operator.ts';
import type { SimPeer } from '../../../src/sim/ensemble/sim-peer.ts';
import {
  awaitServing,
  awaitThat,
  followerOf,
  newEnsemble,
  quietConfig,
  startedEnsemble,
} from './ensemble-rig.ts';

function operatorOf(ensemble: Ensemble, booted: number[] = []): Operator {
  return new Operator({
    world: ensemble,
    prng: new Prng(5),
    crash: (peer, kind) => ensemble.crash(peer, kind),
    isChaos: () => true,
    onBoot: ({ sid }) => booted.push(sid),
  });
}

function withHistory(ensemble: Ensemble): void {
  const client = ensemble.addClient();
  client.calm();
  awaitThat(ensemble, () => client.isSettled);
  for (let i = 0; i < 20; i++) {
    for (const ask of ensemble.workload.probe()) client.ask(ask);
    awaitThat(ensemble, () => client.isSettled);
  }
  const last = ensemble.witness.lastCommitted;
  awaitThat(ensemble, () => [...ensemble.peers.values()].every((peer) => peer.lastZxid === last));
}

/** Until the server refuses to start with it. */
function rotUntilRefused(peer: SimPeer): void {
  for (let seed = 1; ; seed++) {
    assert.notEqual(peer.disk.rot(new Prng(seed)), null);
    if (!peer.boot()) return;
    peer.stop('kill');
  }
}

test('operator: a server that is down is started → it serves, and whoever wants to know is told', () => {
  const ensemble = newEnsemble();
  const booted: number[] = [];
  const operator = operatorOf(ensemble, booted);
  for (const peer of ensemble.peers.values()) operator.boot(peer);
  awaitServing(ensemble);
  assert.deepEqual(booted, [1, 2, 3]);
  operator.crash(followerOf(ensemble), 'kill', 1000);
  awaitServing(ensemble);
  assert.equal(booted.length, 4);
});

test('operator: files of a server are damaged, the others have it all → wiped, and synchronized', () => {
  const ensemble = startedEnsemble();
  withHistory(ensemble);
  const follower = followerOf(ensemble);
  ensemble.crash(follower, 'powerLoss');
  rotUntilRefused(follower);
  operatorOf(ensemble).boot(follower);
  assert.equal(ensemble.counts['repairs'], 1);
  awaitServing(ensemble);
  assert.equal(follower.lastZxid, ensemble.witness.lastCommitted);
});

test('operator: damaged, and another server is down → nothing is removed before that is back', () => {
  const ensemble = startedEnsemble();
  withHistory(ensemble);
  const [one, other] = [...ensemble.peers.values()].filter(({ mode }) => mode === 'follower');
  assert.ok(one && other);
  ensemble.crash(one, 'powerLoss');
  ensemble.crash(other, 'kill');
  rotUntilRefused(one);
  const operator = operatorOf(ensemble);
  operator.boot(one);
  ensemble.runUntil(() => false, 2_000_000);
  assert.equal(ensemble.counts['repairs'], undefined);
  operator.boot(other);
  awaitServing(ensemble);
  assert.equal(ensemble.counts['repairs'], 1);
});

test('operator: rot may come, and a disk that nothing hangs on → sometimes a file is damaged', () => {
  const { faults } = quietConfig();
  const ensemble = startedEnsemble({ config: { faults: { ...faults, rot: true } } });
  withHistory(ensemble);
  const operator = operatorOf(ensemble);
  for (let i = 0; i < 20 && ensemble.counts['rot'] === undefined; i++) {
    operator.crash(followerOf(ensemble), 'kill', 1000);
    awaitServing(ensemble);
  }
  assert.ok((ensemble.counts['rot'] ?? 0) > 0);
});
