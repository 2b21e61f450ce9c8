/**
 * A directory that the storage machine has written, with every irregularity it knows (a roll, a
 * torn tail that was cut, a watermark), under a real Java server; and Java's directory after that
 * under the storage machine. The txns are Java's own, from the golden captures.
 */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Prng } from '../../../src/base/prng.ts';
import type { DiskDone } from '../../../src/core/storage/disk.ts';
import { type RecoveryResult, recover } from '../../../src/core/storage/recovery.ts';
import { Storage } from '../../../src/core/storage/storage.ts';
import { TxnLogReader } from '../../../src/core/storage/txn-log-reader.ts';
import { type DirectoryPaths, directoryPaths } from '../../../src/io/disk/directory-paths.ts';
import { FileDirectoryReader } from '../../../src/io/disk/file-directory-reader.ts';
import { FileDisk } from '../../../src/io/disk/file-disk.ts';
import { goldenFile } from '../../core/storage/golden-disk.ts';
import { OPTIONS } from '../../core/storage/storage-run.ts';
import { ToyDisk } from '../../core/storage/toy-disk.ts';
import { ToyTree } from '../../core/storage/toy-tree.ts';
import {
  javaServerAvailability,
  quickJvmFlags,
  startJavaServer,
} from '../../interop/java-server.ts';
import { askFourLetterWord } from '../../interop/running-server.ts';

const GOLDEN = 'java-3.9.5';
const LAST_ZXID = 0x27;

function goldenPayloads(): Uint8Array[] {
  const disk = new ToyDisk();
  disk.put('log', 'log.1', goldenFile(GOLDEN, 'log.1'));
  const log = new TxnLogReader(disk, 'log.1');
  const payloads: Uint8Array[] = [];
  while (log.next()) payloads.push(log.record.bytes.slice(log.record.at, log.record.end));
  return payloads;
}

function recovered(paths: DirectoryPaths): { result: RecoveryResult; zxids: number[] } {
  const reader = new FileDirectoryReader(paths);
  const options = { trustEmptySnapshot: false, dbAutocreate: true, hasSeparateLogDirectory: false };
  const zxids: number[] = [];
  const tree = new ToyTree();
  tree.node = (node) => {
    node.ustring();
    node.buffer();
    node.at += 68;
  };
  tree.txn = (txn) => {
    txn.at += 12;
    zxids.push(txn.longAsNumber());
  };
  const result = recover(reader, options, tree);
  reader.close();
  return { result, zxids };
}

/** Recovers, then appends these and stops. */
async function append(paths: DirectoryPaths, from: number, payloads: readonly Uint8Array[]) {
  const { result } = recovered(paths);
  assert.ok(result.ok);
  const storage = new Storage({ ...OPTIONS, txnLogSizeLimitInKb: 1, prng: new Prng(1) }, result);
  await new Promise<void>((resolve) => {
    const disk = new FileDisk(paths, (done: DiskDone) => {
      const events = storage.onDiskDone(done);
      if (events.some(({ kind }) => kind === 'closed')) resolve();
      next();
    });
    let zxid = from;
    const next = () => {
      const payload = payloads[zxid - from];
      if (payload !== undefined && storage.lastSynced === zxid - 1) storage.append(zxid++, payload);
      else if (zxid === from + payloads.length && storage.lastSynced === zxid - 1) {
        zxid++;
        storage.close();
      }
      disk.start(storage.takeOps());
    };
    next();
  });
}

for (const version of ['3.8', '3.9'] as const) {
  test(`java directory: written here, rolled, torn and cut → Java ${version} has it, and back`, async (t) => {
    const availability = await javaServerAvailability(version);
    if (!availability.available) {
      t.skip(`Java ZooKeeper ${version} is not available: ${availability.reason}`);
      return;
    }
    const dataDir = mkdtempSync(join(tmpdir(), 'zooid-java-'));
    t.after(() => rmSync(dataDir, { recursive: true, force: true }));
    const paths = directoryPaths(dataDir, dataDir);
    mkdirSync(paths.log);
    writeFileSync(join(paths.snapshot, 'snapshot.0'), goldenFile(GOLDEN, 'snapshot.0'));
    const payloads = goldenPayloads();
    assert.equal(payloads.length, LAST_ZXID);
    await append(paths, 1, payloads.slice(0, 20));
    const log = readdirSync(paths.log)
      .filter((name) => name.startsWith('log.'))
      .at(-1);
    assert.ok(log !== undefined && log !== 'log.1');
    // A crash in the middle of txn 21: its first half, behind the last whole record.
    const reader = new FileDirectoryReader(paths);
    const end = new TxnLogReader(reader, log);
    while (end.next());
    const torn = readFileSync(join(paths.log, log));
    torn.set(new Uint8Array(30).fill(7), end.position);
    reader.close();
    writeFileSync(join(paths.log, log), torn);
    await append(paths, 21, payloads.slice(20));

    const java = await startJavaServer({ version, dataDir, jvmFlags: quickJvmFlags });
    t.after(() => java.stop());
    assert.match(await askFourLetterWord(java.port, 'srvr'), /^Zxid: 0x27$/m);
    await java.stop();
    const back = recovered(paths);
    assert.ok(back.result.ok);
    assert.equal(back.result.lastZxid, LAST_ZXID);
    // Java takes a snapshot at its start.
    assert.equal(back.result.snapshotZxid, LAST_ZXID);
    rmSync(join(paths.snapshot, 'snapshot.27'));
    assert.deepEqual(
      recovered(paths).zxids,
      payloads.map((_, i) => i + 1),
    );
  });
}
