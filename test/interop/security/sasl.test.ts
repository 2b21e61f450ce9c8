// SASL DIGEST-MD5 with clients: the same answers as Java's server, and real clients that log in.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { isZooKeeperError, ZooKeeper } from '../../../src/client/index.ts';
import { runProgram } from '../clients/client-program.ts';
import {
  javaClassPath,
  javaServerAvailability,
  quickJvmFlags,
  startJavaServer,
} from '../java-server.ts';
import { ensureDebianPackages } from '../packages.ts';
import type { RunningServer } from '../running-server.ts';
import { startZooidServer, zooidServerAvailability } from '../zooid-server.ts';
import { SESSION_JAAS, saslSession } from './sasl-session.ts';

const zooid = zooidServerAvailability();
const java = await javaServerAvailability('3.9');
const folder = mkdtempSync(path.join(tmpdir(), 'zooid-sasl-'));
const jaas = path.join(folder, 'jaas.conf');
writeFileSync(jaas, SESSION_JAAS);

const properties = {
  'java.security.auth.login.config': jaas,
  'zookeeper.authProvider.1': 'org.apache.zookeeper.server.auth.SASLAuthenticationProvider',
  'zookeeper.superUser.1': 'root',
};
let server: RunningServer | undefined;

before(async () => {
  if (!zooid.available) return;
  server = await startZooidServer({ dataDir: `${folder}/z`, systemProperties: properties });
});

after(async () => {
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const variants: Readonly<Record<string, Record<string, string>>> = {
  'SASL is offered': {},
  'SASL is required': { 'zookeeper.sessionRequireClientSASLAuth': 'true' },
  'who fails may go on': { 'zookeeper.allowSaslFailedClients': 'true' },
};

for (const [name, more] of Object.entries(variants)) {
  test(`SASL: ${name} → every answer is Java's`, async (t) => {
    if (!zooid.available) return t.skip(zooid.reason);
    if (!java.available) return t.skip(java.reason);
    const systemProperties = { ...properties, ...more };
    const dataDir = path.join(folder, name.replaceAll(' ', '-'));
    const judge = await startJavaServer({
      ...{ version: '3.9', dataDir: `${dataDir}-java`, jvmFlags: quickJvmFlags },
      systemProperties,
    });
    const expected = await saslSession(judge.port).finally(() => judge.kill());
    const ours = await startZooidServer({ dataDir, systemProperties });
    const actual = await saslSession(ours.port).finally(() => ours.stop());
    assert.deepEqual(actual, expected);
    assert.ok(expected.some((line) => line.includes('sasl:bob')));
  });
}

const KAZOO = `
import sys, logging, threading
from kazoo.client import KazooClient, KazooState
from kazoo.security import make_acl
logging.disable(logging.CRITICAL)
def options(password):
    return {'mechanism': 'DIGEST-MD5', 'username': 'bob', 'password': password}
zk = KazooClient(hosts=sys.argv[1], sasl_options=options('secret'))
zk.start(timeout=30)
zk.create('/kazoo', b'x', acl=[make_acl('sasl', 'bob', all=True)])
print(zk.get('/kazoo')[0])
zk.stop()
zk = KazooClient(hosts=sys.argv[1], sasl_options=options('wrong'))
lost = threading.Event()
seen = []
def listen(state):
    # At once: a moment later it is CLOSED.
    seen.append(zk.client_state)
    if state == KazooState.LOST:
        lost.set()
zk.add_listener(listen)
# It is connected before it logs in.
zk.start(timeout=30)
lost.wait(30)
print('AUTH_FAILED' in seen)
zk.stop()
`;

test('SASL: kazoo → logs in, and with a wrong password is refused', async (t) => {
  if (server === undefined) return t.skip(zooid.reason);
  const packages = await ensureDebianPackages(['python3-kazoo', 'python3-pure-sasl']);
  if (!packages.available) return t.skip(packages.reason);
  const script = path.join(folder, 'login.py');
  writeFileSync(script, KAZOO);
  const args = [script, `127.0.0.1:${server.port}`];
  const { stdout, stderr } = await runProgram({ command: '/usr/bin/python3', args });
  assert.deepEqual(stdout, ["b'x'", 'True', ''], stderr.join('\n'));
});

for (const version of ['3.8', '3.9'] as const) {
  test(`SASL: zkCli of Java ${version} → logs in by its JAAS file`, async (t) => {
    if (server === undefined) return t.skip(zooid.reason);
    const available = await javaServerAvailability(version);
    if (!available.available) return t.skip(available.reason);
    const file = path.join(folder, `client-${version}.conf`);
    const module = 'org.apache.zookeeper.server.auth.DigestLoginModule required';
    writeFileSync(file, `Client { ${module} username="bob" password="secret"; };`);
    const flags = [`-Djava.security.auth.login.config=${file}`, '-Dzookeeper.fips-mode=false'];
    const cli = (...words: readonly string[]) =>
      [
        ...[...quickJvmFlags, ...flags, '-cp', classPath, 'org.apache.zookeeper.ZooKeeperMain'],
        ...['-waitforconnection', '-server', `127.0.0.1:${server?.port}`, ...words],
      ] as const;
    const classPath = await javaClassPath(version);
    const node = `/cli-${version}`;
    const args = cli('create', node, 'mine', 'sasl:bob:cdrwa');
    const { stdout, stderr } = await runProgram({ command: 'java', args });
    const said = [...stdout, ...stderr].join('\n');
    assert.match(said, new RegExp(`Created ${node}`));
    const zk = await ZooKeeper.connect(`127.0.0.1:${server.port}`, {
      sasl: { mechanism: 'DIGEST-MD5', username: 'bob', password: 'secret' },
    });
    t.after(() => zk.close());
    assert.equal(Buffer.from((await zk.getData(node)).data ?? []).toString(), 'mine');
  });
}

test('SASL: our client → logs in, again on each connection, and is refused', async (t) => {
  if (server === undefined) return t.skip(zooid.reason);
  const address = `127.0.0.1:${server.port}`;
  const zoe = { mechanism: 'DIGEST-MD5', username: 'zoë', password: 'pä$$' } as const;
  const zk = await ZooKeeper.connect(address, { sasl: zoe });
  t.after(() => zk.close());
  assert.ok((await zk.whoAmI()).some(({ scheme, id }) => scheme === 'sasl' && id === 'zoë'));
  await zk.create('/ours', 'x', { acl: [{ permissions: ['read'], scheme: 'sasl', id: 'zoë' }] });
  const plain = await ZooKeeper.connect(address);
  t.after(() => plain.close());
  await assert.rejects(plain.getData('/ours'), (error) => isZooKeeperError(error, 'NoAuth'));
  await assert.rejects(
    ZooKeeper.connect(address, { sasl: { ...zoe, password: 'other' } }),
    (error) => isZooKeeperError(error, 'AuthFailed'),
  );
});
