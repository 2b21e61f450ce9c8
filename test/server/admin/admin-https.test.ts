/** The AdminServer by HTTPS, and by both on one port. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import { type RequestOptions, request } from 'node:https';
import { connect } from 'node:net';
import { after, type TestContext, test } from 'node:test';
import { ZooKeeper } from '../../../src/client/index.ts';
import { findFreePort } from '../../free-ports.ts';
import { acl, cat, int, Op, RawClient, str, vec } from '../../interop/raw-client.ts';
import { makeDataDir } from '../../process/server-process.ts';
import { cleanUp, startEmbedded } from '../embedded-server.ts';
import { opensslMissing, TestAuthority } from '../tls/test-certificates.ts';
import { askerOf, startAdminShell } from './running-admin.ts';

const skip = opensslMissing === '' ? false : opensslMissing;
const authority = skip ? null : new TestAuthority(makeDataDir({ after }));
authority?.issue('server');
authority?.issue('operator', { subject: '/O=Zooid/CN=operator' });
const stranger = skip ? null : new TestAuthority(makeDataDir({ after }), 'other');
stranger?.issue('operator');

function certificate(from: TestAuthority | null, name: string) {
  assert.ok(from);
  const read = (part: string) => readFileSync(from.path(`${name}.${part}`));
  return { key: read('key'), cert: read('crt') };
}

interface SecureAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

function askSecurely(
  url: string,
  path: string,
  options: RequestOptions = {},
): Promise<SecureAnswer> {
  assert.ok(authority);
  const ca = readFileSync(authority.trust);
  const { port } = new URL(url);
  return new Promise((resolve, reject) => {
    const asked = request(
      { host: '127.0.0.1', port, path, ca, agent: false, ...options },
      (answer) => {
        let text = '';
        answer.setEncoding('utf8');
        answer.on('data', (chunk: string) => {
          text += chunk;
        });
        answer.on('end', () =>
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text }),
        );
        answer.on('error', reject);
      },
    );
    asked.on('error', reject);
    asked.end();
  });
}

function start(t: TestContext, ...more: readonly string[]) {
  assert.ok(authority);
  const stores = [
    `ssl.quorum.keyStore.location=${authority.path('server.pem')}`,
    `ssl.quorum.trustStore.location=${authority.trust}`,
  ];
  return startAdminShell(t, { lines: [...stores, ...more].join('\n') });
}

const OK = { command: 'ruok', error: null };

test('admin https: forced → HTTPS alone, and it says so', { skip }, async (t) => {
  const { url, ask } = await start(t, 'admin.forceHttps=true');
  const { status, headers, text } = await askSecurely(url, '/commands/ruok');
  assert.equal(status, 200);
  assert.deepEqual(JSON.parse(text), OK);
  assert.equal(headers['strict-transport-security'], 'max-age=86400; includeSubDomains');
  await assert.rejects(ask('/commands/ruok'));
  assert.equal((await askSecurely(url, '/commands/ruok')).status, 200);
});

test('admin https: both on one port → each is served, and garbage is not', { skip }, async (t) => {
  const { url, command, ask } = await start(t, 'admin.portUnification=true');
  assert.deepEqual(JSON.parse((await askSecurely(url, '/commands/ruok')).text), OK);
  assert.deepEqual(await command('ruok'), OK);
  assert.equal((await ask('/livez')).headers.get('strict-transport-security'), null);
  for (const bytes of [Buffer.from([22, 3, 1, 255, 255, 0]), Buffer.from([0, 0, 0, 1])]) {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    cleanUp(t, () => void socket.destroy());
    socket.on('error', () => {});
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.resume();
    socket.end(bytes);
    await closed;
  }
  assert.deepEqual(await command('ruok'), OK);
});

test('admin https: one port, not a byte comes → cut off after the idle timeout', {
  skip,
}, async (t) => {
  const { url } = await start(t, 'admin.portUnification=true', 'admin.idleTimeout=200');
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.on('error', () => {});
  await new Promise((resolve) => socket.resume().once('close', resolve));
});

test('admin https: a certificate is needed → its name counts in access lists', {
  skip,
}, async (t) => {
  const { url, clientPort } = await start(
    t,
    'admin.forceHttps=true',
    'admin.needClientAuth=true',
    'authProvider.x509=org.apache.zookeeper.server.auth.X509AuthenticationProvider',
  );
  await assert.rejects(askSecurely(url, '/commands/ruok'));
  await assert.rejects(askSecurely(url, '/commands/ruok', certificate(stranger, 'operator')));
  const client = await RawClient.connect(clientPort, { timeOut: 30_000 });
  cleanUp(t, () => client.connection.destroy());
  const list = vec([acl(31, 'x509', 'CN=operator,O=Zooid')]);
  await client.must(Op.setACL, cat(str('/'), list, int(-1)));
  const headers = { Authorization: 'x509' };
  const path = '/commands/snapshot?streaming=false';
  const own = certificate(authority, 'operator');
  assert.equal((await askSecurely(url, path, { ...own, headers })).status, 200);
  assert.equal((await askSecurely(url, '/api/node?path=/', own)).status, 200);
  const other = certificate(authority, 'server');
  assert.equal((await askSecurely(url, path, { ...other, headers })).status, 403);
  assert.equal((await askSecurely(url, '/api/node?path=/', other)).status, 403);
});

test('admin https: x509 without a certificate → not authenticated', { skip }, async (t) => {
  const { ask } = await start(
    t,
    'authProvider.x509=org.apache.zookeeper.server.auth.X509AuthenticationProvider',
  );
  const response = await ask('/commands/snapshot', { headers: { Authorization: 'x509' } });
  assert.equal(response.status, 401);
});

test('admin https: a client that speaks TLS → among the secure connections', {
  skip,
}, async (t) => {
  assert.ok(authority);
  const [adminPort, securePort] = [await findFreePort(), await findFreePort()];
  const server = await startEmbedded(t, {
    config: {
      'admin.enableServer': true,
      'admin.serverPort': adminPort,
      secureClientPort: securePort,
      secureClientPortAddress: '127.0.0.1',
      'ssl.keyStore.location': authority.path('server.pem'),
      'ssl.trustStore.location': authority.trust,
    },
  });
  const tls = { ca: readFileSync(authority.trust), ...certificate(authority, 'operator') };
  const secure = await ZooKeeper.connect(`127.0.0.1:${securePort}`, { tls });
  cleanUp(t, () => secure.close());
  const plain = await ZooKeeper.connect(`127.0.0.1:${server.port}`);
  cleanUp(t, () => plain.close());
  const { command } = askerOf(adminPort);
  const lists = await command('connections');
  const sessionsOf = (list: string) =>
    (lists[list] as { session_id: number }[]).map(({ session_id }) => session_id);
  assert.deepEqual(sessionsOf('connections'), [Number(plain.session.id)]);
  assert.deepEqual(sessionsOf('secure_connections'), [Number(secure.session.id)]);
});
