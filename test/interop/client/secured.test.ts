/** The client proves who it is to Java's server: by SASL, and by certificates over TLS. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { isZooKeeperError, ZooKeeper } from '../../../src/client/index.ts';
import { makeCertificate } from '../../client/session/certificates.ts';
import { findFreePort } from '../../free-ports.ts';
import { makeDataDir } from '../../process/server-process.ts';
import { javaServerAvailability, startJavaServer } from '../java-server.ts';
import { debianNetty } from '../tls/debian-netty.ts';

const { reason: missing } = await javaServerAvailability('3.8');

const JAAS = `Server {
  org.apache.zookeeper.server.auth.DigestLoginModule required
  user_bob="bob's \\"secret\\"";
};
`;

test('client: SASL DIGEST-MD5 → known to Java as its user, on each connection', async (t) => {
  if (missing !== '') return t.skip(missing);
  const dataDir = makeDataDir(t);
  const jaas = join(makeDataDir(t), 'jaas.conf');
  writeFileSync(jaas, JAAS);
  const options = {
    version: '3.8',
    ...{ dataDir, config: { tickTime: '500' } },
    systemProperties: {
      'java.security.auth.login.config': jaas,
      'zookeeper.authProvider.1': 'org.apache.zookeeper.server.auth.SASLAuthenticationProvider',
    },
  } as const;
  const server = await startJavaServer(options);
  t.after(() => server.kill());
  const address = `127.0.0.1:${server.port}`;
  const bob = { mechanism: 'DIGEST-MD5', username: 'bob', password: 'bob\'s "secret"' } as const;
  const zk = await ZooKeeper.connect(address, { sasl: bob, reconnect: { baseMs: 20 } });
  t.after(() => zk.close());
  const isBob = async () =>
    (await zk.whoAmI()).some(({ scheme, id }) => scheme === 'sasl' && id === 'bob');
  assert.ok(await isBob());
  const acl = [{ permissions: ['read'], scheme: 'sasl', id: 'bob' }] as const;
  await zk.create('/bobs', 'x', { acl });
  assert.ok(await zk.getData('/bobs'));
  const wrong = { ...bob, password: 'other' };
  await assert.rejects(ZooKeeper.connect(address, { sasl: wrong }), (error) => {
    return isZooKeeperError(error, 'AuthFailed') && /SASL/.test(error.message);
  });
  const plain = await ZooKeeper.connect(address);
  await assert.rejects(plain.getData('/bobs'), (error) => isZooKeeperError(error, 'NoAuth'));
  await plain.close();
  await server.kill();
  const again = await startJavaServer({ ...options, clientPort: server.port });
  t.after(() => again.kill());
  assert.ok(await isBob());
});

test('client: TLS with its certificate → known to Java by it (x509)', async (t) => {
  if (missing !== '') return t.skip(missing);
  const netty = debianNetty();
  if (netty.length === 0) return t.skip('Debian’s netty is missing.');
  const folder = makeDataDir(t);
  const noOpenssl = makeCertificate(folder, 'server') ?? makeCertificate(folder, 'client');
  if (noOpenssl !== undefined) return t.skip(noOpenssl);
  const read = (name: string) => readFileSync(join(folder, name));
  writeFileSync(join(folder, 'both.pem'), Buffer.concat([read('server.key'), read('server.pem')]));
  const securePort = await findFreePort();
  const server = await startJavaServer({
    ...{ version: '3.8', dataDir: makeDataDir(t) },
    jvmFlags: netty,
    config: { secureClientPort: String(securePort), secureClientPortAddress: '127.0.0.1' },
    systemProperties: {
      'zookeeper.serverCnxnFactory': 'org.apache.zookeeper.server.NettyServerCnxnFactory',
      'zookeeper.ssl.keyStore.location': join(folder, 'both.pem'),
      'zookeeper.ssl.trustStore.location': join(folder, 'client.pem'),
    },
  });
  t.after(() => server.kill());
  const tls = { ca: read('server.pem'), pfx: read('client.p12'), passphrase: 'secret' };
  const zk = await ZooKeeper.connect(`127.0.0.1:${securePort}`, { tls, timeoutMs: 20_000 });
  t.after(() => zk.close());
  const ids = await zk.whoAmI();
  assert.ok(
    ids.some(({ scheme, id }) => scheme === 'x509' && id === 'CN=client'),
    JSON.stringify(ids),
  );
  const data = new Uint8Array(500_000).fill(3);
  await zk.create('/big', data);
  assert.deepEqual((await zk.getData('/big')).data, data);
});
