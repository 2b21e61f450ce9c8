import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EnsembleProvider } from '../../../src/server/auth/ensemble-provider.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

test('ensemble: one of the names, or none → taken; another one → refused', () => {
  const provider = new EnsembleProvider(['foo', 'bar']);
  assert.deepEqual(provider.authenticate(bytes('bar')), []);
  assert.deepEqual(provider.authenticate(bytes('')), []);
  assert.equal(provider.authenticate(bytes('baz')), null);
  assert.deepEqual(new EnsembleProvider([]).authenticate(bytes('baz')), []);
});

test('ensemble: in an access list → never valid, never matched', () => {
  const provider = new EnsembleProvider(['foo']);
  assert.equal(provider.isValid(), false);
  assert.equal(provider.matches(), false);
  assert.equal(provider.isAuthenticated, false);
  assert.equal(provider.userName('foo'), 'foo');
});
