import assert from 'node:assert/strict';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { readPkcs12 } from '../../../src/server/tls/pkcs12.ts';
import { makeDataDir } from '../../process/server-process.ts';
import { opensslMissing, TestAuthority } from './test-certificates.ts';

const skip = opensslMissing === '' ? false : opensslMissing;
const authority = skip ? null : new TestAuthority(makeDataDir({ after }));

function written(words = ''): Buffer {
  assert.ok(authority);
  const common = 'pkcs12 -export -inkey own.key -in own.crt -certfile ca.pem -passout pass:sécret';
  authority.openssl([...`${common} -out own.p12 ${words}`.trim().split(' ')]);
  return readFileSync(authority.path('own.p12'));
}

test('pkcs12: as openssl writes it, with other ciphers and digests, or open → key and all certificates', {
  skip,
}, () => {
  assert.ok(authority);
  authority.issue('own');
  for (const words of [
    '',
    '-keypbe AES-128-CBC -certpbe AES-192-CBC -macalg sha512',
    '-keypbe NONE -certpbe NONE -nomac',
  ]) {
    const parts = readPkcs12(written(words), 'sécret');
    assert.ok(parts);
    const certificates = parts.certificates.map((pem) => new X509Certificate(pem));
    assert.deepEqual(
      certificates.map(({ subject }) => subject),
      ['CN=own', 'CN=ca'],
    );
    assert.equal(parts.keys.length, 1);
    assert.ok(certificates[0]?.checkPrivateKey(createPrivateKey(parts.keys[0] ?? '')));
  }
});

test('pkcs12: an older encryption, another password, cut off or none → not read', { skip }, () => {
  assert.ok(authority);
  authority.issue('own');
  const bytes = written();
  assert.equal(readPkcs12(written('-certpbe PBE-SHA1-3DES'), 'sécret'), null);
  assert.equal(readPkcs12(bytes, ''), null);
  for (const length of [0, 1, 2, 100, bytes.length - 1]) {
    assert.equal(readPkcs12(bytes.subarray(0, length), 'sécret'), null);
  }
  assert.equal(readPkcs12(Buffer.from([0x30, 0x80, 0, 0]), ''), null);
});
