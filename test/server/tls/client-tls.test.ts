/** Clients that speak TLS, and some that do not, at a real server. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { connect as connectPlain, type Socket } from 'node:net';
import { after, type TestContext, test } from 'node:test';
import { type ConnectionOptions, connect } from 'node:tls';
import { CREATOR_ALL_ACL, isZooKeeperError, ZooKeeper } from '../../../src/client/index.ts';
import { StartupError, startServer } from '../../../src/server/index.ts';
import { makeLogger } from '../../../src/server/logging/logger.ts';
import { findFreePort } from '../../free-ports.ts';
import { makeDataDir } from '../../process/server-process.ts';
import { cleanUp, startEmbedded, temporaryDirectory } from '../embedded-server.ts';
import { opensslMissing, TestAuthority } from './test-certificates.ts';

const skip = opensslMissing === '' ? false : opensslMissing;
const authority = skip ? null : new TestAuthority(makeDataDir({ after }));
authority?.issue('server');
authority?.issue('client', { subject: '/O=Zooid/CN=client, the first' });
const stranger = skip ? null : new TestAuthority(makeDataDir({ after }), 'other');
stranger?.issue('client');

function files(from: TestAuthority | null, name: string) {
  assert.ok(from !== null && authority !== null);
  const read = (path: string) => readFileSync(path);
  const own = { key: read(from.path(`${name}.key`)), cert: read(from.path(`${name}.crt`)) };
  return { ca: read(authority.trust), ...own };
}

const LOG_TIMEOUT_MS = 30_000;

interface TlsServer {
  readonly plain: string;
  readonly secure: string;
  readonly lines: string[];
  /** Resolves when the log has such a line. */
  until(pattern: RegExp): Promise<string>;
}

async function start(t: TestContext, config: Record<string, string> = {}): Promise<TlsServer> {
  assert.ok(authority);
  const lines: string[] = [];
  const waiting = new Set<() => void>();
  const securePort = await findFreePort();
  const server = await startEmbedded(t, {
    config: {
      secureClientPort: securePort,
      secureClientPortAddress: '127.0.0.1',
      'ssl.keyStore.location': authority.path('server.pem'),
      'ssl.trustStore.location': authority.trust,
      '4lw.commands.whitelist': '*',
      ...config,
    },
    logger: makeLogger('info', (_, message, facts) => {
      lines.push(`${message} ${JSON.stringify(facts ?? {})}`);
      for (const look of waiting) look();
    }),
  });
  const until = (pattern: RegExp) =>
    new Promise<string>((resolve, reject) => {
      const late = () => reject(new Error(`${pattern} is not in:\n${lines.join('\n')}`));
      const timer = setTimeout(late, LOG_TIMEOUT_MS);
      const look = () => {
        const found = lines.find((line) => pattern.test(line));
        if (found === undefined) return;
        clearTimeout(timer);
        waiting.delete(look);
        resolve(found);
      };
      waiting.add(look);
      look();
    });
  return { plain: `127.0.0.1:${server.port}`, secure: `127.0.0.1:${securePort}`, lines, until };
}

const portOf = (address: string) => Number(address.split(':')[1]);

