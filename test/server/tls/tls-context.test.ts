/** Certificates that change under a running server. */
import assert from 'node:assert/strict';
import { copyFileSync, renameSync, writeFileSync } from 'node:fs';
import { connect as connectTcp } from 'node:net';
import { after, type TestContext, test } from 'node:test';
import { TcpListener } from '../../../src/io/net/tcp-listener.ts';
import { ConfigError } from '../../../src/server/config/config-error.ts';
import { makeLogger } from '../../../src/server/logging/logger.ts';
import { TlsContext } from '../../../src/server/tls/tls-context.ts';
import { makeDataDir } from '../../process/server-process.ts';
import { opensslMissing, TestAuthority } from './test-certificates.ts';
import { tlsSettingsOf } from './tls-settings.ts';

const skip = opensslMissing === '' ? false : opensslMissing;
const authority = skip ? null : new TestAuthority(makeDataDir({ after }));
authority?.issue('one');
authority?.issue('two');

interface Watched {
  readonly context: TlsContext;
  readonly keyStore: string;
  /** Resolves with the next such line of the log. */
  next(pattern: RegExp): Promise<void>;
  /** Whom a connection dialled by the context meets at a port of the same. */
  subjects(): Promise<string>;
}

async function watchFiles(t: TestContext, more: Record<string, string> = {}): Promise<Watched> {
  assert.ok(authority);
  const keyStore = `${makeDataDir(t)}/own.pem`;
  copyFileSync(authority.path('one.pem'), keyStore);
  let look: (line: string) => void = () => {};
  const settings = tlsSettingsOf({
    'keyStore.location': keyStore,
    'trustStore.location': authority.trust,
    ...more,
  });
  const logger = makeLogger('info', (_, message, facts) => {
    look(`${message} ${JSON.stringify(facts ?? {})}`);
  });
  const context = await TlsContext.load({ settings, prefix: 'ssl.', logger });
  t.after(() => context.close());
  context.watch();
  const options = { handshakeTimeoutMs: 30_000, handshakesMax: 10, isUnified: false };
  const acceptor = context.createAcceptor(options);
  const listener = new TcpListener(
    { port: 0, address: '127.0.0.1', backlog: -1, keepAlive: false },
    {
      onConnection: (tcp) =>
        acceptor.accept(tcp, {
          onAccepted: (secured) => secured.start({ onBytes() {}, onDrain() {}, onClose() {} }),
          onFailed() {},
          onGone() {},
        }),
      onError: (error) => assert.fail(error),
    },
  );
  await listener.listen();
  t.after(() => listener.close());
  return {
    context,
    keyStore,
    next: (pattern) =>
      new Promise((resolve) => {
        look = (line) => {
          if (pattern.test(line)) resolve();
        };
      }),
    subjects: () =>
      new Promise((resolve, reject) => {
        const tcp = connectTcp({ port: listener.port, host: '127.0.0.1' }, () => {
          const socket = context.dial(tcp, 'localhost');
          socket.on('error', reject);
          socket.once('secureConnect', () => {
            resolve(socket.getPeerX509Certificate()?.subject ?? '');
            socket.destroy();
          });
        });
      }),
  };
}

test('reload: the file is replaced → who comes later meets the new certificate', {
  skip,
}, async (t) => {
  assert.ok(authority);
  const { keyStore, next, subjects } = await watchFiles(t);
  assert.equal(await subjects(), 'CN=one');
  copyFileSync(authority.path('two.pem'), `${keyStore}.new`);
  const loaded = next(/loaded again/);
  renameSync(`${keyStore}.new`, keyStore);
  await loaded;
  assert.equal(await subjects(), 'CN=two');
});

test('reload: the new file is none → the former certificate stays, and the log says why', {
  skip,
}, async (t) => {
  assert.ok(authority);
  const { keyStore, next, subjects } = await watchFiles(t);
  const refused = next(/cannot be used: the former ones stay .*own\.pem: there are no keys/);
  writeFileSync(keyStore, 'nonsense');
  await refused;
  assert.equal(await subjects(), 'CN=one');
  const loaded = next(/loaded again/);
  copyFileSync(authority.path('two.pem'), keyStore);
  await loaded;
  assert.equal(await subjects(), 'CN=two');
});

test('dialled: a server whose authority is in the own key store and is not trusted → not connected', {
  skip,
}, async (t) => {
  assert.ok(authority);
  const other = new TestAuthority(makeDataDir(t), 'other');
  const { subjects } = await watchFiles(t, {
    'keyStore.location': authority.exportPkcs12('one', 'secret', authority.trust),
    'keyStore.password': 'secret',
    'trustStore.location': other.trust,
  });
  await assert.rejects(subjects(), { code: 'SELF_SIGNED_CERT_IN_CHAIN' });
});

test('dialled: NODE_TLS_REJECT_UNAUTHORIZED=0 → who is not trusted is not connected all the same', {
  skip,
}, async (t) => {
  const { trust } = new TestAuthority(makeDataDir(t), 'other');
  const { subjects } = await watchFiles(t, { 'trustStore.location': trust });
  const key = 'NODE_TLS_REJECT_UNAUTHORIZED';
  process.env[key] = '0';
  t.after(() => {
    delete process.env[key];
  });
  await assert.rejects(subjects(), { code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' });
});

test('host names: the certificate is for another host → not connected, unless nobody looks', {
  skip,
}, async (t) => {
  assert.ok(authority);
  authority.issue('elsewhere', { names: 'DNS:elsewhere.example' });
  const location = { 'keyStore.location': authority.path('elsewhere.pem') };
  const { subjects } = await watchFiles(t, location);
  await assert.rejects(subjects(), { code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
  const careless = await watchFiles(t, { ...location, hostnameVerification: 'false' });
  assert.equal(await careless.subjects(), 'CN=elsewhere');
});

test('context: a store that cannot be used → ConfigError', { skip }, async () => {
  const settings = tlsSettingsOf({ 'keyStore.location': '/none.pem' });
  const logger = makeLogger('off', () => {});
  await assert.rejects(TlsContext.load({ settings, prefix: 'ssl.', logger }), ConfigError);
});
