/** `zooid cleanup` on files whose names are all that it looks at, but for the end of a snapshot. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { goldenFile } from '../../core/storage/golden-disk.ts';
import { makeDataDirectory, makeFolder, missingTools, zooid } from '../tool-run.ts';

const SCRIPT = fileURLToPath(new URL('../../../bin/zkCleanup.sh', import.meta.url));
const ZXIDS = ['0', '5', 'a', 'f', '14'];

/** Snapshots and logs of these zxids, and a newer snapshot that was not written to its end. */
function makeFiles(): Record<string, Uint8Array> {
  const whole = goldenFile('java-3.9.5', 'snapshot.0');
  const files: Record<string, Uint8Array> = { 'snapshot.20': whole.subarray(0, 100) };
  for (const zxid of ZXIDS) {
    files[`snapshot.${zxid}`] = whole;
    files[`log.${zxid}`] = new Uint8Array(0);
  }
  return files;
}

const KEPT_LOGS = ['log.14', 'log.a', 'log.f'];
const KEPT_SNAPSHOTS = ['snapshot.14', 'snapshot.20', 'snapshot.a', 'snapshot.f'];

test('cleanup: three to keep → the three newest whole snapshots and their logs stay', async (t) => {
  const missing = missingTools();
  if (missing !== undefined) return t.skip(missing);
  const { dataDir, path } = makeDataDirectory(t, makeFiles());
  const { code, output } = await zooid('cleanup', dataDir, '-n', '3');
  assert.equal(code, 0, output);
  assert.deepEqual(readdirSync(path('')).sort(), [...KEPT_LOGS, ...KEPT_SNAPSHOTS]);
  const lines = output.trimEnd().split('\n').sort();
  assert.equal(lines.length, 4);
  assert.match(
    lines[0] ?? '',
    /^Removing file: \w{3} \d+, \d{4}, \d+:\d\d:\d\d [AP]M\t\/.*\/log\.0$/,
  );
});

test('cleanup: zkCleanup.sh with the directories of a zoo.cfg → both are cleaned', (t) => {
  const missing = missingTools();
  if (missing !== undefined) return t.skip(missing);
  const { dataDir, path } = makeDataDirectory(t, makeFiles());
  const dataLogDir = makeFolder(t);
  mkdirSync(join(dataLogDir, 'version-2'));
  for (const zxid of ZXIDS) {
    renameSync(path(`log.${zxid}`), join(dataLogDir, 'version-2', `log.${zxid}`));
  }
  const conf = makeFolder(t);
  writeFileSync(join(conf, 'zoo.cfg'), `dataDir=${dataDir}\ndataLogDir = ${dataLogDir}\n`);
  const env = { ...process.env, NODE: process.execPath };
  const { status, stderr } = spawnSync(SCRIPT, ['--config', conf, '-n', '3'], { env });
  assert.equal(status, 0, String(stderr));
  assert.deepEqual(readdirSync(path('')).sort(), KEPT_SNAPSHOTS);
  assert.deepEqual(readdirSync(join(dataLogDir, 'version-2')).sort(), KEPT_LOGS);
});

test('cleanup: fewer than three, no count, no directory → refused, nothing is removed', async (t) => {
  const missing = missingTools();
  if (missing !== undefined) return t.skip(missing);
  const { dataDir, path } = makeDataDirectory(t, makeFiles());
  const cases: [words: string[], code: number, said: RegExp][] = [
    [[dataDir, '-n', '2'], 2, /count should be greater than or equal to 3[\s\S]*Usage/],
    [[dataDir], 2, /required option '-n, --count <count>' not specified/],
    [['/no/such', '-n', '3'], 1, /^There is no \/no\/such\/version-2: check the path\.\n$/],
  ];
  for (const [words, expected, said] of cases) {
    const { code, output } = await zooid('cleanup', ...words);
    assert.equal(code, expected, output);
    assert.match(output, said);
  }
  assert.equal(readdirSync(path('')).length, 11);
});
