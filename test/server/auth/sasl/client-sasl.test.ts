import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DigestMd5Client } from '../../../../src/io/sasl/digest-md5-client.ts';
import {
  createAccessRules,
  enforcedAuthSchemes,
} from '../../../../src/server/auth/access-rules.ts';
import { ClientSasl } from '../../../../src/server/auth/sasl/client-sasl.ts';
import { readServerConfig } from '../../../../src/server/config/read-server-config.ts';
import { makeLogger, silentLogger } from '../../../../src/server/logging/logger.ts';

const remote = { address: '10.0.0.9' };

function configOf(jaas: string, lines: readonly string[] = []) {
  return readServerConfig({
    args: ['zoo.cfg'],
    env: { SERVER_JVMFLAGS: '-Djava.security.auth.login.config=jaas' },
    readFile(path) {
      if (path === 'jaas') return Buffer.from(jaas);
      if (path !== 'zoo.cfg') throw Object.assign(new Error(path), { code: 'ENOENT' });
      return Buffer.from(['dataDir=/tmp/d', 'clientPort=2181', ...lines].join('\n'));
    },
  }).config;
}

function login(sasl: Pick<ClientSasl, 'start'>, username: string, password: string) {
  const client = new DigestMd5Client({ username, password, digestUri: 'zookeeper/zk-sasl-md5' });
  const negotiation = sasl.start(remote);
  const challenge = negotiation.next(client.start());
  const response = client.next(challenge?.token ?? new Uint8Array(0));
  return negotiation.next(response ?? new Uint8Array(0))?.ids ?? null;
}

const DIGEST = 'org.apache.zookeeper.server.auth.DigestLoginModule';
const JAAS = `Server { ${DIGEST} required user_bob="b" user_super="s"; };`;
const SASL = 'authProvider.1=org.apache.zookeeper.server.auth.SASLAuthenticationProvider';

test('sasl: the right password → the id of the user; one who may do everything → super, too', () => {
  const users = new Map([
    ['bob', 'b'],
    ['root', 'r'],
  ]);
  const sasl = new ClientSasl({ users, superUsers: ['root'], logger: silentLogger });
  assert.deepEqual(login(sasl, 'bob', 'b'), [{ scheme: 'sasl', id: 'bob' }]);
  assert.deepEqual(login(sasl, 'root', 'r'), [
    { scheme: 'sasl', id: 'root' },
    { scheme: 'super', id: '' },
  ]);
});

test('sasl: a wrong password, or nobody → nothing, and a line in the log without the password', () => {
  const lines: string[] = [];
  const logger = makeLogger('trace', (level, message, facts) =>
    lines.push(`${level} ${message} ${JSON.stringify(facts)}`),
  );
  const sasl = new ClientSasl({ users: new Map([['bob', 'b']]), superUsers: [], logger });
  assert.equal(login(sasl, 'bob', 'guessed'), null);
  assert.equal(login(sasl, 'toString', 'x'), null);
  assert.deepEqual(lines, [
    'warn a client failed to authenticate by SASL {"address":"10.0.0.9","reason":"the password is wrong"}',
    'warn a client failed to authenticate by SASL {"address":"10.0.0.9","reason":"the user is not known"}',
  ]);
});

test('sasl: configured → the section, the super users and the password of super count', () => {
  const lines = ['superUser=bob', 'superUser.2=eve', 'SASLAuthenticationProvider.superPassword=p'];
  const rules = createAccessRules(configOf(JAAS, lines), silentLogger);
  assert.ok(rules.startSasl);
  const sasl = { start: rules.startSasl };
  assert.equal(login(sasl, 'bob', 'b')?.length, 2);
  assert.equal(login(sasl, 'super', 's'), null);
  assert.deepEqual(login(sasl, 'super', 'p'), [{ scheme: 'sasl', id: 'super' }]);
  const other = configOf(JAAS.replace('Server', 'Mine'), ['sasl.serverconfig=Mine']);
  assert.ok(createAccessRules(other, silentLogger).startSasl);
  const none = createAccessRules(configOf(JAAS.replace('Server', 'Client')), silentLogger);
  assert.equal(none.startSasl, null);
});

test('sasl: a login module that is not there → refused with file and line', () => {
  const of = (name: string) =>
    createAccessRules(configOf(JAAS.replace(DIGEST, name)), silentLogger);
  const kerberos = 'com.sun.security.auth.module.Krb5LoginModule';
  assert.throws(() => of(kerberos), /^ConfigError: jaas:1: .*Krb5.*: Kerberos is not supported/);
  assert.throws(() => of('x.Y'), /^ConfigError: jaas:1: x\.Y is refused: the only login module/);
});

test('required authentication: by which schemes; one that is not offered → refused', () => {
  const schemesOf = (...lines: string[]) => enforcedAuthSchemes(configOf(JAAS, lines).access);
  assert.deepEqual(schemesOf(), []);
  assert.deepEqual(schemesOf('enforce.auth.schemes=digest'), []);
  const digest = ['enforce.auth.enabled=true', 'enforce.auth.schemes=digest, ip'];
  assert.deepEqual(schemesOf(...digest), ['digest', 'ip']);
  assert.deepEqual(schemesOf(...digest, 'sessionRequireClientSASLAuth=true'), ['sasl']);
  const start = (...lines: string[]) => createAccessRules(configOf(JAAS, lines), silentLogger);
  assert.throws(
    () => start('sessionRequireClientSASLAuth=true'),
    /^ConfigError: The scheme sasl is required of clients, but not offered; there are: ip, digest/,
  );
  assert.ok(start('sessionRequireClientSASLAuth=true', SASL));
});
