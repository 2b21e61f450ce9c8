// Real clients over TLS at a Zooid process whose stores keytool has made: kazoo, zkCli of Java 3.8
// with PEM files and of Java 3.9 with Java's own stores. Debian's C client is built without TLS.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { findFreePort } from '../../free-ports.ts';
import { makeDataDir } from '../../process/server-process.ts';
import { opensslMissing, TestAuthority } from '../../server/tls/test-certificates.ts';
import { runProgram } from '../clients/client-program.ts';
import { type JavaVersion, javaClassPath, javaServerAvailability } from '../java-server.ts';
import { ensureDebianPackages } from '../packages.ts';
import type { RunningServer } from '../running-server.ts';
import { startZooidServer, zooidServerAvailability } from '../zooid-server.ts';
import { debianNetty } from './debian-netty.ts';

const PASSWORD = 'changeit';
const zooid = zooidServerAvailability();
const java = await javaServerAvailability('3.8');
const missing = [opensslMissing, zooid.reason, java.reason].find((reason) => reason !== '');

interface SecureServer {
  readonly authority: TestAuthority;
  readonly server: RunningServer;
  /** host:port, where only TLS is spoken. */
  readonly secure: string;
}

function makeStores(): TestAuthority {
  const authority = new TestAuthority(makeDataDir({ after }));
  authority.issue('server');
  authority.issue('client', { subject: '/C=DE/O=Zooid, Inc./CN=client' });
  authority.exportPkcs12('server', PASSWORD);
  authority.exportPkcs12('client', PASSWORD);
  const keytool = (words: string) =>
    execFileSync('keytool', words.split(' '), { cwd: authority.folder, stdio: 'ignore' });
  keytool(
    `-importkeystore -srckeystore server.p12 -srcstorepass ${PASSWORD} ` +
      `-destkeystore server.jks -deststoretype JKS -deststorepass ${PASSWORD}`,
  );
  keytool(
    `-importcert -noprompt -alias ca -file ca.pem -keystore trust.jks -storepass ${PASSWORD}`,
  );
  return authority;
}

async function startSecure(): Promise<SecureServer> {
  const authority = makeStores();
  const securePort = await findFreePort();
  const server = await startZooidServer({
    dataDir: makeDataDir({ after }),
    config: {
      secureClientPort: String(securePort),
      secureClientPortAddress: '127.0.0.1',
      'ssl.keyStore.location': authority.path('server.jks'),
      'ssl.keyStore.password': PASSWORD,
      'ssl.trustStore.location': authority.path('trust.jks'),
      'ssl.trustStore.password': PASSWORD,
    },
  });
  after(() => server.stop());
  return { authority, server, secure: `127.0.0.1:${securePort}` };
}

const started = missing === undefined ? await startSecure() : null;

const OWN_NAME = 'CN=client,O=Zooid\\, Inc.,C=DE';

test('TLS: kazoo with its certificate → known by it', async (t) => {
  if (started === null) return t.skip(missing);
  const packages = await ensureDebianPackages(['python3-kazoo']);
  if (!packages.available) return t.skip(packages.reason);
  const { authority, secure, server } = started;
  const script = fileURLToPath(new URL('../clients/kazoo-tls.py', import.meta.url));
  const files = ['ca.pem', 'client.crt', 'client.key'].map((name) => authority.path(name));
  const { stdout, stderr, code } = await runProgram({
    command: '/usr/bin/python3',
    args: [script, secure, ...files],
  });
  assert.equal(code, 0, [...stderr, server.output()].join('\n'));
  const acl = `acl ['x509:${OWN_NAME.replaceAll('\\', '\\\\')}']`;
  assert.deepEqual(stdout, ['length 500000', acl, 'stopped', '']);
});

interface CliRun {
  readonly version: JavaVersion;
  readonly stores: Readonly<Record<string, string>>;
}

async function runZkCli({ version, stores }: CliRun, secure: string) {
  const properties = {
    'zookeeper.client.secure': 'true',
    'zookeeper.clientCnxnSocket': 'org.apache.zookeeper.ClientCnxnSocketNetty',
    ...Object.fromEntries(
      Object.entries(stores).map(([key, value]) => [`zookeeper.ssl.${key}`, value]),
    ),
  };
  const path = `/cli-${version}`;
  const commands = [`create ${path} from-java auth::cdrwa`, `get ${path}`, `getAcl ${path}`];
  return runProgram({
    command: 'java',
    args: [
      ...['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC'],
      ...(version === '3.8' ? debianNetty() : []),
      ...Object.entries(properties).map(([key, value]) => `-D${key}=${value}`),
      ...['-cp', await javaClassPath(version), 'org.apache.zookeeper.ZooKeeperMain'],
      ...['-server', secure],
    ],
    input: `${[...commands, 'quit'].join('\n')}\n`,
  });
}

const runs: readonly [version: JavaVersion, stores: (folder: string) => CliRun['stores']][] = [
  [
    '3.8',
    (folder) => ({
      'keyStore.location': join(folder, 'client.pem'),
      'trustStore.location': join(folder, 'ca.pem'),
    }),
  ],
  [
    '3.9',
    (folder) => ({
      ...{ 'keyStore.location': join(folder, 'client.p12'), 'keyStore.password': PASSWORD },
      ...{ 'trustStore.location': join(folder, 'trust.jks'), 'trustStore.password': PASSWORD },
    }),
  ],
];

for (const [version, storesIn] of runs) {
  test(`TLS: zkCli of Java ${version} with its certificate → known by it`, async (t) => {
    if (started === null) return t.skip(missing);
    const availability = await javaServerAvailability(version);
    if (!availability.available) return t.skip(availability.reason);
    const { authority, secure, server } = started;
    const { stdout, stderr } = await runZkCli(
      { version, stores: storesIn(authority.folder) },
      secure,
    );
    const told = [...stdout, ...stderr, server.output()].join('\n');
    assert.ok(stdout.includes('from-java'), told);
    // It writes commas in an id as %2C, as they would separate entries.
    assert.ok(stdout.includes(`'x509,'${OWN_NAME.replaceAll(',', '%2C')}`), told);
  });
}
