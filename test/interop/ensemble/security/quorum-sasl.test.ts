// Members that authenticate to each other by SASL, Java and Zooid together; and those that cannot.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { makeDataDir } from '../../../process/server-process.ts';
import { opensslMissing, TestAuthority } from '../../../server/tls/test-certificates.ts';
import { quickJvmFlags } from '../../java-server.ts';
import { createBody, pathBody, pathWatchBody } from '../../raw-body.ts';
import { Op, RawClient } from '../../raw-client.ts';
import { clientTestProperties } from '../../side-by-side.ts';
import { type StoryOptions, tellStory } from '../mixes.ts';
import { RecordingLoad } from '../recording-load.ts';
import type { TestEnsemble } from '../test-ensemble.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'zooid-quorum-sasl-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const jaas = path.join(folder, 'jaas.conf');
const MODULE = 'org.apache.zookeeper.server.auth.DigestLoginModule required';
writeFileSync(
  jaas,
  `QuorumServer { ${MODULE} user_member="one of us"; };
QuorumLearner { ${MODULE} username="member" password="one of us"; };
Wrong { ${MODULE} username="member" password="guessed"; };
`,
);

const required = {
  'quorum.auth.enableSasl': 'true',
  'quorum.auth.learnerRequireSasl': 'true',
  'quorum.auth.serverRequireSasl': 'true',
};
const none = Object.fromEntries(Object.keys(required).map((key) => [key, 'false']));
const program = {
  // Java 3.9.5 has no DIGEST-MD5 to connect with in FIPS mode, which is its default.
  systemProperties: {
    ...clientTestProperties,
    'java.security.auth.login.config': jaas,
    'zookeeper.fips-mode': 'false',
  },
  jvmFlags: quickJvmFlags,
};

/** What one writes all others read, also after a new election. */
const writeThroughEach = async (ports: readonly number[], name: string): Promise<void> => {
  const clients: RawClient[] = [];
  for (const port of ports) clients.push(await RawClient.connect(port));
  for (const [at, client] of clients.entries()) {
    await client.must(Op.create, createBody(`/${name}-${at}`, { data: 'x' }));
    for (const reader of clients) {
      await reader.must(Op.sync, pathBody('/'));
      await reader.must(Op.getData, pathWatchBody(`/${name}-${at}`));
    }
  }
  for (const client of clients) await client.close();
};

const members: Pick<StoryOptions, 'config' | 'program'> = { config: required, program };

const tell = (title: string, options: Pick<StoryOptions, 'kinds' | 'config'>): void => {
  tellStory({ ...members, ...options, title }, async (ensemble) => {
    await ensemble.start();
    await writeThroughEach(ensemble.ports, 'first');
    await ensemble.member(3).kill();
    const leader = await ensemble.untilLeader();
    assert.equal(leader.id, 2);
    await ensemble.startRest();
    await writeThroughEach(ensemble.ports, 'second');
  });
};

const serves = 'it serves, and again when its leader is gone';
tell(`SASL is required → ${serves}`, { kinds: ['zooid', 'zooid', 'java-3.8'] });
const overTls = `SASL over TLS → ${serves}`;
if (opensslMissing === '') {
  const authority = new TestAuthority(makeDataDir({ after }));
  const stores = {
    'ssl.quorum.keyStore.location': authority.issue('member'),
    'ssl.quorum.trustStore.location': authority.trust,
  };
  const config = { ...required, ...stores, sslQuorum: 'true' };
  tell(overTls, { kinds: ['zooid', 'java-3.9', 'zooid'], config });
} else {
  test(overTls, (t) => t.skip(opensslMissing));
}

/** The other two serve, one of them has refused the third, and the third serves nobody. */
const findRefusal = async (ensemble: TestEnsemble, bad: number, line: RegExp): Promise<void> => {
  const others = ensemble.members.filter(({ id }) => id !== bad);
  await Promise.all(ensemble.members.map((member) => member.start()));
  await ensemble.untilServing(others);
  await ensemble.until(`line ${line}`, async () =>
    others.some(({ output }) => line.test(output)) ? true : undefined,
  );
  await writeThroughEach(
    others.map(({ port }) => port),
    'good',
  );
  assert.equal(await ensemble.member(bad).mode(), undefined);
};

tellStory(
  {
    ...{ ...members, kinds: ['java-3.9', 'java-3.9', 'zooid'] },
    title: 'Zooid has a wrong password → Java refuses it, and it serves nobody',
    configOf: (id) => (id === 3 ? { 'quorum.auth.learner.saslLoginContext': 'Wrong' } : {}),
  },
  async (ensemble) => {
    const others = ensemble.members.filter(({ id }) => id !== 3);
    await Promise.all(ensemble.members.map((member) => member.start()));
    await ensemble.untilServing(others);
    await ensemble.until('refusal', async () =>
      /it refuses the name or the password/.test(ensemble.member(3).output) ? true : undefined,
    );
    assert.equal(await ensemble.member(3).mode(), undefined);
  },
);

tellStory(
  {
    ...{ ...members, kinds: ['zooid', 'zooid', 'java-3.9'] },
    title: 'Java has a wrong password → it is refused where it calls for the election',
    configOf: (id) => (id === 3 ? { 'quorum.auth.learner.saslLoginContext': 'Wrong' } : {}),
  },
  (ensemble) => findRefusal(ensemble, 3, /election connection refused.*the password is wrong/),
);

tellStory(
  {
    ...{ ...members, kinds: ['java-3.9', 'zooid', 'zooid'] },
    title: 'Java has a wrong password and is called → the leader refuses it as a learner',
    configOf: (id) => (id === 1 ? { 'quorum.auth.learner.saslLoginContext': 'Wrong' } : {}),
  },
  (ensemble) => findRefusal(ensemble, 1, /quorum connection refused.*the password is wrong/),
);

tellStory(
  {
    ...{ ...members, kinds: ['zooid', 'zooid', 'java-3.9'] },
    title: 'Java does not authenticate, which is required → refused',
    configOf: (id) => (id === 3 ? none : {}),
  },
  (ensemble) => findRefusal(ensemble, 3, /election connection refused.*does not authenticate/),
);

const offered = { 'quorum.auth.enableSasl': 'true' };
const steps = [{ ...offered, 'quorum.auth.learnerRequireSasl': 'true' }, required];

tellStory(
  {
    ...{ kinds: ['java-3.9', 'zooid', 'zooid'], program },
    title: 'from none or offered to required, one after another under load → nothing lost',
    configOf: (id) => (id === 1 ? {} : offered),
  },
  async (ensemble, t) => {
    await ensemble.start();
    const load = await RecordingLoad.start(ensemble);
    try {
      for (const step of steps) {
        for (const member of ensemble.members) {
          await member.stop();
          member.reconfigure(step);
          await member.start();
          await member.untilServing();
          await load.progress(1);
        }
      }
      t.diagnostic(JSON.stringify(await load.finish()));
    } finally {
      load.destroy();
    }
  },
);
