/** Which ids are valid was observed on Java 3.9.5 with create and an ACL of this id. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { IpProvider } from '../../../src/server/auth/ip-provider.ts';

const VALID = [
  ...['1.2.3.4', '1.2.3.4/8', '1.2.3.4/0', '1.2.3.4/32', '1.2.3.4/08', '1.2.3.4/+8'],
  ...['01.2.3.4', '010.2.3.4', '+1.2.3.4', '::1', '::1/128', '::1/0', '0:0:0:0:0:0:0:1', '::'],
  ...['1:2:3:4:5:6:7::', '::2:3:4:5:6:7:8', 'ABCD::EF01', '0001::', '1:2:3:4:5:6:7:8/64'],
];
const INVALID = [
  ...['1.2.3', '1.2.3.4/', '1.2.3.4/33', '1.2.3.4/-1', '1.2.3.4/8/9', '256.1.1.1', '1.2.3.4.'],
  ...['.1.2.3', '1.2.3.4 ', '', '/8', '1::/129', '::ffff:1.2.3.4', 'fe80::1%eth0', '1::2::3'],
  ...['1:2:3:4:5:6:7', '1:2:3:4:5:6:7:8:9', '1:2:3:4::5:6:7:8', '12345::', 'g::', ':1', '1:'],
  ...[':::', '::1/', '00001::'],
];

test('ip: ids of access lists → valid exactly where Java takes them', () => {
  const provider = new IpProvider();
  for (const id of VALID) assert.equal(provider.isValid(id), true, id);
  for (const id of INVALID) assert.equal(provider.isValid(id), false, id);
});

test('ip: an address and a prefix → matched bit by bit within one family', () => {
  const provider = new IpProvider();
  for (const [id, aclId, isMatch] of [
    ['10.1.2.3', '10.1.2.3', true],
    ['10.1.2.4', '10.1.2.3', false],
    ['10.1.2.4', '10.0.0.0/8', true],
    ['11.1.2.4', '10.0.0.0/8', false],
    ['10.1.2.4', '10.1.2.5/31', true],
    ['10.1.2.6', '10.1.2.5/31', false],
    ['10.1.2.4', '0.0.0.0/0', true],
    ['8.2.3.4', '010.2.3.4', false],
    ['10.2.3.4', '010.2.3.4', true],
    ['::1', '0:0:0:0:0:0:0:1', true],
    ['2001:db8::1', '2001:DB8::/32', true],
    ['2001:db9::1', '2001:DB8::/32', false],
    ['::1', '0.0.0.0/0', false],
    ['10.1.2.4', '::/0', false],
    ['10.1.2.4', 'nonsense', false],
    ['', '0.0.0.0/0', false],
  ] as const) {
    assert.equal(provider.matches(id, aclId), isMatch, `${id} in ${aclId}`);
  }
});

test('ip: more ids than are remembered → still right', () => {
  const provider = new IpProvider();
  for (let at = 0; at < 3000; at++) provider.isValid(`10.0.${at >> 8}.${at & 255}`);
  assert.equal(provider.matches('10.0.0.1', '10.0.0.1'), true);
  assert.equal(provider.matches('10.0.0.1', '10.0.0.2'), false);
});

test('ip: an auth packet → the address of the connection, which proves nobody', () => {
  const provider = new IpProvider();
  const connection = { remoteAddress: '10.1.2.3' };
  assert.deepEqual(provider.authenticate(new Uint8Array(3), connection), [
    { scheme: 'ip', id: '10.1.2.3' },
  ]);
  assert.equal(provider.isAuthenticated, false);
  assert.equal(provider.userName('10.1.2.3'), '10.1.2.3');
});
