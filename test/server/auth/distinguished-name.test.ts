/** What stands here was compared with `X500Principal` of Java 17. */
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { isDistinguishedName, subjectNameOf } from '../../../src/server/auth/distinguished-name.ts';
import { makeDataDir } from '../../process/server-process.ts';
import { opensslMissing, TestAuthority } from '../tls/test-certificates.ts';

/** As openssl takes a subject, and as Java writes it. */
const NAMES: readonly (readonly [string, string])[] = [
  ['/CN=a', 'CN=a'],
  [
    '/C=DE/ST=Bayern/L=M\\/nchen/O=Z, Inc./OU="quoted" <x>/CN=a',
    'CN=a,OU=\\"quoted\\" \\<x\\>,O=Z\\, Inc.,L=M/nchen,ST=Bayern,C=DE',
  ],
  ['/DC=org/DC=example/UID=bob/CN=bob', 'CN=bob,UID=bob,DC=example,DC=org'],
  [
    '/CN=bob/emailAddress=bob@example.org',
    '1.2.840.113549.1.9.1=#160f626f62406578616d706c652e6f7267,CN=bob',
  ],
  ['/O=x/CN= lead and trail ', 'CN=\\ lead and trail\\ ,O=x'],
  ['/O=x+OU=y/CN=#sharp', 'CN=\\#sharp,O=x+OU=y'],
  ['/CN=Jürgen €', 'CN=Jürgen €'],
  ['/serialNumber=12/title=t/street=here', 'STREET=here,2.5.4.12=#0c0174,2.5.4.5=#13023132'],
];

test('names: subjects of certificates → as Java writes them', async (t) => {
  if (opensslMissing !== '') return t.skip(opensslMissing);
  const authority = new TestAuthority(makeDataDir({ after }));
  for (const [subject, expected] of NAMES) {
    authority.issue('one', { subject });
    const { raw } = new X509Certificate(readFileSync(authority.path('one.crt')));
    assert.equal(subjectNameOf(raw), expected);
    for (let length = 0; length < 60; length++) {
      assert.equal(subjectNameOf(raw.subarray(0, length)), null);
    }
  }
});

test('names: in an access list → those that Java takes, and no others', () => {
  const good = ['', 'CN=a', 'CN=', 'cn=a,O=b', '1.2.3=#0c0161', 'OID.1.2.3=x', 'CN="a,b"'];
  for (const name of [...good, 'CN=a\\,b', 'CN=a+OU=b', 'CN=a;O=b', 'emailAddress=a@b', 'CN=a=b']) {
    assert.ok(isDistinguishedName(name), name);
  }
  const bad = [' ', 'a', 'CN=a,', 'XX=a', '1.2.3=#0', 'CN="a', 'CN=a\\', '=a', 'CN=a\\x', '1=x'];
  for (const name of bad) assert.ok(!isDistinguishedName(name), name);
});
