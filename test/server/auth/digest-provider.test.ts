/** Vectors observed on Java 3.8.0 and 3.9.5 with auth packets, getACL and create. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DigestProvider } from '../../../src/server/auth/digest-provider.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const sha1 = { algorithm: 'sha1', superDigest: null };

test('digest: user and password → the id that Java gives', () => {
  const provider = new DigestProvider(sha1);
  for (const [data, id] of [
    ['', ':2jmj7l5rSw0yVb/vlWAYkK/YBwk='],
    ['user', 'user:Et6pb+wgWTVmq3VpLJlJWWgzrck='],
    [':x', ':57b19mLA2vMhI/edHul/TytWqWE='],
    ['u:p:q', 'u:VIgTKUjc2iscZoJn2UUrdGNNgW4='],
  ] as const) {
    assert.deepEqual(provider.authenticate(bytes(data)), [{ scheme: 'digest', id }], data);
  }
});

test('digest: the super digest → super as well, and only for the right password', () => {
  const superDigest = 'super:D/InIHSb7yEEbrWz8b9l71RjZJU=';
  const provider = new DigestProvider({ algorithm: 'sha1', superDigest });
  assert.deepEqual(provider.authenticate(bytes('super:test')), [
    { scheme: 'super', id: '' },
    { scheme: 'digest', id: superDigest },
  ]);
  const schemes = provider.authenticate(bytes('super:wrong')).map(({ scheme }) => scheme);
  assert.deepEqual(schemes, ['digest']);
});

test('digest: another algorithm → another hash of the same text', () => {
  const provider = new DigestProvider({ algorithm: 'sha256', superDigest: null });
  assert.deepEqual(provider.authenticate(bytes('user:pass')), [
    { scheme: 'digest', id: 'user:70yRTFkWmLJo2zxkFj6v2nIJpjDyNuvw7r8EVGDfcjo=' },
  ]);
});

test('digest: ids of access lists → valid exactly where Java takes them', () => {
  const provider = new DigestProvider(sha1);
  for (const id of ['a:b', ':a', 'a:b:', 'a:b::', ':a:'])
    assert.equal(provider.isValid(id), true, id);
  for (const id of ['a:', ':', '', 'a', 'a::b', 'a:b:c', '::', '::a']) {
    assert.equal(provider.isValid(id), false, id);
  }
});

test('digest: matching and user names → the whole id, and what stands before the colon', () => {
  const provider = new DigestProvider(sha1);
  assert.equal(provider.isAuthenticated, true);
  assert.equal(provider.matches('u:h', 'u:h'), true);
  assert.equal(provider.matches('u:h', 'u:H'), false);
  assert.equal(provider.userName('u:h'), 'u');
  assert.equal(provider.userName('u'), 'u');
});
