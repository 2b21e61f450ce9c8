import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readServerConfig } from '../../../../src/server/config/read-server-config.ts';
import { createQuorumAuth } from '../../../../src/server/quorum/auth/quorum-auth.ts';

const MODULE = 'org.apache.zookeeper.server.auth.DigestLoginModule required';
const JAAS = `QuorumServer { ${MODULE} user_a="1"; }; QuorumLearner { ${MODULE} username=a password="1"; };`;

function authOf(lines: readonly string[], jaas: string | null = JAAS) {
  const flag = '-Djava.security.auth.login.config=jaas';
  const { config } = readServerConfig({
    args: ['zoo.cfg'],
    env: jaas === null ? {} : { SERVER_JVMFLAGS: flag },
    readFile(path) {
      if (path === 'jaas') return Buffer.from(jaas ?? '');
      if (path !== 'zoo.cfg') throw Object.assign(new Error(path), { code: 'ENOENT' });
      return Buffer.from(['dataDir=/tmp/d', 'clientPort=2181', ...lines].join('\n'));
    },
  });
  return createQuorumAuth(config, 1_000);
}

const enable = 'quorum.auth.enableSasl=true';
const learner = 'quorum.auth.learnerRequireSasl=true';
const server = 'quorum.auth.serverRequireSasl=true';

test('quorum auth: off, offered, used, required → by the three keys', () => {
  assert.equal(authOf([]), null);
  const offered = authOf([enable]);
  assert.deepEqual([offered?.isRequired, offered?.startClient], [false, null]);
  const all = authOf([enable, learner, server]);
  assert.equal(all?.isRequired, true);
  assert.ok(all?.startClient);
  const other = authOf([enable, 'quorum.auth.server.saslLoginContext=X'], `X { ${MODULE}; };`);
  assert.ok(other);
});

test('quorum auth: half of it → refused, with what is missing', () => {
  const refused = (lines: readonly string[], message: RegExp, jaas: string | null = JAAS) =>
    assert.throws(() => authOf(lines, jaas), message);
  refused([enable], /^ConfigError: quorum\.auth\.enableSasl needs a JAAS file/, null);
  refused([enable], /^ConfigError: jaas: there is no section QuorumServer/, '');
  const users = `QuorumServer { ${MODULE}; };`;
  refused([enable, learner], /the section QuorumLearner has no username and password/, users);
  refused([enable, server], /serverRequireSasl needs quorum\.auth\.learnerRequireSasl/);
  refused([learner], /learnerRequireSasl needs quorum\.auth\.enableSasl/);
});
