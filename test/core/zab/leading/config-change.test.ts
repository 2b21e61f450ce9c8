import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConfigChange } from '../../../../src/core/zab/leading/config-change.ts';
import { EnsembleConfig } from '../../../../src/core/zab/members/ensemble-config.ts';
import { ensembleOf, serverOf } from '../members/ensemble-of.ts';
import { LearnerRig } from './learner-rig.ts';

function change() {
  const rig = new LearnerRig(true);
  const { configs, learners } = rig;
  const host = {
    seeConfig: (config: EnsembleConfig) => void configs.see(config),
    activateConfig: (config: EnsembleConfig) => void configs.activate(config),
  };
  return { rig, configs, change: new ConfigChange({ myid: 1, configs, learners, host }) };
}

test('config-change: begun → seen, due when its entry is, and complete it alone counts', () => {
  const { configs, change: changing } = change();
  const config = ensembleOf([1, 2], [], 10);
  changing.begin({ zxid: 10, config });
  assert.equal(configs.isPending, true);
  assert.equal(changing.dueBy(9), null);
  assert.equal(changing.dueBy(10)?.config, config);
  changing.complete(12, 0);
  assert.equal(changing.dueBy(10), null);
  assert.equal(configs.current, config);
  assert.equal(configs.isPending, false);
});

test('config-change: a second while one is pending → it is a bug', () => {
  const { change: changing } = change();
  changing.begin({ zxid: 10, config: ensembleOf([1, 2], [], 10) });
  const second = { zxid: 11, config: ensembleOf([1, 3], [], 11) };
  assert.throws(() => changing.begin(second), /one reconfiguration at a time/);
});

test('config-change: the leader stays where it is → it leads on', () => {
  const { rig, change: changing } = change();
  rig.connect(2).lastAcked = 10;
  const config = ensembleOf([1, 2, 5], [], 10);
  assert.equal(changing.designatedLeader({ zxid: 10, config }), 1);
});

test('config-change: the leader leaves or moves → the voter that has acknowledged most leads', () => {
  const { rig, change: changing } = change();
  rig.connect(2).lastAcked = 10;
  rig.connect(3).lastAcked = 11;
  rig.connect(4, { isObserver: true }).lastAcked = 12;
  const without = ensembleOf([2, 3, 4], [], 10);
  assert.equal(changing.designatedLeader({ zxid: 10, config: without }), 3);
  const addresses = [{ host: '10.0.0.9', quorumPort: 2888, electionPort: 3888 }];
  const servers = [
    { ...serverOf(1, 'participant'), addresses },
    serverOf(2, 'participant'),
    serverOf(3, 'observer'),
  ];
  const moved = new EnsembleConfig({ version: 10, servers });
  assert.equal(changing.designatedLeader({ zxid: 10, config: moved }), 2);
  assert.equal(changing.designatedLeader({ zxid: 11, config: moved }), 1);
});

test('config-change: servers that left are needed for too long → stuck, until it is committed', () => {
  const { change: changing } = change();
  changing.begin({ zxid: 10, config: ensembleOf([1, 2], [], 10) });
  changing.complete(12, 1000);
  assert.equal(changing.isStuck(11, 1000), false);
  assert.equal(changing.isStuck(11, 1001), true);
  assert.equal(changing.isStuck(12, 1001), false);
});
