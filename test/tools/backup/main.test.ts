/** The command lines of `zooid backup` and `zooid restore`, and what they refuse. */
import assert from 'node:assert/strict';
import { chownSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { makeFolder, missingTools, zooid } from '../tool-run.ts';
import { SourceDirectory } from './source-directory.ts';

type Case = readonly [words: readonly string[], code: number, said: RegExp];

async function check(cases: readonly Case[]): Promise<void> {
  for (const [words, expected, said] of cases) {
    const { code, output } = await zooid(...words);
    assert.equal(code, expected, output);
    assert.match(output, said);
  }
}

async function makeBackup(t: TestContext): Promise<{ target: string; source: SourceDirectory }> {
  const source = new SourceDirectory(t);
  source.beginLog(1);
  source.append(1, [1, 3]);
  const target = join(makeFolder(t), 'backup');
  const { code, output } = await zooid('backup', target, '--from', source.dataDir);
  assert.deepEqual(
    { code, output },
    {
      code: 0,
      output: 'Backed up to zxid 0x3 (chain-1): 3 new txns, 1 new snapshots.\n',
    },
  );
  assert.equal(statSync(target).mode & 0o777, 0o700);
  return { target, source };
}

test('backup: words that it does not know, sources that are none → exit 2 or 1, and what to do', async (t) => {
  const missing = missingTools();
  if (missing !== undefined) return t.skip(missing);
  const folder = makeFolder(t);
  const file = join(folder, 'file');
  writeFileSync(file, '');
  writeFileSync(join(folder, 'manifest.json'), '{"format": 7}');
  const source = new SourceDirectory(t);
  const outside = makeFolder(t);
  const chain = {
    name: 'chain-1/../..',
    snapshots: [{ name: 'snapshot.0', zxid: '0x0' }],
    logs: [],
  };
  writeFileSync(join(outside, 'manifest.json'), JSON.stringify({ format: 1, chains: [chain] }));
  await check([
    [['backup', folder, '--form', 'x'], 2, /Did you mean --from\?[\s\S]*Usage: zooid backup/],
    [['backup', folder], 2, /Say where the data are: --from .* or --server/],
    [['backup', folder, '--from', 'x', '--server', 'y'], 2, /Say where the data are/],
    [['backup', folder, '--server', 'x', '--follow'], 2, /--follow and --log-dir need --from/],
    [['backup', folder, '--from', 'x', '--interval', '0'], 2, /Milliseconds, 1 or more/],
    [['backup', folder, '--from', '/no/such'], 1, /^There is no \/no\/such\/version-2: check/],
    [['backup', folder, '--from', source.dataDir], 1, /manifest\.json is no manifest of a backup/],
    [['backup', file, '--from', source.dataDir], 1, /file exists already: move it away/],
    [['backup', 'verify', outside], 1, /manifest\.json is no manifest of a backup/],
    [['backup', 'verify'], 2, /missing required argument 'target'/],
    [['backup', 'verify', '/no/such'], 1, /^\/no\/such holds no backup: there is no manifest/],
  ]);
});

test('restore: points that there are not, words that it does not know → nothing is made', async (t) => {
  const missing = missingTools();
  if (missing !== undefined) return t.skip(missing);
  const { target } = await makeBackup(t);
  const place = join(makeFolder(t), 'data');
  await check([
    [['restore', target, place, '--to-zxid', '9'], 1, /does not reach 0x9; it holds zxid 0x0 \(/],
    [['restore', target, place, '--to-zxid', 'x'], 2, /A zxid is like 0x100000002/],
    [['restore', target, place, '--to-time', 'noon'], 2, /A time is like 2026-11-26T21:00:00Z/],
    [['restore', target, place, '--to-time', '0'], 1, /does not reach 1970-01-01T00:00:00\.000Z/],
    [['restore', target, place, '--to-zxid', '1', '--to-time', '1'], 2, /Either --to-zxid or/],
    [['restore', target, place, '--to-zid', '1'], 2, /Did you mean --to-zxid\?/],
    [['restore', place, place], 1, /holds no backup/],
  ]);
  assert.throws(() => readdirSync(place), /ENOENT/);
});

test('restore: into a directory with data → refused; with --force the data are kept aside', async (t) => {
  const missing = missingTools();
  if (missing !== undefined) return t.skip(missing);
  const { target, source } = await makeBackup(t);
  const logDir = makeFolder(t);
  const words = ['restore', target, source.dataDir, '--log-dir', logDir, '--to-zxid', '0x2'];
  const refused = await zooid(...words);
  assert.equal(refused.code, 1);
  assert.match(refused.output, /version-2 is not empty: name an empty directory, or move the data/);
  const before = readdirSync(source.path(''));
  const { code, output } = await zooid(...words, '--force');
  assert.equal(code, 0, output);
  assert.match(
    output,
    /^The data before are in .*version-2\.before-restore-1\.\nRestored zxid 0x2,/,
  );
  assert.deepEqual(readdirSync(source.path('')), ['snapshot.2']);
  assert.deepEqual(readdirSync(join(logDir, 'version-2')), []);
  const aside = join(source.dataDir, 'version-2.before-restore-1');
  assert.deepEqual(readdirSync(aside), before);
});

test('restore: into places that are not there → made for their user alone', async (t) => {
  const missing = missingTools();
  if (missing !== undefined) return t.skip(missing);
  const { target } = await makeBackup(t);
  const place = join(makeFolder(t), 'data');
  const logDir = join(makeFolder(t), 'log');
  const { code, output } = await zooid('restore', target, place, '--log-dir', logDir);
  assert.equal(code, 0, output);
  for (const made of [place, join(place, 'version-2'), logDir, join(logDir, 'version-2')]) {
    assert.equal(statSync(made).mode & 0o777, 0o700, made);
  }
});

test('restore: by root → all that is made belongs to the owner of the dataDir', async (t) => {
  const missing = missingTools();
  if (missing !== undefined) return t.skip(missing);
  if (process.getuid?.() !== 0) return t.skip('only root can give a directory to another user');
  const { target } = await makeBackup(t);
  const place = makeFolder(t);
  chownSync(place, 1234, 1234);
  const logDir = join(makeFolder(t), 'log');
  const { code, output } = await zooid('restore', target, place, '--log-dir', logDir);
  assert.equal(code, 0, output);
  for (const made of [join(place, 'version-2'), logDir, join(logDir, 'version-2')]) {
    assert.equal(statSync(made).uid, 1234, made);
  }
});
