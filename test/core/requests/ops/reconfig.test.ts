import assert from 'node:assert/strict';
import { test } from 'node:test';
import { errorOf, startServer } from '../../../scenario/asks.ts';

const ASK = {
  kind: 'reconfig',
  joiningServers: null,
  leavingServers: '1',
  newMembers: null,
  curConfigId: -1,
} as const;

test('reconfig: it is not enabled → ReconfigDisabled', () => {
  assert.equal(errorOf(startServer({ reconfigEnabled: false }).call('a', ASK)), 'ReconfigDisabled');
});

test('reconfig: a standalone server → Unimplemented', () => {
  assert.equal(errorOf(startServer({ reconfigEnabled: true }).call('a', ASK)), 'Unimplemented');
});
