import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { directoryPaths } from '../../../src/io/disk/directory-paths.ts';
import { FileDirectoryReader } from '../../../src/io/disk/file-directory-reader.ts';

function open(t: TestContext): { reader: FileDirectoryReader; log: string; dataDir: string } {
  const dataDir = mkdtempSync(join(tmpdir(), 'zooid-reader-'));
  const paths = directoryPaths(dataDir, dataDir);
  mkdirSync(paths.log, { recursive: true });
  const reader = new FileDirectoryReader(paths);
  t.after(() => {
    reader.close();
    rmSync(dataDir, { recursive: true, force: true });
  });
  return { reader, log: paths.log, dataDir };
}

const hasCode = (code: string) => (error: Error & { code?: string }) => error.code === code;

test('directory reader: a directory that does not exist → empty', (t) => {
  const { reader, log } = open(t);
  rmSync(log, { recursive: true });
  assert.deepEqual(reader.list('log'), []);
});

test('directory reader: any part of a file → its bytes; beyond the end → fewer', (t) => {
  const { reader, log } = open(t);
  writeFileSync(join(log, 'log.1'), Buffer.from('0123456789'));
  assert.deepEqual(reader.list('log'), ['log.1']);
  assert.equal(reader.size('log', 'log.1'), 10);
  const into = new Uint8Array(4);
  assert.equal(reader.read('log', 'log.1', { position: 3, into }), 4);
  assert.equal(Buffer.from(into).toString(), '3456');
  assert.equal(reader.read('log', 'log.1', { position: 8, into }), 2);
  assert.equal(Buffer.from(into.subarray(0, 2)).toString(), '89');
  assert.equal(reader.read('log', 'log.1', { position: 20, into }), 0);
});

test('directory reader: from file to file and back → each its own bytes', (t) => {
  const { reader, log } = open(t);
  for (const name of ['a', 'b']) writeFileSync(join(log, name), name.repeat(3));
  const into = new Uint8Array(3);
  for (const name of ['a', 'b', 'a']) {
    reader.read('log', name, { position: 0, into });
    assert.equal(Buffer.from(into).toString(), name.repeat(3));
  }
});

test('directory reader: a missing file, or a directory → the error of the system with its code', (t) => {
  const { reader, log } = open(t);
  assert.throws(() => reader.size('log', 'log.9'), hasCode('ENOENT'));
  mkdirSync(join(log, 'log.2'));
  const read = () => reader.read('log', 'log.2', { position: 0, into: new Uint8Array(4) });
  assert.throws(read, hasCode('EISDIR'));
});

test('directory reader: gzip → uncompressed; cut → an error', (t) => {
  const { reader, log } = open(t);
  const zipped = gzipSync(Buffer.from('snapshot'));
  writeFileSync(join(log, 'snapshot.0.gz'), zipped);
  assert.equal(Buffer.from(reader.readGzip('log', 'snapshot.0.gz')).toString(), 'snapshot');
  writeFileSync(join(log, 'snapshot.1.gz'), zipped.subarray(0, -4));
  assert.throws(() => reader.readGzip('log', 'snapshot.1.gz'));
});
