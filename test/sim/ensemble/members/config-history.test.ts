import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Txn } from '../../../../src/core/requests/txn.ts';
import { OpCode } from '../../../../src/protocol/op-code.ts';
import { encodeConfigText } from '../../../../src/protocol/records/quorum.ts';
import { ConfigHistory } from '../../../../src/sim/ensemble/members/config-history.ts';
import { ensembleOf } from '../../../core/zab/members/ensemble-of.ts';

const FIRST = ensembleOf([1, 2, 3]);
const OTHER: Txn = { type: OpCode.error, body: { err: -101 } };

function reconfigTo(voters: readonly number[], version: number): Txn {
  const data = encodeConfigText(ensembleOf(voters, [], version).configText);
  return { type: OpCode.reconfig, body: { path: '/zookeeper/config', data, version: -1 } };
}

function historyOf(committed: Set<number>): ConfigHistory {
  return new ConfigHistory(FIRST, (zxid) => zxid === 0 || committed.has(zxid));
}

function votersOf(configs: readonly { readonly voters: ReadonlySet<number> }[]): string {
  return configs.map(({ voters }) => [...voters].sort().join()).join(' ');
}

test('config-history: a reconfiguration is pending → both count, until it is committed', () => {
  const committed = new Set<number>();
  const configs = historyOf(committed);
  const before = configs.next(configs.first, 1, OTHER);
  assert.equal(votersOf(configs.quorumsFor(before)), '1,2,3');
  const pending = configs.next(before, 2, reconfigTo([1, 4], 2));
  const behind = configs.next(pending, 3, OTHER);
  for (const each of [pending, behind]) {
    assert.equal(votersOf(configs.quorumsFor(each)), '1,4 1,2,3');
  }
  assert.equal(votersOf(configs.quorumsOfLeader(behind)), '1,4 1,2,3');
  committed.add(2);
  assert.equal(votersOf(configs.quorumsOfLeader(behind)), '1,4');
  assert.equal(votersOf(configs.quorumsFor(configs.next(behind, 4, OTHER))), '1,4');
  assert.equal(votersOf(configs.quorumsFor(behind)), '1,4 1,2,3');
});

test('config-history: a second one while one is pending, or one of another version → P20', () => {
  const configs = historyOf(new Set());
  const pending = configs.next(configs.first, 2, reconfigTo([1, 4], 2));
  assert.throws(() => configs.next(pending, 3, reconfigTo([1, 5], 3)), /P20/);
  assert.throws(() => configs.next(configs.first, 3, reconfigTo([1, 5], 7)), /P20/);
});

test('config-history: an election completes one whose entry is lost → it counts from there on', () => {
  const configs = historyOf(new Set());
  configs.next(configs.first, 2, reconfigTo([1, 4], 2));
  const lost = configs.proposed(2);
  assert.ok(lost);
  configs.establish(lost);
  assert.equal(votersOf(configs.quorumsOfLeader(configs.first)), '1,4');
  assert.equal(votersOf(configs.quorumsFor(configs.next(configs.first, 3, OTHER))), '1,4');
  assert.equal(votersOf(configs.laterThan(0)), '1,4');
});
