import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ClientCall } from '../../../src/client/calls/client-call.ts';
import { getData } from '../../../src/client/machine/operations.ts';

const facts = { operation: getData, args: null, watch: null, path: '/a' };

test('client call: no name of its own → the operation’s', () => {
  const call = new ClientCall(
    facts,
    () => {},
    () => {},
  );
  assert.equal(call.name, 'getData');
  assert.equal(call.phase, 'new');
});

test('client call: called by another name → that one, for errors', () => {
  const call = new ClientCall(
    { ...facts, name: 'getConfig' },
    () => {},
    () => {},
  );
  assert.equal(call.name, 'getConfig');
});
