/** The tools that write, where there is no room: what was there stays, and nothing is half there. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { SourceDirectory } from '../../tools/backup/source-directory.ts';
import { makeFolder, zooid } from '../../tools/tool-run.ts';
import { missingServer } from '../server-process.ts';
import { mountSmallDisk } from '../small-disk.ts';

const FULL = /: the disk is full; make room there and run this again\.\n$/;
const DATA = 'x'.repeat(1000);

/** Txns 1 to 50 of a thousand bytes each. */
function makeSource(t: TestContext): SourceDirectory {
  const source = new SourceDirectory(t);
  source.beginLog(1);
  source.append(1, [1, 50], DATA);
  return source;
}

test('full disk: the target of a backup has no room → the backup before is whole, and goes on with more', async (t) => {
  const missing = missingServer();
  if (missing !== undefined) return t.skip(missing);
  const disk = mountSmallDisk(t, '128k');
  if ('reason' in disk) return t.skip(disk.reason);
  const source = makeSource(t);
  const backUp = () => zooid('backup', disk.place, '--from', source.dataDir);
  assert.equal((await backUp()).code, 0);
  source.append(1, [51, 200], DATA);
  const failed = await backUp();
  assert.equal(failed.code, 1);
  assert.match(failed.output, FULL);
  const kept = await zooid('backup', 'verify', disk.place);
  assert.match(kept.output, /^chain-1: whole, zxid 0x0 to 0x32, 50 txns/);
  spawnSync('mount', ['-o', 'remount,size=4m', disk.place]);
  assert.match((await backUp()).output, /^Backed up to zxid 0xc8 \(chain-1\): 150 new txns/);
  assert.equal((await zooid('backup', 'verify', disk.place)).code, 0);
});

test('full disk: no room for what is restored, or for a copy of a log → no file is left', async (t) => {
  const missing = missingServer();
  if (missing !== undefined) return t.skip(missing);
  const disk = mountSmallDisk(t, '16k');
  if ('reason' in disk) return t.skip(disk.reason);
  const source = makeSource(t);
  const backup = makeFolder(t);
  await zooid('backup', backup, '--from', source.dataDir);
  const copy = join(disk.place, 'log.1');
  for (const words of [
    ['restore', backup, disk.place],
    ['txnlog', '-r', '-y', '-o', copy, source.path('log.1')],
    ['txnlog', '-c', '-z', '40', '-o', copy, source.path('log.1')],
  ]) {
    const { code, output } = await zooid(...words);
    assert.equal(code, 1, output);
    assert.match(output, FULL);
    assert.deepEqual(readdirSync(disk.place), []);
  }
});
