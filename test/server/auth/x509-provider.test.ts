import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { X509Provider } from '../../../src/server/auth/x509-provider.ts';
import { makeDataDir } from '../../process/server-process.ts';
import { opensslMissing, TestAuthority } from '../tls/test-certificates.ts';

test('x509: a certificate → the name in it, and super for the one that is configured', (t) => {
  if (opensslMissing !== '') return t.skip(opensslMissing);
  const authority = new TestAuthority(makeDataDir({ after }));
  authority.issue('one', { subject: '/O=x/CN=one' });
  authority.issue('none', { subject: '/' });
  const read = (name: string) => new X509Certificate(readFileSync(authority.path(`${name}.crt`)));
  const own = { scheme: 'x509', id: 'CN=one,O=x' };
  assert.deepEqual(new X509Provider(null).identify(read('one')), [own]);
  assert.deepEqual(new X509Provider('CN=one,O=x').identify(read('one')), [
    { scheme: 'super', id: 'CN=one,O=x' },
    own,
  ]);
  assert.equal(new X509Provider('').identify(read('none')), null);
});

test('x509: a packet that asks for it → what the handshake gave, or refused', () => {
  const provider = new X509Provider(null);
  const ip = { scheme: 'ip', id: '127.0.0.1' };
  const own = { scheme: 'x509', id: 'CN=a' };
  assert.deepEqual(provider.authenticate(new Uint8Array(0), { authIds: [ip, own] }), [own]);
  assert.equal(provider.authenticate(new Uint8Array(0), { authIds: [ip] }), null);
});

test('x509: an access list → the same name, or the super user', () => {
  const provider = new X509Provider('CN=root');
  assert.ok(provider.matches('CN=a', 'CN=a'));
  assert.ok(!provider.matches('CN=a', 'CN=A'));
  assert.ok(provider.matches('CN=root', 'CN=a'));
  assert.ok(provider.isValid('CN=a') && !provider.isValid('somebody'));
});
