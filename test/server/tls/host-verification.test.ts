import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { checkClientHost } from '../../../src/server/tls/host-verification.ts';
import { makeDataDir } from '../../process/server-process.ts';
import { opensslMissing, TestAuthority } from './test-certificates.ts';

test('host names: of who connects → its address, or a known name that leads to it, and no other', async (t) => {
  if (opensslMissing !== '') return t.skip(opensslMissing);
  const authority = new TestAuthority(makeDataDir({ after }));
  authority.issue('named', { names: 'DNS:localhost,DNS:elsewhere.invalid,IP:192.0.2.1' });
  const certificate = new X509Certificate(readFileSync(authority.path('named.crt')));
  const check = (address: string, hosts: readonly string[]) =>
    checkClientHost(certificate, address, { allowReverseDnsLookup: false, hosts });
  assert.equal(await check('192.0.2.1', []), null);
  assert.equal(await check('127.0.0.1', ['other', 'localhost']), null);
  const refusals = [
    // The certificate has the name, but nobody is known by it.
    await check('127.0.0.1', []),
    // The name leads elsewhere, or nowhere.
    await check('192.0.2.2', ['localhost', 'elsewhere.invalid']),
  ];
  assert.match(refusals[0] ?? '', /192\.0\.2\.1\) is not for 127\.0\.0\.1$/);
  assert.match(refusals[1] ?? '', /is not for 192\.0\.2\.2$/);
});
