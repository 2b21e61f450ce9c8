import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseConnectString, SRV_PORT } from '../../src/client/connect-string.ts';
import { isZooKeeperError } from '../../src/client/zookeeper-error.ts';

const GOOD: Record<string, { hosts: [string, number][]; chroot: string }> = {
  localhost: { hosts: [['localhost', 2181]], chroot: '' },
  'a:1, b:2 ,c': {
    hosts: [
      ['a', 1],
      ['b', 2],
      ['c', 2181],
    ],
    chroot: '',
  },
  'a:1,': { hosts: [['a', 1]], chroot: '' },
  'a:1/app/x': { hosts: [['a', 1]], chroot: '/app/x' },
  'a:1/': { hosts: [['a', 1]], chroot: '' },
  '[::1]:2182,[fe80::1%eth0]/app': {
    hosts: [
      ['::1', 2182],
      ['fe80::1%eth0', 2181],
    ],
    chroot: '/app',
  },
  'srv:_zookeeper._tcp.example.com/app': {
    hosts: [['_zookeeper._tcp.example.com', SRV_PORT]],
    chroot: '/app',
  },
};

for (const [text, { hosts, chroot }] of Object.entries(GOOD)) {
  test(`connect string: ${text} → ${JSON.stringify(hosts)} ${chroot}`, () => {
    const wanted = hosts.map(([host, port]) => ({ host, port }));
    assert.deepEqual(parseConnectString(text), { hosts: wanted, chroot });
  });
}

const BAD: Record<string, RegExp> = {
  '': /names no server/,
  ' , ': /names no server/,
  '/app': /names no server/,
  'a:0': /"a:0" is no host:port/,
  'a:65536': /"a:65536" is no host:port/,
  'a:x': /"a:x" is no host:port/,
  'a b:1': /"a b:1" is no host:port/,
  '::1': /an IPv6 address stands in brackets/,
  '[::1': /is no host:port/,
  'a:1/app/': /chroot: Path must not end with/,
  'a:1//app': /chroot: empty node name/,
  'srv:': /one name follows srv:/,
  'srv:a,b': /one name follows srv:/,
};

for (const [text, message] of Object.entries(BAD)) {
  test(`connect string: ${JSON.stringify(text)} → BadArguments, ${message.source}`, () => {
    assert.throws(
      () => parseConnectString(text),
      (error) => isZooKeeperError(error, 'BadArguments') && message.test(error.message),
    );
  });
}

test('connect string: not a string → BadArguments that says what it is', () => {
  assert.throws(() => parseConnectString(undefined), /a connect string is a string, not undefined/);
  assert.throws(() => parseConnectString(['a']), /not an object of Array/);
});
