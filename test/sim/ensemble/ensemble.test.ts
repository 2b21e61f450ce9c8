import assert from 'node:assert/strict';
import { test } from 'node:test';
import { counterOf } from '../../../src/base/zxid.ts';
import {
  awaitServing,
  awaitThat,
  followerOf,
  leaderOf,
  quietConfig,
  startedEnsemble,
} from './ensemble-rig.ts';

test('ensemble: three servers without faults → one leads, two follow, a client writes', () => {
  const ensemble = startedEnsemble();
  const modes = [...ensemble.peers.values()].map(({ mode }) => mode).sort();
  assert.deepEqual(modes, ['follower', 'follower', 'leader']);
  const client = ensemble.addClient(followerOf(ensemble));
  client.calm();
  awaitThat(ensemble, () => client.isSettled);
  for (const ask of ensemble.workload.probe()) client.ask(ask);
  awaitThat(ensemble, () => client.isSettled);
  const last = ensemble.witness.lastCommitted;
  assert.ok(last > 0);
  awaitThat(ensemble, () =>
    [...ensemble.peers.values()].every(({ lastZxid }) => lastZxid === last),
  );
});

test('ensemble: the leader is cut off → another leads, and both come together again', () => {
  const ensemble = startedEnsemble();
  const old = leaderOf(ensemble);
  const others = [...ensemble.peers.keys()].filter((sid) => sid !== old.sid);
  ensemble.network.partition([[old.sid], others]);
  awaitThat(ensemble, () => ensemble.leader !== undefined && ensemble.leader !== old);
  ensemble.network.heal();
  awaitServing(ensemble);
  assert.equal(old.mode, 'follower');
});

test('ensemble: a server crashes and comes back → it follows again', () => {
  const ensemble = startedEnsemble();
  const follower = followerOf(ensemble);
  ensemble.crash(follower, 'powerLoss');
  assert.equal(follower.mode, null);
  follower.boot();
  awaitServing(ensemble);
  assert.equal(follower.life, 2);
});

test('ensemble: what cannot come → runUntil says so', () => {
  const ensemble = startedEnsemble();
  assert.equal(
    ensemble.runUntil(() => false, 1000),
    false,
  );
});

test('ensemble: the counter of an epoch is used up → the next epoch, and every write is answered', () => {
  const { server } = quietConfig();
  const requests = { ...server.requests, zxidCounterEnd: 5 };
  const ensemble = startedEnsemble({ config: { server: { ...server, requests } } });
  const client = ensemble.addClient(followerOf(ensemble));
  client.calm();
  awaitThat(ensemble, () => client.isSettled);
  const { last } = ensemble.epochs;
  for (let i = 0; i < 12; i++) {
    for (const ask of ensemble.workload.probe()) client.ask(ask);
    awaitThat(ensemble, () => client.isSettled);
  }
  assert.ok(ensemble.epochs.last >= last + 2);
  const counters = ensemble.witness.committed.map(({ zxid }) => counterOf(zxid));
  assert.ok(counters.length >= 10 && Math.max(...counters) === 4);
});
