import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readServerConfig } from '../../../src/server/config/read-server-config.ts';
import { type InitOptions, planMembers } from '../../../src/tools/init/members.ts';
import { planFiles } from '../../../src/tools/init/plan-files.ts';

const COMMON = { dir: '/written', home: '/srv/zooid' };

async function plan(options: Partial<InitOptions>) {
  const all = { ...COMMON, ...options };
  const { files, warnings } = await planFiles(await planMembers(all), all.dir, all.tls === true);
  return { texts: new Map(files.map(({ path, text }) => [path, text])), warnings };
}

/** As the server on member `id`'s host reads it. */
function configOf(texts: ReadonlyMap<string, string>, folder: string, home = COMMON.home) {
  const readFile = (path: string) => {
    const written = texts.get(path.replace(home, folder));
    if (written === undefined) throw Object.assign(new Error(path), { code: 'ENOENT' });
    return Buffer.from(written, 'latin1');
  };
  return readServerConfig({ args: [`${home}/zoo.cfg`], env: {}, readFile });
}

test('init: a list of servers → every member reads the same list, and itself in it', async () => {
  const { texts } = await plan({
    servers: 'a, b:2000:3000;4000, [fd00::3]:5:6:observer;1.2.3.4:7',
  });
  const configs = [1, 2, 3].map((id) => configOf(texts, `/written/zoo${id}`));
  for (const [at, { config, warnings }] of configs.entries()) {
    assert.equal(config.myid, at + 1);
    assert.ok(config.isDistributed);
    assert.deepEqual(config.ensemble, configs[0]?.config.ensemble);
    assert.deepEqual(
      warnings.filter((each) => !each.includes('servers vote')),
      [],
    );
  }
  assert.deepEqual(
    configs.map(({ config }) => [config.clientPortAddress, config.clientPort]),
    [
      [null, 2181],
      [null, 4000],
      ['1.2.3.4', 7],
    ],
  );
  const [a] = configs[0]?.config.ensemble.servers ?? [];
  assert.deepEqual(a?.addresses, [{ host: 'a', quorumPort: 2888, electionPort: 3888 }]);
});

test('init --tls: hosts with names → only the port for TLS, and one certificate each', async () => {
  const { texts } = await plan({ servers: 'a,b,c', tls: true });
  const { config } = configOf(texts, '/written/zoo2');
  assert.deepEqual([config.clientPort, config.secureClientPort], [null, 2281]);
  const property = (key: string) => config.systemProperties.get(`zookeeper.${key}`);
  assert.equal(property('ssl.quorum.keyStore.location'), '/srv/zooid/tls/member.pem');
  const members = [1, 2, 3].map((id) => texts.get(`/written/zoo${id}/tls/member.pem`));
  assert.equal(new Set(members).size, 3);
});

test('init: an even number of voters → the server’s warning, once', async () => {
  const { warnings } = await plan({ servers: 'a,b,c,d' });
  assert.equal(warnings.length, 1);
  assert.match(warnings[0] ?? '', /4 servers vote/);
});

test('init: a folder with letters of its own → the server finds it', async () => {
  const home = '/srv/Zoo größe #1';
  const { texts } = await plan({ servers: 'a,b,c', home });
  assert.equal(configOf(texts, '/written/zoo1', home).config.dataDir, `${home}/data`);
});
