/** `zooid doctor` as somebody runs it, beside real servers and without. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { ZooKeeper } from '../../../src/client/index.ts';
import type { Finding } from '../../../src/tools/doctor/finding.ts';
import { findFreePort } from '../../free-ports.ts';
import { makeDataDir, missingServer } from '../server-process.ts';
import { startInitEnsemble, zkServer, zooid } from './init-ensemble.ts';

interface Report {
  readonly code: number | null;
  readonly verdict: string;
  readonly findings: readonly Finding[];
}

async function examine(...words: string[]): Promise<Report> {
  const { code, stdout, stderr } = await zooid('doctor', '--json', ...words);
  assert.equal(stderr, '');
  return { code, ...JSON.parse(stdout) };
}

function pick({ findings }: Report, area: string, verdict: string): string[] {
  const all = findings.filter((each) => each.area === area && each.verdict === verdict);
  return all.map(({ what }) => what);
}

/** Names, sizes and times of all that is in it. */
function stateOf(directory: string): string[] {
  const names = readdirSync(directory, { recursive: true, encoding: 'utf8' }).sort();
  return names.map((name) => {
    const { size, mtimeMs } = statSync(join(directory, name));
    return `${name} ${size} ${mtimeMs}`;
  });
}

function writeConfig(t: TestContext, keys: Readonly<Record<string, string>>): string {
  const directory = makeDataDir(t);
  const config = join(directory, 'zoo.cfg');
  const all = { dataDir: join(directory, 'data'), clientPortAddress: '127.0.0.1', ...keys };
  const lines = Object.entries(all).map(([key, value]) => `${key}=${value}\n`);
  writeFileSync(config, lines.join(''));
  return config;
}

test('zooid doctor: an ensemble that serves → its ports and peers are known, nothing to repair', async (t) => {
  const missing = missingServer();
  if (missing !== undefined) return t.skip(missing);
  const { configs, basePort } = await startInitEnsemble(t);
  const [first, second] = configs;
  const zk = await ZooKeeper.connect(`127.0.0.1:${basePort}`);
  await zk.create('/here', '');
  await zk.close();
  // How fast and how full this disk is, is none of the test's business.
  const report = await examine(first, '--skip', 'disk');
  assert.notEqual(report.code, 2, JSON.stringify(report.findings));
  const peers = pick(report, 'peers', 'ok').join('\n');
  assert.match(peers, /server\.1, this server is (leader|follower), at 0x1/);
  assert.equal(peers.match(/ is leader/g)?.length, 1, peers);
  assert.match(peers, new RegExp(`server\\.2: its election port ${basePort + 7} and quorum port`));
  assert.match(pick(report, 'data', 'ok').join(), /^loads in .* transactions .* up to 0x1/);
  if (process.platform === 'linux') {
    const held = pick(report, 'ports', 'ok').filter((each) => each.includes('by this server'));
    assert.equal(held.length, 3);
  }
  await zkServer('stop', second);
  const after = await examine(first, '--skip', 'disk,data');
  assert.equal(after.code, 1);
  assert.match(pick(after, 'peers', 'warn').join('\n'), /server\.2: its election port .*REFUSED/);
});

test('zooid doctor: damaged data → where, exit 2, and nothing is changed', async (t) => {
  const config = writeConfig(t, { clientPort: String(await findFreePort()) });
  const data = join(config, '../data');
  mkdirSync(join(data, 'version-2'), { recursive: true });
  writeFileSync(join(data, 'version-2/snapshot.5'), 'no snapshot');
  const before = stateOf(data);
  const report = await examine(config);
  assert.equal(report.code, 2);
  assert.match(pick(report, 'data', 'fail').join(), /^damaged: snapshot\.5, offset 0: /);
  assert.deepEqual(stateOf(data), before);
});

test('zooid doctor: a port that another program has → which one', async (t) => {
  const other = createServer().listen(0, '127.0.0.1');
  t.after(() => other.close());
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  const report = await examine(writeConfig(t, { clientPort: String(port) }));
  const verdict = process.platform === 'linux' ? 'fail' : 'warn';
  assert.equal(report.verdict, verdict);
  const [held = ''] = pick(report, 'ports', verdict);
  if (verdict === 'fail') assert.match(held, new RegExp(`held by process ${process.pid} \\(`));
});

test('zooid doctor: a configuration that is refused → the server’s sentence, as text', async (t) => {
  const config = writeConfig(t, { clientPort: 'soon' });
  const { code, stdout } = await zooid('doctor', config);
  assert.equal(code, 2);
  assert.match(
    stdout,
    /^fail {2}config {3}.*zoo\.cfg:3: clientPort=soon is refused; allowed: .*\.$/m,
  );
  assert.match(stdout, /^1 to repair, 0 to look at, \d+ well\.$/m);
  const none = await zooid('doctor', join(config, 'none'));
  assert.equal(none.code, 2);
  const unknown = await zooid('doctor', '--skip', 'teeth', config);
  assert.deepEqual([unknown.code, unknown.stdout], [2, '']);
  assert.match(unknown.stderr, /There is no area teeth\./);
});
