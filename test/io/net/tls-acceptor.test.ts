/** The handshake by itself; what clients meet at a server is tested with the server. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect as connectPlain, type Socket } from 'node:net';
import { after, type TestContext, test } from 'node:test';
import { connect } from 'node:tls';
import type { TcpConnection } from '../../../src/io/net/tcp-connection.ts';
import { TcpListener } from '../../../src/io/net/tcp-listener.ts';
import { TlsAcceptor, type TlsAcceptorOptions } from '../../../src/io/net/tls-acceptor.ts';
import { makeDataDir } from '../../process/server-process.ts';
import { opensslMissing, TestAuthority } from '../../server/tls/test-certificates.ts';

const skip = opensslMissing === '' ? false : opensslMissing;
const authority = skip ? null : new TestAuthority(makeDataDir({ after }));
authority?.issue('one');

function ownFiles() {
  assert.ok(authority);
  const read = (path: string) => readFileSync(path);
  const own = { key: read(authority.path('one.key')), cert: read(authority.path('one.crt')) };
  return { ...own, ca: read(authority.trust) };
}

type Outcome = TcpConnection | string;

async function listen(t: TestContext, options: Partial<TlsAcceptorOptions> = {}) {
  const acceptor = new TlsAcceptor({
    tls: { ...ownFiles(), requestCert: true, rejectUnauthorized: true },
    handshakeTimeoutMs: 30_000,
    handshakesMax: 10,
    plainAfterMs: null,
    ...options,
  });
  const outcomes: Outcome[] = [];
  const waiting: ((outcome: Outcome) => void)[] = [];
  const onOutcome = (outcome: Outcome) => {
    const next = waiting.shift();
    if (next === undefined) outcomes.push(outcome);
    else next(outcome);
  };
  const listener = new TcpListener(
    { port: 0, address: '127.0.0.1', backlog: -1, keepAlive: false },
    {
      onConnection: (tcp) =>
        acceptor.accept(tcp, {
          onAccepted(accepted) {
            const echo = (bytes: Uint8Array) => void accepted.write(bytes.slice());
            accepted.start({ onBytes: echo, onDrain() {}, onClose() {} });
            t.after(() => accepted.destroy());
            onOutcome(accepted);
          },
          onFailed: onOutcome,
          onGone: () => onOutcome('gone'),
        }),
      onError: (error) => assert.fail(error),
    },
  );
  await listener.listen();
  t.after(() => {
    listener.close();
    acceptor.close();
  });
  const next = () =>
    new Promise<Outcome>((resolve) => {
      const outcome = outcomes.shift();
      if (outcome === undefined) waiting.push(resolve);
      else resolve(outcome);
    });
  return { acceptor, next, to: { port: listener.port, host: '127.0.0.1' } };
}

async function echoed(socket: Socket, text: string): Promise<void> {
  socket.write(text);
  const [bytes] = await once(socket, 'data');
  assert.equal(String(bytes), text);
  socket.destroy();
}

test('acceptor: TLS with a certificate → accepted, and the connection knows it', {
  skip,
}, async (t) => {
  const { next, to, acceptor } = await listen(t);
  const socket = connect({ ...to, ...ownFiles() });
  const accepted = await next();
  assert.ok(typeof accepted === 'object');
  assert.equal(accepted.peerCertificate?.subject, 'CN=one');
  assert.equal(accepted.address, '127.0.0.1');
  assert.equal(accepted.port, socket.localPort);
  assert.equal(acceptor.handshakeCount, 0);
  await echoed(socket, 'hello');
});

test('acceptor: the verifier has an objection → refused with it', { skip }, async (t) => {
  const { next, to } = await listen(t, {
    verify: async (certificate, address) => `${certificate.subject} at ${address}`,
  });
  const socket = connect({ ...to, ...ownFiles() });
  socket.on('error', () => {});
  assert.equal(await next(), 'CN=one at 127.0.0.1');
});

test('acceptor: more handshakes at a time than may be → refused, until there is room', {
  skip,
}, async (t) => {
  const { next, to, acceptor } = await listen(t, { handshakesMax: 1 });
  const stalled = connectPlain(to);
  await once(stalled, 'connect');
  while (acceptor.handshakeCount === 0) await new Promise((resolve) => setImmediate(resolve));
  const second = connectPlain(to);
  second.on('error', () => {});
  assert.equal(await next(), 'too many TLS handshakes at a time');
  assert.equal(acceptor.exceededCount, 1);
  stalled.destroy();
  assert.equal(await next(), 'ECONNRESET');
  const third = connect({ ...to, ...ownFiles() });
  assert.ok(typeof (await next()) === 'object');
  third.destroy();
});

test('acceptor: the oldest gives way → who comes is taken all the same', { skip }, async (t) => {
  const { next, to, acceptor } = await listen(t, { handshakesMax: 1, isOldestDropped: true });
  const stalled = connectPlain(to);
  stalled.on('error', () => {});
  await once(stalled, 'connect');
  while (acceptor.handshakeCount === 0) await new Promise((resolve) => setImmediate(resolve));
  const second = connect({ ...to, ...ownFiles() });
  assert.equal(await next(), 'too many TLS handshakes at a time');
  assert.ok(typeof (await next()) === 'object');
  await echoed(second, 'in');
});

test('acceptor: plain welcome, and too many without a word → the oldest gives way', {
  skip,
}, async (t) => {
  const { next, to } = await listen(t, { handshakesMax: 1, plainAfterMs: 30_000 });
  const silent = connectPlain(to);
  await once(silent, 'connect');
  const second = connectPlain(to);
  assert.equal(await next(), 'too many connections without a word');
  const heard = echoed(second, 'a word');
  assert.ok(typeof (await next()) === 'object');
  await heard;
  silent.destroy();
});

test('acceptor: a handshake that stalls → cut off when its time is over', { skip }, async (t) => {
  const { next, to } = await listen(t, { handshakeTimeoutMs: 50 });
  connectPlain(to).on('error', () => {});
  assert.equal(await next(), 'ERR_TLS_HANDSHAKE_TIMEOUT');
});

test('acceptor: plain welcome → the first byte tells; who goes without a word has not failed', {
  skip,
}, async (t) => {
  const { next, to } = await listen(t, { plainAfterMs: 30_000 });
  const secured = connect({ ...to, ...ownFiles() });
  const first = await next();
  assert.ok(typeof first === 'object' && first.peerCertificate !== undefined);
  await echoed(secured, 'secret');
  const plain = connectPlain(to);
  const heard = echoed(plain, 'plain');
  const second = await next();
  assert.ok(typeof second === 'object' && second.peerCertificate === undefined);
  await heard;
  connectPlain(to).once('connect', function (this: Socket) {
    this.end();
  });
  assert.equal(await next(), 'gone');
});

test('acceptor: renewed → who comes later sees the new certificate', { skip }, async (t) => {
  assert.ok(authority);
  const { next, to, acceptor } = await listen(t);
  authority.issue('two');
  const read = (name: string) => readFileSync(authority.path(name));
  const before = connect({ ...to, ...ownFiles() });
  await next();
  acceptor.renew({ ...ownFiles(), key: read('two.key'), cert: read('two.crt') });
  const later = connect({ ...to, ...ownFiles() });
  await next();
  assert.equal(later.getPeerX509Certificate()?.subject, 'CN=two');
  await echoed(before, 'still here');
  later.destroy();
});