async function ask(socket: Socket, word: string): Promise<string> {
  socket.write(word);
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

/** The connection ends; with a reason or without. */
async function ended(options: ConnectionOptions): Promise<void> {
  const socket = connect({ host: '127.0.0.1', ...options });
  socket.resume();
  await closed(socket);
}

function closed(socket: Socket): Promise<void> {
  socket.on('error', () => {});
  return new Promise((resolve) => socket.once('close', () => resolve()));
}

test('client TLS: both ports → plain and TLS beside each other; who shows a certificate is known by it', {
  skip,
}, async (t) => {
  const { plain, secure } = await start(t);
  const zk = await ZooKeeper.connect(secure, { tls: files(authority, 'client') });
  cleanUp(t, () => zk.close());
  const ids = await zk.whoAmI();
  assert.deepEqual(ids, [
    { scheme: 'ip', id: '127.0.0.1' },
    { scheme: 'x509', id: 'CN=client\\, the first,O=Zooid' },
  ]);
  const data = new Uint8Array(900_000).fill(9);
  await zk.create('/mine', data, { acl: CREATOR_ALL_ACL });
  const read = await Promise.all(Array.from({ length: 20 }, () => zk.getData('/mine')));
  for (const each of read) assert.deepEqual(each.data, data);
  const other = await ZooKeeper.connect(plain);
  cleanUp(t, () => other.close());
  await assert.rejects(other.getData('/mine'), (error) => isZooKeeperError(error, 'NoAuth'));
  await zk.create('/shared', 'from TLS');
  assert.equal(Buffer.from((await other.getData('/shared')).data).toString(), 'from TLS');
});

test('client TLS: the super user by its name → may do everything', { skip }, async (t) => {
  const { plain, secure } = await start(t, {
    'X509AuthenticationProvider.superUser': 'CN=client\\, the first,O=Zooid',
  });
  const other = await ZooKeeper.connect(plain);
  cleanUp(t, () => other.close());
  await other.addAuth('digest', 'a:b');
  await other.create('/closed', 'x', {
    acl: [{ permissions: ['read', 'write'], scheme: 'auth', id: '' }],
  });
  const zk = await ZooKeeper.connect(secure, { tls: files(authority, 'client') });
  cleanUp(t, () => zk.close());
  assert.equal(Buffer.from((await zk.getData('/closed')).data).toString(), 'x');
  assert.ok((await zk.whoAmI()).some(({ scheme }) => scheme === 'super'));
});

test('client TLS: no certificate, another authority’s, an old version, plain bytes → refused, counted, and why', {
  skip,
}, async (t) => {
  const server = await start(t);
  const port = portOf(server.secure);
  const { ca, ...foreign } = files(stranger, 'client');
  await ended({ port, ca });
  await server.until(/TLS handshake failed .*PEER_DID_NOT_RETURN_A_CERTIFICATE/);
  await ended({ port, ca, ...foreign });
  await server.until(/TLS handshake failed .*(UNABLE_TO|SELF_SIGNED)/);
  await ended({
    port,
    ...files(authority, 'client'),
    minVersion: 'TLSv1.1',
    maxVersion: 'TLSv1.1',
    ciphers: 'ALL:@SECLEVEL=0',
  });
  await server.until(/TLS handshake failed .*(UNSUPPORTED_PROTOCOL|VERSION)/);
  const socket = connectPlain({ port, host: '127.0.0.1' });
  socket.write('ruok, are you?');
  socket.resume();
  await closed(socket);
  await server.until(/TLS handshake failed .*it does not speak TLS/);
  const monitor = connect({ host: '127.0.0.1', port, ...files(authority, 'client') });
  const text = await ask(monitor, 'mntr');
  assert.match(text, /^zk_unsuccessful_handshake\t4$/m);
  assert.match(text, /^zk_auth_failed_count\t4$/m);
  assert.match(text, /^zk_outstanding_tls_handshake\t0$/m);
  assert.match(text, /^zk_num_alive_connections\t1$/m);
});

test('client TLS: another authority in the PKCS12 key store → whom it has signed is refused all the same', {
  skip,
}, async (t) => {
  assert.ok(authority && stranger);
  const server = await start(t, {
    'ssl.keyStore.location': authority.exportPkcs12('server', 'secret', stranger.trust),
    'ssl.keyStore.password': 'secret',
  });
  const { ca, ...foreign } = files(stranger, 'client');
  await ended({ port: portOf(server.secure), ca, ...foreign });
  await server.until(/TLS handshake failed .*(UNABLE_TO|SELF_SIGNED)/);
  const zk = await ZooKeeper.connect(server.secure, { tls: files(authority, 'client') });
  cleanUp(t, () => zk.close());
  assert.equal((await zk.whoAmI()).length, 2);
});

test('client TLS: clientAuth=want → without a certificate a stranger, with a bad one refused', {
  skip,
}, async (t) => {
  const server = await start(t, { 'ssl.clientAuth': 'want' });
  const { ca, ...foreign } = files(stranger, 'client');
  const zk = await ZooKeeper.connect(server.secure, { tls: { ca } });
  cleanUp(t, () => zk.close());
  assert.deepEqual(await zk.whoAmI(), [{ scheme: 'ip', id: '127.0.0.1' }]);
  await assert.rejects(zk.addAuth('x509', ''), (error) => isZooKeeperError(error, 'AuthFailed'));
  await ended({ port: portOf(server.secure), ca, ...foreign });
  await server.until(/TLS handshake failed/);
});

test('client TLS: port unification → TLS and plain on one port, words in pieces, too', {
  skip,
}, async (t) => {
  const { plain } = await start(t, { 'client.portUnification': 'true' });
  const zk = await ZooKeeper.connect(plain, { tls: files(authority, 'client') });
  cleanUp(t, () => zk.close());
  await zk.create('/a', new Uint8Array(500_000));
  const other = await ZooKeeper.connect(plain);
  cleanUp(t, () => other.close());
  assert.equal((await other.getData('/a')).data.length, 500_000);
  const port = portOf(plain);
  const socket = connectPlain({ port, host: '127.0.0.1', noDelay: true });
  await once(socket, 'connect');
  socket.write('r');
  assert.equal(await ask(socket, 'uok'), 'imok');
  const secured = connect({ port, host: '127.0.0.1', ...files(authority, 'client') });
  assert.equal(await ask(secured, 'ruok'), 'imok');
  const silent = connectPlain({ port, host: '127.0.0.1' });
  silent.end().resume();
  await closed(silent);
  const text = await ask(connectPlain({ port, host: '127.0.0.1' }), 'mntr');
  assert.match(text, /^zk_unsuccessful_handshake\t0$/m);
});

test('client TLS: unification, and nobody says a word → counts as plain, until a session is due', {
  skip,
}, async (t) => {
  const { plain } = await start(t, {
    'client.portUnification': 'true',
    'ssl.handshakeDetectionTimeoutMillis': '1',
    'nio.sessionlessCnxnTimeout': '100',
  });
  const socket = connectPlain({ port: portOf(plain), host: '127.0.0.1' });
  socket.resume();
  await closed(socket);
});

test('client TLS: connections beyond maxClientCnxns → refused before the handshake; failed ones give room', {
  skip,
}, async (t) => {
  const server = await start(t, { maxClientCnxns: '2' });
  const port = portOf(server.secure);
  const { ca } = files(authority, 'client');
  for (let turn = 0; turn < 5; turn++) await ended({ port, ca });
  const one = await ZooKeeper.connect(server.secure, { tls: files(authority, 'client') });
  cleanUp(t, () => one.close());
  const two = await ZooKeeper.connect(server.secure, { tls: files(authority, 'client') });
  cleanUp(t, () => two.close());
  await ended({ port, ...files(authority, 'client') });
  await server.until(/connection refused .*127\.0\.0\.1/);
});

test('client TLS: ssl.crl with a list in the trust store → who is revoked is refused, others are not', {
  skip,
}, async (t) => {
  assert.ok(authority);
  authority.issue('gone');
  const trust = { 'ssl.crl': 'true', 'ssl.trustStore.location': authority.revoke('gone') };
  const server = await start(t, trust);
  await ended({ port: portOf(server.secure), ...files(authority, 'gone') });
  await server.until(/TLS handshake failed .*CERT_REVOKED/);
  const zk = await ZooKeeper.connect(server.secure, { tls: files(authority, 'client') });
  cleanUp(t, () => zk.close());
});

test('client TLS: clientHostnameVerification → a certificate for another address is refused', {
  skip,
}, async (t) => {
  assert.ok(authority);
  authority.issue('distant', { names: 'IP:192.0.2.9' });
  const server = await start(t, { 'ssl.clientHostnameVerification': 'true' });
  await ended({ port: portOf(server.secure), ...files(authority, 'distant') });
  await server.until(/TLS handshake failed .*192\.0\.2\.9\) is not for 127\.0\.0\.1/);
  const zk = await ZooKeeper.connect(server.secure, { tls: files(authority, 'client') });
  cleanUp(t, () => zk.close());
});

