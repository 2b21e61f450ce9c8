import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SaslError } from '../../../src/io/sasl/digest-md5.ts';
import { DigestMd5Client } from '../../../src/io/sasl/digest-md5-client.ts';
import { DigestMd5Server } from '../../../src/io/sasl/digest-md5-server.ts';

const NONCE = 'OA6MG9tEQGm2hh';
const passwords = new Map([
  ['bob', 'secret'],
  ['zoë', 'pä$$'],
  ['uni', '€'],
]);
const makeServer = () =>
  new DigestMd5Server({
    ...{ service: 'zookeeper', serverName: 'zk-sasl-md5', makeNonce: () => NONCE },
    passwordOf: (username) => passwords.get(username) ?? null,
  });
const text = (token: Uint8Array | null) => Buffer.from(token ?? []).toString();
// Computed by openssl from the formulas of RFC 2831, section 2.1.2.1.
const GOOD: Readonly<Record<string, string>> = {
  username: '"bob"',
  realm: '"zk-sasl-md5"',
  nonce: `"${NONCE}"`,
  nc: '00000001',
  cnonce: '"OA6MHXh6VqTrRk"',
  'digest-uri': '"zookeeper/zk-sasl-md5"',
  response: '96a125c56dc925bebf08db539dbced1e',
  qop: 'auth',
};
const encode = (directives: Readonly<Record<string, string>>) =>
  Buffer.from(
    Object.entries(directives)
      .map(([name, value]) => `${name}=${value}`)
      .join(','),
  );
const respond = (changes: Readonly<Record<string, string>>) => {
  const server = makeServer();
  server.next(Buffer.alloc(0));
  return server.next(encode({ ...GOOD, ...changes }));
};

test('DIGEST-MD5 server: an exchange → the challenge, the proof, and who it is', () => {
  const server = makeServer();
  const challenge = server.next(Buffer.alloc(0));
  const wanted = `realm="zk-sasl-md5",nonce="${NONCE}",charset=utf-8,algorithm=md5-sess`;
  assert.deepEqual({ ...challenge, token: text(challenge.token) }, { token: wanted, user: null });
  const answer = server.next(encode(GOOD));
  assert.equal(text(answer.token), 'rspauth=0d9aedacca5153e40ff87d8200c7f433');
  assert.deepEqual(answer.user, { username: 'bob', authzid: 'bob' });
});

test('DIGEST-MD5 server: what Java takes, too → taken', () => {
  for (const changes of [
    { 'digest-uri': '"zookeeper/zk-sasl-md5"', foo: 'bar' },
    { qop: '"auth"' },
    { charset: 'utf-8', maxbuf: '65536' },
  ]) {
    assert.equal(respond(changes).user?.username, 'bob', JSON.stringify(changes));
  }
});

test('DIGEST-MD5 server: anything that is not as it should be → refused', () => {
  for (const changes of [
    { response: '00000000000000000000000000000000' },
    { response: 'é' },
    { response: (GOOD['response'] ?? '').toUpperCase() },
    { username: '"nobody"' },
    { username: '""' },
    { realm: '""' },
    { realm: '"other"' },
    { nonce: '"other"' },
    { nc: '00000002' },
    { cnonce: '""' },
    { 'digest-uri': '"zookeeper/other"' },
    { qop: 'auth-int' },
    { authzid: '"super"' },
    { padding: 'x'.repeat(4096) },
  ]) {
    assert.throws(() => respond(changes), SaslError, JSON.stringify(changes));
  }
  assert.throws(() => {
    const server = makeServer();
    server.next(Buffer.alloc(0));
    server.next(Buffer.of(0xff, 0, 1, 2));
  }, SaslError);
});

test('DIGEST-MD5 server: a token when the exchange is over, well or not → refused', () => {
  const server = makeServer();
  server.next(Buffer.alloc(0));
  server.next(encode(GOOD));
  assert.throws(() => server.next(Buffer.alloc(0)), /over/);
  const failed = makeServer();
  failed.next(Buffer.alloc(0));
  assert.throws(() => failed.next(encode({ ...GOOD, response: '0' })), SaslError);
  assert.throws(() => failed.next(encode(GOOD)), /over/);
});

test('DIGEST-MD5 server: our client, names and passwords of all letters → they agree', () => {
  for (const [username, password] of passwords) {
    const client = new DigestMd5Client({ username, password, digestUri: 'zookeeper/zk-sasl-md5' });
    const server = makeServer();
    const challenge = server.next(client.start()).token;
    const answer = server.next(client.next(challenge) ?? Buffer.alloc(0));
    assert.equal(answer.user?.username, username);
    assert.equal(client.next(answer.token), null);
  }
});

test('DIGEST-MD5 server: two exchanges → two nonces', () => {
  const options = { service: 's', serverName: 'n', passwordOf: () => null };
  const [one, other] = [1, 2].map(() => text(new DigestMd5Server(options).next(Buffer.of()).token));
  assert.notEqual(one, other);
});
