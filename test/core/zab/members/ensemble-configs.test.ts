import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ServerId } from '../../../../src/base/server-id.ts';
import { EnsembleConfigs } from '../../../../src/core/zab/members/ensemble-configs.ts';
import { ensembleOf } from './ensemble-of.ts';

function configsOf(voters: readonly ServerId[], isDynamic = true): EnsembleConfigs {
  return new EnsembleConfigs({ current: ensembleOf(voters), isDynamic, standaloneEnabled: true });
}

test('ensemble-configs: one is proposed → quorums of both are needed, servers of both known', () => {
  const configs = configsOf([1, 2, 3]);
  assert.ok(configs.see(ensembleOf([3, 4, 5], [], 7)));
  assert.equal(configs.see(ensembleOf([3, 4, 5], [], 7)), false);
  assert.ok(configs.isPending);
  assert.equal(configs.haveQuorums(new Set([1, 2])), false);
  assert.equal(configs.haveQuorums(new Set([4, 5])), false);
  assert.equal(configs.haveQuorums(new Set([1, 3, 4])), true);
  assert.deepEqual(
    [1, 5, 6].map((sid) => configs.isVoter(sid)),
    [true, true, false],
  );
  assert.equal(configs.server(5)?.id, 5);
});

test('ensemble-configs: it is committed → it alone counts, and what is older changes nothing', () => {
  const configs = configsOf([1, 2, 3]);
  configs.see(ensembleOf([3, 4, 5], [], 7));
  assert.equal(configs.activate(ensembleOf([3, 4, 5], [], 7))?.version, 0);
  assert.equal(configs.isPending, false);
  assert.equal(configs.activate(ensembleOf([1, 2], [], 6)), null);
  assert.equal(configs.haveQuorums(new Set([4, 5])), true);
});

test('ensemble-configs: a leader goes by an older one → the one that was lost is forgotten', () => {
  const configs = configsOf([1, 2, 3]);
  configs.see(ensembleOf([1], [], 7));
  assert.ok(configs.see(ensembleOf([1, 2, 3])));
  assert.equal(configs.isPending, false);
});

test('ensemble-configs: reconfig is disabled → nothing changes', () => {
  const configs = configsOf([1, 2, 3], false);
  assert.equal(configs.see(ensembleOf([1], [], 7)), false);
  assert.equal(configs.activate(ensembleOf([1], [], 7)), null);
  assert.deepEqual([configs.current.version, configs.lastSeen.version], [0, 0]);
});

test('ensemble-configs: started with one that was proposed before → it is pending again', () => {
  const parts = { current: ensembleOf([1, 2]), isDynamic: true, standaloneEnabled: true };
  assert.ok(new EnsembleConfigs({ ...parts, lastSeen: ensembleOf([1], [], 7) }).isPending);
  assert.equal(new EnsembleConfigs({ ...parts, lastSeen: null }).isPending, false);
});
