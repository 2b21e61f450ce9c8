import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Prng } from '../../../../src/base/prng.ts';
import { OpCode } from '../../../../src/protocol/op-code.ts';
import { Administrator } from '../../../../src/sim/ensemble/members/administrator.ts';
import { Operator } from '../../../../src/sim/ensemble/operator.ts';
import { quietConfig, startedEnsemble } from '../ensemble-rig.ts';

test('administrator: for a while → members join and leave, and the witness follows', () => {
  const { server } = quietConfig();
  const requests = { ...server.requests, reconfigEnabled: true };
  const config = { server: { ...server, requests }, spares: [4, 5], calmUsMax: 500_000 };
  const ensemble = startedEnsemble({ config });
  const operator = new Operator({
    world: ensemble,
    prng: new Prng(1),
    crash: (peer, kind) => ensemble.crash(peer, kind),
    isChaos: () => false,
    onBoot: () => {},
  });
  let isOn = true;
  new Administrator({ world: ensemble, operator, isOn: () => isOn });
  ensemble.runUntil(() => false, 40_000_000);
  isOn = false;
  const { committed, members } = ensemble.witness;
  const done = committed.filter(({ txn }) => txn.type === OpCode.reconfig);
  assert.ok(done.length > 3, `${done.length} reconfigurations`);
  assert.equal(members.version, done.at(-1)?.zxid);
  const sizes = new Set(done.map(({ inForce }) => inForce.config.servers.size));
  assert.ok(sizes.size > 1);
  assert.ok((ensemble.counts['reconfigs asked'] ?? 0) > done.length);
});
