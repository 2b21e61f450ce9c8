import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { SnapshotFile } from '../../../src/io/disk/snapshot-file.ts';

function temporaryFile(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'zooid-snapshot-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  return join(directory, 'tmp.snapshot.1');
}

/** More than what is synced on the way. */
const SLICES = Array.from({ length: 24 }, (_, at) => Buffer.alloc(250_000, at));

for (const compression of ['', 'gz'] as const) {
  test(`snapshot file: slices, compression "${compression}" → all of them in order, also when their buffer is used again`, async (t) => {
    const path = temporaryFile(t);
    const file = await SnapshotFile.create(path, { compression, sync: true });
    const shared = new Uint8Array(250_000);
    for (const slice of SLICES) {
      shared.set(slice);
      await file.write(shared);
      shared.fill(0xee);
    }
    await file.finish(true);
    const bytes = readFileSync(path);
    const plain = compression === 'gz' ? gunzipSync(bytes) : bytes;
    assert.ok(plain.equals(Buffer.concat(SLICES)));
  });
}

test('snapshot file: what lies there from an earlier try → is gone', async (t) => {
  const path = temporaryFile(t);
  writeFileSync(path, 'something longer than what comes');
  const file = await SnapshotFile.create(path, { compression: '', sync: false });
  await file.write(Buffer.from('new'));
  await file.finish(false);
  assert.equal(readFileSync(path, 'utf8'), 'new');
});

test('snapshot file: a directory that is not there → rejects with the code', async (t) => {
  const path = join(temporaryFile(t), 'below', 'file');
  await assert.rejects(
    SnapshotFile.create(path, { compression: '', sync: false }),
    (error: Error & { code?: string }) => error.code === 'ENOENT',
  );
});

test('snapshot file: finished, or given up → is closed, and takes nothing more', async (t) => {
  for (const sync of [true, false]) {
    const file = await SnapshotFile.create(temporaryFile(t), { compression: '', sync });
    await file.write(Buffer.from('first'));
    await file.finish(sync);
    await assert.rejects(file.write(Buffer.from('late')));
  }
});