test('client TLS: a secure port alone → no other is opened, wherever clients were to come in', {
  skip,
}, async (t) => {
  assert.ok(authority);
  const dataDir = temporaryDirectory(t);
  const securePort = await findFreePort();
  const lines = [
    `dataDir=${dataDir}`,
    `secureClientPort=${securePort}`,
    'secureClientPortAddress=127.0.0.1',
    `ssl.keyStore.location=${authority.path('server.pem')}`,
    `ssl.trustStore.location=${authority.trust}`,
    'enforce.auth.enabled=true',
    'enforce.auth.schemes=x509',
  ];
  const configFile = `${dataDir}/zoo.cfg`;
  writeFileSync(configFile, lines.join('\n'));
  const server = await startServer({
    configFile,
    listenPorts: { client: 0, quorum: 0, election: 0 },
  });
  cleanUp(t, () => server.stop());
  assert.equal(server.ports.client, 0);
  const zk = await ZooKeeper.connect(`127.0.0.1:${securePort}`, {
    tls: files(authority, 'client'),
  });
  cleanUp(t, () => zk.close());
  await zk.create('/a', 'x');
});

const WATCHED = 'changed TLS files are taken without a restart';

test('client TLS: the server does not come to be → its files are not watched', {
  skip,
}, async (t) => {
  assert.ok(authority);
  const dataDir = authority.path('server.pem');
  const lines: string[] = [];
  const config = {
    'client.portUnification': true,
    'client.certReload': true,
    'ssl.keyStore.location': authority.path('server.pem'),
    'ssl.trustStore.location': authority.trust,
  };
  const logger = makeLogger('info', (_, message) => lines.push(message));
  await assert.rejects(startEmbedded(t, { dataDir, config, logger }), StartupError);
  assert.ok(!lines.includes(WATCHED), lines.join('\n'));
  await startEmbedded(t, { config, logger });
  assert.ok(lines.includes(WATCHED), lines.join('\n'));
});
