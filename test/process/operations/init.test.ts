/** `zooid init` as somebody runs it: what it writes is started and used. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ZooKeeper } from '../../../src/client/index.ts';
import { isFree } from '../../free-ports.ts';
import { makeDataDir, missingServer } from '../server-process.ts';
import { startInitEnsemble, zkServer, zooid } from './init-ensemble.ts';

test('zooid init: an ensemble on this machine → three processes that serve as one', async (t) => {
  const missing = missingServer();
  if (missing !== undefined) return t.skip(missing);
  const { configs, written, basePort } = await startInitEnsemble(t);
  for (const config of configs) assert.match(written, new RegExp(`zooid server ${config}`));
  const addresses = /Clients connect to (\S+)/.exec(written)?.[1] ?? '';
  const [first = '', , third = ''] = addresses.split(',');
  assert.equal(third, `127.0.0.1:${basePort + 2}`);
  const writer = await ZooKeeper.connect(first);
  t.after(() => writer.close());
  await writer.create('/written', 'here');
  const reader = await ZooKeeper.connect(third);
  t.after(() => reader.close());
  await reader.sync('/written');
  const { data } = await reader.getData('/written');
  assert.equal(Buffer.from(data ?? []).toString(), 'here');
  assert.match((await zkServer('status', configs[2])).stdout, /^Mode: (leader|follower)$/m);
});

test('zooid init: something is there already → refused, nothing touched', async (t) => {
  const dir = makeDataDir(t);
  assert.equal((await zooid('init', '--dir', dir)).code, 0);
  const config = join(dir, 'zoo.cfg');
  const before = readFileSync(config, 'utf8');
  const again = await zooid('init', '--dir', dir, '--servers', '3', '--local', '--tls');
  assert.deepEqual([again.code, again.stdout], [1, '']);
  assert.match(again.stderr, /is not empty: move it away, or name another place with --dir\.$/m);
  assert.equal(readFileSync(config, 'utf8'), before);
  assert.deepEqual(readdirSync(dir).sort(), ['data', 'zoo.cfg']);
});

test('zooid init --tls: an ensemble on this machine → speaks nothing but TLS, also to its tools', async (t) => {
  const missing = missingServer();
  if (missing !== undefined) return t.skip(missing);
  const { configs, directory, basePort } = await startInitEnsemble(t, ['--tls']);
  const pem = (name: string) => readFileSync(join(directory, 'clients', name), 'utf8');
  const credentials = { ca: pem('ca.pem'), key: pem('client.pem'), cert: pem('client.pem') };
  const zk = await ZooKeeper.connect(`127.0.0.1:${basePort + 9}`, { tls: credentials });
  t.after(() => zk.close());
  await zk.create('/secret', 'here');
  const other = await ZooKeeper.connect(`127.0.0.1:${basePort + 10}`, { tls: credentials });
  t.after(() => other.close());
  await other.sync('/secret');
  assert.equal(Buffer.from((await other.getData('/secret')).data ?? []).toString(), 'here');
  assert.ok(await isFree(basePort), 'there is no plain port');
  const status = await zkServer('status', configs[0]);
  assert.match(
    status.stdout,
    new RegExp(`^Client port found: ${basePort + 9}\\. .* SSL: true\\.$`, 'm'),
  );
  assert.match(status.stdout, /^Mode: (leader|follower)$/m);
  const { code, stdout } = await zooid('doctor', configs[1], '--skip', 'disk');
  assert.notEqual(code, 2, stdout);
  assert.match(stdout, /^ok {4}peers {4}server\.2, this server is (leader|follower), at 0x1/m);
  assert.match(
    stdout,
    /^ok {4}tls {6}ssl\.quorum\.\*: the certificate CN=127\.0\.0\.1 is in force/m,
  );
});

test('zooid init --tls: keys and data → for their owner alone', async (t) => {
  const dir = join(makeDataDir(t), 'secured');
  const { stdout } = await zooid(
    'init',
    '--dir',
    dir,
    '--servers',
    'a.example,10.0.0.2,c',
    '--tls',
  );
  assert.match(stdout, /rsync -a .*\/zoo2\/ 10\.0\.0\.2:\/var\/lib\/zooid\/$/m);
  assert.match(stdout, /^Clients connect by TLS to a\.example:2281,10\.0\.0\.2:2281,c:2281$/m);
  const secrets = ['authority/ca-key.pem', 'zoo1/tls/member.pem', 'clients/client.pem'];
  for (const file of secrets) assert.equal(statSync(join(dir, file)).mode & 0o777, 0o600, file);
  assert.equal(statSync(join(dir, 'zoo3/data')).mode & 0o777, 0o700);
  assert.equal(existsSync(join(dir, 'zoo1/authority')), false);
});

for (const [words, sentence] of [
  [['--servers', '3'], /^--servers 3: name the hosts, as in --servers a,b,c, or say --local/],
  [['--servers', 'a,b,a'], /^server\.1 and server\.3 both have the address a:2888\.$/m],
  [['--servers', 'a:1:1'], /server\.1=a:1:1;2181 is refused; allowed: different quorum and/],
  [['--servers', '0', '--local'], /^--servers 0: a whole number from 1 to 100 is wanted\.$/m],
  [['--local', '--servers', 'a,b,c'], /^--local wants a number of servers/],
  [['--tsl'], /^error: unknown option '--tsl'\n\(Did you mean --tls\?\)/],
] as const) {
  test(`zooid init ${words.join(' ')} → exit 2, why, and nothing written`, async (t) => {
    const dir = join(makeDataDir(t), 'none');
    const { code, stdout, stderr } = await zooid('init', '--dir', dir, ...words);
    assert.deepEqual([code, stdout], [2, '']);
    assert.match(stderr, sentence);
    assert.equal(existsSync(dir), false);
  });
}
