import assert from 'node:assert/strict';
import { appendFileSync, existsSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { BackupRun } from '../../../src/tools/backup/backup-run.ts';
import { requireManifest, versionDirectory } from '../../../src/tools/backup/manifest.ts';
import { planRestore, type RestorePoint } from '../../../src/tools/backup/plan-restore.ts';
import { replay } from '../../../src/tools/backup/replay.ts';
import { verifyBackup } from '../../../src/tools/backup/verify-backup.ts';
import { goldenFile } from '../../core/storage/golden-disk.ts';
import { makeFolder } from '../tool-run.ts';
import { record, SourceDirectory, TIME_MS } from './source-directory.ts';

interface Setup {
  readonly source: SourceDirectory;
  readonly target: string;
  readonly warnings: string[];
  backUp(): ReturnType<BackupRun['pass']>;
  /** The nodes at the point that the test's txns have made. */
  nodesAt(point: RestorePoint): string[];
}

function setUp(t: { after(end: () => void): void }): Setup {
  const source = new SourceDirectory(t);
  const target = makeFolder(t);
  const warnings: string[] = [];
  return {
    source,
    target,
    warnings,
    async backUp() {
      const run = new BackupRun(target, source.paths, (warning) => warnings.push(warning));
      try {
        return await run.pass();
      } finally {
        run.close();
      }
    },
    nodesAt(point) {
      const { tree } = replay(planRestore(target, point));
      const names = tree.childNames(tree.root).filter((name) => name !== 'zookeeper');
      return names.sort();
    },
  };
}

test('backup: run again → only the new txns, in a log of their own; nothing new → nothing written', async (t) => {
  const { source, target, backUp, nodesAt } = setUp(t);
  source.beginLog(1);
  source.append(1, [1, 3]);
  assert.deepEqual(await backUp(), { chain: 'chain-1', zxid: 3, txns: 3, snapshots: 1 });
  source.append(1, [4, 5]);
  source.beginLog(6);
  source.append(6, [6, 6]);
  assert.deepEqual(await backUp(), { chain: 'chain-1', zxid: 6, txns: 3, snapshots: 0 });
  const [chain] = requireManifest(target).chains;
  assert.deepEqual(
    chain?.logs.map(({ name }) => name),
    ['log.1', 'log.4'],
  );
  const before = statSync(join(target, 'manifest.json')).ino;
  assert.deepEqual(await backUp(), { chain: 'chain-1', zxid: 6, txns: 0, snapshots: 0 });
  assert.equal(statSync(join(target, 'manifest.json')).ino, before);
  assert.deepEqual(nodesAt({ zxid: 5 }), ['n1', 'n2', 'n3', 'n4', 'n5']);
  await verifyBackup(target);
});

test('backup: ended between a write and the manifest → what is not named is copied again', async (t) => {
  const { source, target, backUp, nodesAt } = setUp(t);
  source.beginLog(1);
  source.append(1, [1, 2]);
  await backUp();
  source.append(1, [3, 4]);
  const [chain] = requireManifest(target).chains;
  assert.ok(chain !== undefined);
  const directory = versionDirectory(target, chain);
  appendFileSync(join(directory, 'log.1'), record(3));
  writeFileSync(join(directory, 'log.3'), 'half');
  assert.equal((await backUp()).txns, 2);
  await verifyBackup(target);
  assert.deepEqual(nodesAt({}), ['n1', 'n2', 'n3', 'n4']);
});

test('backup: the history was cut and goes on otherwise → a new chain, by which is restored', async (t) => {
  const { source, backUp, nodesAt, target } = setUp(t);
  source.beginLog(1);
  source.append(1, [1, 2]);
  const keep = statSync(source.path('log.1')).size;
  source.append(1, [3, 5]);
  await backUp();
  source.cut(1, keep);
  source.append(1, [3, 4], 'another');
  assert.deepEqual(await backUp(), { chain: 'chain-2', zxid: 4, txns: 4, snapshots: 1 });
  const { tree } = replay(planRestore(target, { zxid: 4 }));
  const node = tree.findPath('/n4');
  assert.equal(Buffer.from(tree.dataOf(node) ?? []).toString(), 'another');
  // Only the first chain has it.
  assert.deepEqual(nodesAt({ zxid: 5 }).length, 5);
});

test('backup: the logs that follow were purged → a new chain; between the two nothing is restored', async (t) => {
  const { source, target, backUp, nodesAt } = setUp(t);
  source.beginLog(1);
  source.append(1, [1, 2]);
  await backUp();
  source.remove('log.1');
  source.remove('snapshot.0');
  writeFileSync(source.path('snapshot.27'), goldenFile('java-3.9.5', 'snapshot.27'));
  source.beginLog(0x28);
  source.append(0x28, [0x28, 0x29]);
  assert.deepEqual(await backUp(), { chain: 'chain-2', zxid: 0x29, txns: 2, snapshots: 1 });
  assert.deepEqual(nodesAt({ zxid: 2 }), ['n1', 'n2']);
  assert.ok(nodesAt({ zxid: 0x28 }).includes('n40'));
  const range = /does not reach 0x9; it holds zxid 0x0 \(.*\) to zxid 0x2 \(.*\), and zxid 0x27/;
  assert.throws(() => planRestore(target, { zxid: 9 }), range);
});

test('backup: the newest snapshot is damaged → the one before it, and a warning', async (t) => {
  const { source, warnings, target, backUp } = setUp(t);
  const damaged = Buffer.from(goldenFile('java-3.9.5', 'snapshot.27'));
  damaged[1000] = (damaged[1000] ?? 0) ^ 1;
  writeFileSync(source.path('snapshot.27'), damaged);
  source.beginLog(1);
  source.append(1, [1, 2]);
  assert.deepEqual(await backUp(), { chain: 'chain-1', zxid: 2, txns: 2, snapshots: 1 });
  assert.match(warnings.join(), /^Not used: .*snapshot\.27 is no whole snapshot/);
  assert.equal(existsSync(join(target, 'chain-1', 'version-2', 'snapshot.27')), false);
});

test('backup: a later snapshot is damaged → tried and told of once, and again when it is another', async (t) => {
  const { source, target, warnings } = setUp(t);
  const run = new BackupRun(target, source.paths, (warning) => warnings.push(warning));
  t.after(() => run.close());
  source.beginLog(1);
  source.append(1, [1, 50]);
  await run.pass();
  const whole = goldenFile('java-3.9.5', 'snapshot.27');
  writeFileSync(source.path('snapshot.27'), whole.subarray(0, 700));
  for (let pass = 0; pass < 3; pass++) assert.equal((await run.pass()).snapshots, 0);
  assert.equal(warnings.length, 1);
  assert.match(warnings.join(), /^snapshot\.27 is not copied: .* no whole snapshot/);
  writeFileSync(source.path('snapshot.27'), whole);
  assert.equal((await run.pass()).snapshots, 1);
  assert.equal(warnings.length, 1);
});

test('backup: another source into the same target → a chain of its own, not one of two histories', async (t) => {
  const { source, target, backUp } = setUp(t);
  assert.equal((await backUp()).chain, 'chain-1');
  const other = new SourceDirectory(t);
  other.beginLog(1);
  other.append(1, [1, 2]);
  const run = new BackupRun(target, other.paths, () => {});
  t.after(() => run.close());
  const expected = { chain: 'chain-2', zxid: 2, txns: 2, snapshots: 1 };
  assert.deepEqual(await run.pass(), expected);
  assert.deepEqual(await run.pass(), { ...expected, txns: 0, snapshots: 0 });
  source.beginLog(1);
  source.append(1, [1, 1]);
  assert.equal((await backUp()).chain, 'chain-3');
});

test('backup: its last log is shorter than the manifest says → refused, nothing is added', async (t) => {
  const { source, target, backUp } = setUp(t);
  source.beginLog(1);
  source.append(1, [1, 2]);
  await backUp();
  source.append(1, [3, 3]);
  truncateSync(join(target, 'chain-1', 'version-2', 'log.1'), 100);
  await assert.rejects(backUp(), /log\.1 is damaged: it has 100 of \d+ bytes; make a new backup/);
});

test('backup: no snapshot, or none of its logs → says so', async (t) => {
  const { source, backUp } = setUp(t);
  source.beginLog(5);
  source.append(5, [5, 6]);
  await assert.rejects(backUp(), /the logs after the newest snapshot are missing/);
  source.remove('snapshot.0');
  await assert.rejects(backUp(), /holds no whole snapshot; a server makes one when it starts/);
});

test('restore plan: by time → the last txn at or before it, to the millisecond', async (t) => {
  const { source, target, backUp, nodesAt } = setUp(t);
  source.beginLog(1);
  source.append(1, [1, 3]);
  await backUp();
  source.append(1, [4, 6]);
  await backUp();
  assert.deepEqual(nodesAt({ timeMs: TIME_MS }), []);
  assert.deepEqual(nodesAt({ timeMs: TIME_MS + 5000 }), ['n1', 'n2', 'n3', 'n4', 'n5']);
  assert.deepEqual(nodesAt({ timeMs: TIME_MS + 4999 }), ['n1', 'n2', 'n3', 'n4']);
  assert.equal(nodesAt({ timeMs: TIME_MS + 60_000 }).length, 6);
  assert.throws(() => planRestore(target, { timeMs: -1 }), /does not reach 1969-12-31T23:59:59/);
});

test('verify: a byte of a copy flipped, a copy cut off → which file, and what to do', async (t) => {
  const { source, target, backUp } = setUp(t);
  source.beginLog(1);
  source.append(1, [1, 3]);
  await backUp();
  const path = join(target, 'chain-1', 'version-2', 'log.1');
  const { size } = statSync(path);
  const whole = Buffer.concat([record(1), record(2), record(3)]);
  whole[100] = (whole[100] ?? 0) ^ 1;
  writeFileSync(path, whole.subarray(0, size));
  await assert.rejects(verifyBackup(target), /log\.1 is damaged: it .*; make a new backup/);
  assert.throws(() => replay(planRestore(target, {})), /log\.1 of the backup is damaged at offset/);
});
