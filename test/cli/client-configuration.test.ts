/** The settings of Java's client: a shell that is configured by them, at servers that ask for it. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, type TestContext, test } from 'node:test';
import { clientConfiguration } from '../../src/cli/client-configuration.ts';
import { Shell } from '../../src/cli/shell.ts';
import { findFreePort } from '../free-ports.ts';
import { startZooidServer, zooidServerAvailability } from '../interop/zooid-server.ts';
import { makeDataDir } from '../process/server-process.ts';
import { cleanUp, startEmbedded } from '../server/embedded-server.ts';
import { opensslMissing, TestAuthority } from '../server/tls/test-certificates.ts';
import { recordingOutput } from './recording-output.ts';

const skip = opensslMissing === '' ? false : opensslMissing;
const authority = skip ? null : new TestAuthority(makeDataDir({ after }));
authority?.issue('server');
authority?.issue('client');

function written(t: TestContext, lines: readonly string[], name = 'client.properties'): string {
  const file = join(makeDataDir(t), name);
  writeFileSync(file, `${lines.join('\n')}\n`);
  return file;
}

/** What `whoami` prints there, or what is said when there is no connection. */
async function whoAmI(t: TestContext, host: string, file: string): Promise<string> {
  const output = recordingOutput();
  const shell = new Shell({
    ...{ host, output, timeoutMs: 30_000, waitsForConnection: false, isQuiet: true },
    client: clientConfiguration(file, {}),
  });
  cleanUp(t, () => shell.end());
  await shell.connect(host);
  await shell.run(['whoami']);
  return [...output.printed, ...output.complained].join('\n');
}

test('client configuration: TLS with PEM and PKCS12 stores → known by its certificate', {
  skip,
}, async (t) => {
  assert.ok(authority !== null);
  const port = await findFreePort();
  await startEmbedded(t, {
    config: {
      ...{ secureClientPort: port, secureClientPortAddress: '127.0.0.1' },
      'ssl.keyStore.location': authority.path('server.pem'),
      'ssl.trustStore.location': authority.trust,
    },
  });
  const host = `127.0.0.1:${port}`;
  const pfx = ['-inkey', 'client.key', '-in', 'client.crt', '-out', 'client.jks'];
  authority.openssl(['pkcs12', '-export', ...pfx, '-passout', 'pass:secret']);
  const secure = [
    'zookeeper.client.secure=true',
    'zookeeper.clientCnxnSocket=org.apache.zookeeper.ClientCnxnSocketNetty',
    `zookeeper.ssl.trustStore.location=${authority.trust}`,
  ];
  const stores = [
    [`zookeeper.ssl.keyStore.location=${authority.path('client.pem')}`],
    [
      `zookeeper.ssl.keyStore.location=${authority.path('client.jks')}`,
      `zookeeper.ssl.keyStore.passwordPath=${written(t, ['secret'], 'password')}`,
      'zookeeper.ssl.enabledProtocols=TLSv1.3',
    ],
  ];
  for (const store of stores) {
    assert.match(await whoAmI(t, host, written(t, [...secure, ...store])), /\nx509: CN=client/);
  }
  // The server asks for a certificate, and the shell does not trust just any.
  assert.match(await whoAmI(t, host, written(t, secure)), /No server is to be had at 127/);
  assert.match(
    await whoAmI(t, host, written(t, [secure[0] ?? '', ...(stores[0] ?? [])])),
    /No server is to be had at .*certificate/,
  );
});

const JAAS = `
// Comments "of both kinds" /* */
Server { org.apache.zookeeper.server.auth.DigestLoginModule required
  user_anna="pa\\"ss;}"; };
Client { org.apache.zookeeper.server.auth.DigestLoginModule required
  username="anna"
  password="pa\\"ss;}"; };
Wrong { org.apache.zookeeper.server.auth.DigestLoginModule required
  username=anna password=other; };
`;

test('client configuration: SASL by a JAAS file → known as its user; others are told', async (t) => {
  const jaas = written(t, [JAAS], 'jaas.conf');
  const zooid = zooidServerAvailability();
  if (!zooid.available) return t.skip(zooid.reason);
  const server = await startZooidServer({
    dataDir: makeDataDir(t),
    systemProperties: {
      'java.security.auth.login.config': jaas,
      'zookeeper.authProvider.1': 'org.apache.zookeeper.server.auth.SASLAuthenticationProvider',
    },
  });
  cleanUp(t, () => server.stop());
  const host = `127.0.0.1:${server.port}`;
  const login = `java.security.auth.login.config=${jaas}`;
  assert.match(await whoAmI(t, host, written(t, [login])), /\nsasl: anna/);
  const wrong = written(t, [login, 'zookeeper.sasl.clientconfig=Wrong']);
  assert.match(await whoAmI(t, host, wrong), /does not accept the credentials/);
  const off = written(t, [login, 'zookeeper.sasl.client=false']);
  assert.doesNotMatch(await whoAmI(t, host, off), /sasl/);
});

test('client configuration: flags of the JVM → read; the file counts for more', (t) => {
  const file = written(t, ['zookeeper.request.timeout=7']);
  const flags = '-Xmx64m -Dzookeeper.request.timeout=5 -Djute.maxbuffer=4096 "-Da=b c"';
  const env = { CLIENT_JVMFLAGS: flags };
  assert.deepEqual(clientConfiguration(undefined, env), {
    requestTimeoutMs: 5,
    frameBytesMax: 4096,
  });
  assert.equal(clientConfiguration(file, env).requestTimeoutMs, 7);
  assert.deepEqual(clientConfiguration(undefined, {}), {});
});

test('client configuration: numbers → as Java decodes them, up to its greatest', (t) => {
  for (const [text, number] of [
    ['2147483647', 2147483647],
    ['0x10', 16],
    ['+0XfF', 255],
    ['#ff', 255],
    ['010', 8],
  ] as const) {
    const file = written(t, [`jute.maxbuffer=${text}`, 'zookeeper.request.timeout=-1']);
    assert.deepEqual(clientConfiguration(file, {}), { frameBytesMax: number }, text);
  }
});

test('client configuration: what cannot be used → a sentence that names the key, exit code 2', (t) => {
  const secure = 'zookeeper.client.secure=true';
  const jks = join(makeDataDir(t), 'trust.p12');
  writeFileSync(jks, Buffer.from([0x30, 0x82]));
  const cases: [readonly string[], RegExp][] = [
    [
      [secure, 'zookeeper.ssl.keyStore.location=/none.pem'],
      /keyStore.location: \/none.pem .*ENOENT/,
    ],
    [[secure, `zookeeper.ssl.trustStore.location=${jks}`], /trust store is PEM here: keytool/],
    [
      [secure, 'zookeeper.ssl.enabledProtocols=SSLv3'],
      /enabledProtocols is TLSv1.2, TLSv1.3 or both/,
    ],
    [['jute.maxbuffer=big'], /jute.maxbuffer is a whole number from 1 to 2147483647, not "big"/],
    [['jute.maxbuffer=0'], /jute.maxbuffer is a whole number/],
    [['zookeeper.request.timeout=2147483648'], /timeout is a whole number/],
    [['zookeeper.request.timeout=089'], /timeout is a whole number/],
    [['java.security.auth.login.config=/none'], /login.config: \/none cannot be read/],
  ];
  for (const [lines, message] of cases) {
    assert.throws(() => clientConfiguration(written(t, lines), {}), { message, exitCode: 2 });
  }
  assert.throws(() => clientConfiguration('/none', {}), { message: /-client-configuration: / });
});
