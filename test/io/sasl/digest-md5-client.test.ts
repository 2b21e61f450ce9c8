import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DigestMd5Client } from '../../../src/io/sasl/digest-md5-client.ts';

const CHALLENGE =
  'realm="zk-sasl-md5",nonce="OA6MG9tEQGm2hh",charset=utf-8,algorithm=md5-sess,qop="auth"';
const digestUri = 'zookeeper/zk-sasl-md5';
const bob = { username: 'bob', password: 'secret', digestUri };
const make = () => new DigestMd5Client({ ...bob, makeCnonce: () => 'OA6MHXh6VqTrRk' });
const say = (exchange: DigestMd5Client, words: string) => {
  const token = exchange.next(Buffer.from(words));
  return token === null ? null : Buffer.from(token).toString();
};

test('DIGEST-MD5: the server speaks first → an empty first token', () => {
  assert.equal(make().start().length, 0);
});

test('DIGEST-MD5: challenge → a response over both nonces, then the server’s proof is checked', () => {
  const exchange = make();
  exchange.start();
  const response = say(exchange, CHALLENGE) ?? '';
  for (const part of [
    ...['username="bob"', 'realm="zk-sasl-md5"', 'nonce="OA6MG9tEQGm2hh"', 'nc=00000001'],
    ...['cnonce="OA6MHXh6VqTrRk"', 'digest-uri="zookeeper/zk-sasl-md5"', 'qop=auth'],
  ]) {
    assert.ok(response.includes(part), `${part} in ${response}`);
  }
  // Computed by openssl from the formulas of RFC 2831, section 2.1.2.1.
  assert.match(response, /response=96a125c56dc925bebf08db539dbced1e,/);
  assert.equal(say(exchange, 'rspauth=0d9aedacca5153e40ff87d8200c7f433'), null);
});

test('DIGEST-MD5: wrong proof, or none → refused', () => {
  for (const proof of ['rspauth=00000000000000000000000000000000', '', 'nonsense']) {
    const exchange = make();
    exchange.start();
    say(exchange, CHALLENGE);
    assert.throws(() => say(exchange, proof), /did not prove/);
  }
});

test('DIGEST-MD5: no challenge, as from a server without SASL → refused', () => {
  const exchange = make();
  exchange.start();
  assert.throws(() => say(exchange, ''), /no DIGEST-MD5 challenge/);
});

test('DIGEST-MD5: quotes in a name → escaped', () => {
  const exchange = new DigestMd5Client({ username: 'a"b\\c', password: '', digestUri });
  exchange.start();
  assert.match(say(exchange, CHALLENGE) ?? '', /username="a\\"b\\\\c",/);
});

test('DIGEST-MD5: started again → a new exchange, with another nonce of its own', () => {
  const exchange = new DigestMd5Client({ ...bob });
  const cnonces = [1, 2].map(() => {
    exchange.start();
    return /cnonce="([^"]+)"/.exec(say(exchange, CHALLENGE) ?? '')?.[1];
  });
  assert.notEqual(cnonces[0], cnonces[1]);
});
