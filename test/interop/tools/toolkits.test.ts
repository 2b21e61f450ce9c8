// Java's own tools and ours on the same files of Java servers: what they print must be the same,
// up to the order of siblings (Java's is that of a hash table) and to times that were measured.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { goldenFile } from '../../core/storage/golden-disk.ts';
import { makeDataDirectory, zooid } from '../../tools/tool-run.ts';
import { type JavaVersion, javaClassPath, javaServerAvailability } from '../java-server.ts';

const SERVER = 'org.apache.zookeeper.server';
/** Debian's; the distribution of 3.9 ships one of its own. */
const JACKSON = '/usr/share/java/jackson-core.jar';
const CAPTURES: Record<JavaVersion, string> = { '3.8': 'java-3.8.0', '3.9': 'java-3.9.5' };
/** Up to the next txn or the end. */
const MULTI = / multi [\s\S]*?(?=\n\d+\/\d+\/\d\d, |\nEOF|\nCRC)/g;
const run = promisify(execFile);

type Tool = (...words: readonly string[]) => Promise<string>;

async function javaTool(version: JavaVersion, name: string): Promise<Tool> {
  const classPath = `${await javaClassPath(version)}:${JACKSON}`;
  const flags = ['-XX:TieredStopAtLevel=1', '-Duser.timezone=UTC', '-Duser.language=en'];
  flags.push('-Duser.country=US', '-cp', classPath, `${SERVER}.${name}`);
  return async (...words) => (await run('java', [...flags, ...words])).stdout;
}

/** Up to the order of lines, the parts of a multi (bytes in Java's output) and measured times. */
function comparable(output: string): string[] {
  // 3.8 has one name in other letters.
  const named = output.replace(/ createTtl /g, ' createTTL ');
  const masked = named.replace(MULTI, ' multi').replace(/\d+\.\d+ seconds/g, 'seconds');
  return masked.split('\n').sort();
}

/** The nodes of ncdu's nested lists, without the numbers that follow from their order. */
function comparableJson(output: string): string[] {
  const list: { name: string; asize: number }[] = JSON.parse(output).slice(3).flat(9);
  return list.map(({ name, asize }) => `${name} ${asize}`).sort();
}

for (const version of ['3.8', '3.9'] as const) {
  const capture = CAPTURES[version];
  const files = Object.fromEntries(
    ['log.1', 'snapshot.0', 'snapshot.27'].map((name) => [name, goldenFile(capture, name)]),
  );

  test(`toolkits: a log, whole and damaged, and Java ${version} → the same dump, the same copies`, async (t) => {
    const { available, reason } = await javaServerAvailability(version);
    if (!available) return t.skip(reason);
    const { path } = makeDataDirectory(t, files);
    const java = await javaTool(version, 'persistence.TxnLogToolkit');
    const ours = await zooid('txnlog', path('log.1'));
    assert.deepEqual(comparable(ours.output), comparable(await java(path('log.1'))));

    const damaged = Buffer.from(goldenFile(capture, 'log.1'));
    damaged[damaged.indexOf('/plain') + 3] = 0x21;
    writeFileSync(path('log.2'), damaged);
    const mended = await zooid('txnlog', '-r', '-y', '-o', path('mended'), path('log.2'));
    const theirs = await java('-r', '-y', path('log.2'));
    const told = (output: string) => comparable(output).filter((line) => !/^Recovery/.test(line));
    assert.deepEqual(told(mended.output), told(theirs));
    assert.match(theirs, /with 1 fixed CRC error/);

    const chopped = await zooid('txnlog', '-c', '-z', '9', '-o', path('chopped'), path('log.1'));
    assert.equal(chopped.output, await java('-c', '-z', '9', path('log.1')));
    // Java reads our copies as its own.
    for (const [copy, original] of [
      ['mended', 'log.2.fixed'],
      ['chopped', 'log.1.chopped9'],
    ]) {
      assert.equal(await java(path(copy ?? '')), await java(path(original ?? '')));
    }
  });

  test(`toolkits: snapshots, and Java ${version} → the same details, differences and sums`, async (t) => {
    const { available, reason } = await javaServerAvailability(version);
    if (!available) return t.skip(reason);
    const { path } = makeDataDirectory(t, files);
    const formatter = await javaTool(version, 'SnapshotFormatter');
    for (const words of [['-d', path('snapshot.27')], [path('snapshot.0')]]) {
      const ours = await zooid('snapshot', ...words);
      assert.deepEqual(comparable(ours.output), comparable(await formatter(...words)));
    }
    const comparer = await javaTool(version, 'SnapshotComparer');
    const pair = ['-l', path('snapshot.0'), '-r', path('snapshot.27'), '-b', '2', '-n', '1', '-d'];
    const compared = await zooid('snapshot', 'compare', ...pair);
    const times = /\d+\.\d+ seconds/g;
    const theirs = await comparer(...pair);
    assert.equal(compared.output.replace(times, ''), theirs.replace(times, ''));
    if (!existsSync(JACKSON)) return;
    const json = await zooid('snapshot', '-json', path('snapshot.27'));
    const theirJson = await formatter('-json', path('snapshot.27'));
    assert.deepEqual(comparableJson(json.output), comparableJson(theirJson));
  });
}

test('toolkits: the summary of a snapshot, and Java 3.9 → the same sums to every depth', async (t) => {
  const { available, reason } = await javaServerAvailability('3.9');
  if (!available) return t.skip(reason);
  const bytes = goldenFile('java-3.9.5', 'snapshot.27');
  const { path } = makeDataDirectory(t, { 'snapshot.27': bytes });
  const java = await javaTool('3.9', 'SnapshotRecursiveSummary');
  for (const words of [
    [path('snapshot.27'), '/', '0'],
    [path('snapshot.27'), '/zookeeper', '1'],
  ]) {
    const ours = await zooid('snapshot', 'summary', ...words);
    assert.deepEqual(comparable(ours.output), comparable(await java(...words)));
  }
});
