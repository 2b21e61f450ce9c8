import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AclList } from '../../../../src/protocol/records/acl.ts';
import {
  createAsk,
  errorOf,
  OPEN_ACL,
  replyOf,
  startServer,
  worldAcl,
} from '../../../scenario/asks.ts';

const setAcl = (path: string, acl: AclList = OPEN_ACL, version = -1) =>
  ({ kind: 'setAcl', path, acl, version }) as const;

const REFUSALS: readonly [string, ReturnType<typeof setAcl>, string][] = [
  ['a bad path, before the ACL', setAcl('/x/', [], 7), 'BadArguments'],
  ['an empty ACL, before the node', setAcl('/missing', [], 7), 'InvalidAcl'],
  ['a missing node', setAcl('/missing', OPEN_ACL, 7), 'NoNode'],
  ['no ADMIN, before the version', setAcl('/closed', OPEN_ACL, 7), 'NoAuth'],
  ['another version', setAcl('/x', OPEN_ACL, 7), 'BadVersion'],
];

test('setACL: what may not be → its error, in the order of the checks', () => {
  const run = startServer();
  run.call('a', createAsk('/x'));
  run.call('a', createAsk('/closed', { acl: worldAcl(1) }));
  for (const [name, ask, error] of REFUSALS) assert.equal(errorOf(run.call('a', ask)), error, name);
});

test('setACL: good → the next aversion, and no other figure changes', () => {
  const run = startServer();
  run.call('a', createAsk('/x'));
  const before = replyOf(run.call('a', { kind: 'exists', path: '/x', watch: false })).body.stat;
  const { stat } = replyOf(run.call('a', setAcl('/x', worldAcl(17), 0))).body;
  assert.deepEqual(stat, { ...before, aversion: 1 });
});

test('setACL: the same entry twice → once', () => {
  const run = startServer();
  run.call('a', createAsk('/x'));
  run.call('a', setAcl('/x', [...OPEN_ACL, ...OPEN_ACL]));
  assert.deepEqual(replyOf(run.call('a', { kind: 'getAcl', path: '/x' })).body.acl, OPEN_ACL);
});
