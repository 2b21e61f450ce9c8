/** An ensemble whose members authenticate to each other, and whose clients must. */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { isZooKeeperError, ZooKeeper } from '../../../src/client/index.ts';
import { startServer } from '../../../src/server/index.ts';
import { makeLogger } from '../../../src/server/logging/logger.ts';
import { cleanUp, temporaryDirectory } from '../embedded-server.ts';
import { Events, findFreePorts } from '../quorum/election-ports.ts';

const MODULE = 'org.apache.zookeeper.server.auth.DigestLoginModule required';
const JAAS = `
Server { ${MODULE} user_bob="b" user_eve="e"; };
QuorumServer { ${MODULE} user_member="m"; };
QuorumLearner { ${MODULE} username="member" password="m"; };
`;
const KEYS = `tickTime=500
initLimit=60
syncLimit=60
clientPort=1
clientPortAddress=127.0.0.1
authProvider.1=org.apache.zookeeper.server.auth.SASLAuthenticationProvider
sessionRequireClientSASLAuth=true
quorum.auth.enableSasl=true
quorum.auth.learnerRequireSasl=true
quorum.auth.serverRequireSasl=true
`;

/** Three members that serve, where they listen, and why somebody was refused. */
async function startMembers(t: TestContext) {
  const folder = temporaryDirectory(t);
  const jaas = join(folder, 'jaas.conf');
  writeFileSync(jaas, JAAS);
  const ports = await findFreePorts(6);
  const election = (id: number) => ports[2 * id - 1] ?? 0;
  const servers = [1, 2, 3].map(
    (id) => `server.${id}=127.0.0.1:${ports[2 * id - 2]}:${election(id)}\n`,
  );
  const events = new Events();
  const refusals: unknown[] = [];
  let serving = 0;
  const logger = makeLogger('warn', (_, message, facts) => {
    if (message === 'election connection refused') refusals.push(facts?.['detail']);
    events.changed();
  });
  const start = async (id: number) => {
    const dataDir = join(folder, String(id));
    mkdirSync(dataDir);
    writeFileSync(join(dataDir, 'myid'), String(id));
    const configFile = join(folder, `${id}.cfg`);
    writeFileSync(configFile, `dataDir=${dataDir}\n${KEYS}${servers.join('')}`);
    const server = await startServer({
      ...{ configFile, logger },
      listenPorts: { client: 0, quorum: ports[2 * id - 2] ?? 0, election: election(id) },
      systemProperties: { 'java.security.auth.login.config': jaas },
      onServing: ({ mode }) => {
        if (mode !== null) serving++;
        events.changed();
      },
    });
    cleanUp(t, () => server.kill());
    return `127.0.0.1:${server.ports.client}`;
  };
  const addresses = await Promise.all([1, 2, 3].map(start));
  await events.until(() => serving === 3);
  return { addresses, election, refusals, events };
}

test('SASL in an ensemble: members and clients by it → ids count at the leader; strangers are refused', async (t) => {
  const { addresses, election, refusals, events } = await startMembers(t);
  const [one = '', other = ''] = addresses;
  const login = (username: string, password: string) => {
    return { sasl: { mechanism: 'DIGEST-MD5', username, password } } as const;
  };
  const bob = await ZooKeeper.connect(one, login('bob', 'b'));
  cleanUp(t, () => bob.close());
  const permissions = ['read', 'write', 'create', 'delete', 'admin'] as const;
  await bob.create('/bobs', 'x', { acl: [{ permissions, scheme: 'sasl', id: 'bob' }] });
  await bob.setData('/bobs', 'y');
  const eve = await ZooKeeper.connect(other, login('eve', 'e'));
  cleanUp(t, () => eve.close());
  await eve.sync('/');
  const isNoAuth = (error: unknown) => isZooKeeperError(error, 'NoAuth');
  await assert.rejects(eve.getData('/bobs'), isNoAuth);
  await assert.rejects(eve.setData('/bobs', 'z'), isNoAuth);
  const stranger = connect(election(1), '127.0.0.1');
  cleanUp(t, () => void stranger.destroy());
  stranger.on('error', () => {});
  // Server 9, as servers before 3.5 say it, and what is no packet of SASL.
  stranger.write(Buffer.concat([Buffer.from('0000000000000009', 'hex'), Buffer.alloc(40)]));
  await events.until(() => refusals.includes('it does not authenticate, which is required'));
});
