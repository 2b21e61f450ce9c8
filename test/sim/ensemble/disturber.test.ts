import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Disturber } from '../../../src/sim/ensemble/disturber.ts';
import { quietConfig, startedEnsemble, withUncommitted } from './ensemble-rig.ts';

function disturbed(seed: number) {
  const { faults } = quietConfig();
  const crashed: string[] = [];
  const config = { seed, calmUsMax: 50_000, faults: { ...faults, kill: true, partitions: true } };
  const ensemble = startedEnsemble({ config });
  const disturber = new Disturber(ensemble, {
    crash: (peer, kind) => crashed.push(`${peer.sid} ${kind}`),
    askSyncs: (peer) => ensemble.askSyncs(peer),
  });
  disturber.begin();
  const endUs = ensemble.clock.nowUs + 2_000_000;
  while (ensemble.clock.nowUs < endUs && ensemble.step()) disturber.checkAmbushes();
  return { ensemble, disturber, crashed };
}

test('disturber: kills and partitions are allowed → both, and nothing else', () => {
  const { ensemble, crashed } = disturbed(3);
  assert.ok(crashed.length > 0 && crashed.every((each) => each.endsWith('kill')));
  assert.ok((ensemble.counts['partitions'] ?? 0) > 0);
  assert.equal(ensemble.counts['clogs'], undefined);
});

test('disturber: calm → the network is whole, and nothing more happens', () => {
  const { ensemble, disturber, crashed } = disturbed(4);
  disturber.calm();
  assert.equal(ensemble.network.isWhole, true);
  const before = crashed.length;
  ensemble.runUntil(() => false, 2_000_000);
  assert.equal(crashed.length, before);
});

test('disturber: servers vote with what is not committed → some snapshots have it, others nothing', () => {
  const { ensemble, old } = withUncommitted();
  const disturber = new Disturber(ensemble, { crash: () => {}, askSyncs: () => {} });
  const vote = (peer = old) => {
    disturber.onVoting(peer);
    ensemble.runUntil(() => false, 10);
    return ensemble.counts['uncommitted snapshots'] ?? 0;
  };
  for (let i = 0; i < 20; i++) vote();
  const count = vote();
  assert.ok(count > 2 && count < 19, `${count} of 21`);
  const newest = `snapshot.${old.lastZxid.toString(16)}`;
  const names = () => old.disk.sim.list('snapshot').map((name) => name.replace(/\.gz$/, ''));
  assert.ok(ensemble.runUntil(() => names().includes(newest), 1_000_000));
  const [other] = [...ensemble.peers.values()].filter((peer) => peer !== old);
  assert.equal(vote(other), count);
});
