import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SaslProvider } from '../../../src/server/auth/sasl-provider.ts';

test('sasl scheme: an auth packet → refused: there is a negotiation for that', () => {
  assert.equal(new SaslProvider(null).authenticate(), null);
});

test('sasl scheme: who falls under an id → its user, super, and anybody under the one name', () => {
  const provider = new SaslProvider('anybody');
  assert.ok(provider.matches('bob', 'bob'));
  assert.ok(!provider.matches('bob', 'alice'));
  assert.ok(provider.matches('super', 'alice'));
  assert.ok(provider.matches('bob', 'anybody'));
  assert.ok(!new SaslProvider(null).matches('bob', 'anybody'));
});

test('sasl scheme: ids of access lists → plain names and principals, as Java judges them', () => {
  const provider = new SaslProvider(null);
  for (const id of ['', 'bob', 'a/b/c', 'bob@R', 'zk/host@R', '@', 'zoë']) {
    assert.ok(provider.isValid(id), id);
  }
  for (const id of ['a@b@c', 'a/b/c@R', 'a@b/c']) assert.ok(!provider.isValid(id), id);
});
