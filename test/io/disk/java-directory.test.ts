/**
 * A directory that the storage machine has written, with every irregularity it knows (a roll, a
 * torn tail that was cut, a watermark), under a real Java server; and Java's directory after that
 * under the storage machine. The txns are Java's own, from the golden captures.
 */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { Prng } from '../../../src/base/prng.ts';
import type { DiskAction, DiskDone, DiskOp } from '../../../src/core/storage/disk.ts';
import { type RecoveryResult, recover } from '../../../src/core/storage/recovery.ts';
import { Storage } from '../../../src/core/storage/storage.ts';
import { encodeLogHeader, LOG_HEADER_BYTES } from '../../../src/core/storage/txn-log-format.ts';
import { TxnLogReader } from '../../../src/core/storage/txn-log-reader.ts';
import { type DirectoryPaths, directoryPaths } from '../../../src/io/disk/directory-paths.ts';
import { FileDirectoryReader } from '../../../src/io/disk/file-directory-reader.ts';
import { FileDisk } from '../../../src/io/disk/file-disk.ts';
import { goldenFile } from '../../core/storage/golden-disk.ts';
import { FRESH, OPTIONS } from '../../core/storage/storage-run.ts';
import { ToyDisk } from '../../core/storage/toy-disk.ts';
import { ToyTree } from '../../core/storage/toy-tree.ts';
import {
  type JavaVersion,
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

/** A directory with Java's snapshot.0 and nothing else. */
function freshDirectory(t: TestContext): { dataDir: string; paths: DirectoryPaths } {
  const dataDir = mkdtempSync(join(tmpdir(), 'zooid-java-'));
  t.after(() => rmSync(dataDir, { recursive: true, force: true }));
  const paths = directoryPaths(dataDir, dataDir);
  mkdirSync(paths.log);
  writeFileSync(join(paths.snapshot, 'snapshot.0'), goldenFile(GOLDEN, 'snapshot.0'));
  return { dataDir, paths };
}

/** Does the first txn's ops up to one that is not begun, as a server that is killed there. */
async function killedBefore(
  paths: DirectoryPaths,
  isLast: (op: DiskOp, done: number) => boolean,
): Promise<DiskAction['kind'] | 'none'> {
  const storage = new Storage({ ...OPTIONS, prng: new Prng(1) }, FRESH);
  let onEnd = (_done: DiskDone): void => {};
  const disk = new FileDisk(paths, (done) => onEnd(done));
  const end = (op: DiskOp): Promise<DiskDone> => {
    const ended = new Promise<DiskDone>((resolve) => {
      onEnd = resolve;
    });
    disk.start([op]);
    return ended;
  };
  storage.append(1, goldenPayloads()[0] ?? assert.fail());
  let open: string | null = null;
  let next = storage.takeOps()[0];
  for (let done = 0; next !== undefined && !isLast(next, done); done++) {
    if (next.kind === 'createFile') open = next.name;
    if (next.kind === 'renameFile') open = next.to;
    storage.onDiskDone(await end(next));
    next = storage.takeOps()[0];
  }
  // A killed process has no file open.
  if (open !== null) await end({ id: -1, lane: 'log', ...closing(open) });
  return next?.kind ?? 'none';
}

function closing(name: string): DiskAction {
  return { kind: 'closeFile', directory: 'log', name };
}

async function zxidUnderJava(
  t: TestContext,
  version: JavaVersion,
  dataDir: string,
): Promise<string> {
  const java = await startJavaServer({ version, dataDir, jvmFlags: quickJvmFlags });
  t.after(() => java.stop());
  const answer = await askFourLetterWord(java.port, 'srvr');
  await java.stop();
  return /^Zxid: (.*)$/m.exec(answer)?.[1] ?? answer;
}

test('java directory: killed at any op of a new log → no log is without its header', async (t) => {
  for (let count = 0; ; count++) {
    const { paths } = freshDirectory(t);
    const next = await killedBefore(paths, (_op, done) => done === count);
    for (const name of readdirSync(paths.log).filter((each) => each.startsWith('log.'))) {
      const head = readFileSync(join(paths.log, name)).subarray(0, LOG_HEADER_BYTES);
      assert.deepEqual(new Uint8Array(head), encodeLogHeader(), `${name} before ${next}`);
    }
    const { result } = recovered(paths);
    assert.ok(result.ok);
    assert.equal(result.lastZxid, next === 'none' ? 1 : 0);
    if (next !== 'none') continue;
    assert.deepEqual(readdirSync(paths.log).sort(), ['log.1', 'snapshot.0', 'zooid.watermark']);
    assert.ok(count >= 6, `only ${count} ops`);
    break;
  }
});

for (const version of ['3.8', '3.9'] as const) {
  test(`java directory: killed while a log is made → Java ${version} starts on it`, async (t) => {
    const availability = await javaServerAvailability(version);
    if (!availability.available) {
      t.skip(`Java ZooKeeper ${version} is not available: ${availability.reason}`);
      return;
    }
    // When it is a log and has no txn yet, and before it is one.
    for (const before of ['writeFile log.1', 'renameFile tmp.log.1']) {
      const { dataDir, paths } = freshDirectory(t);
      const isLast = (op: DiskOp) => 'name' in op && `${op.kind} ${op.name}` === before;
      assert.notEqual(await killedBefore(paths, isLast), 'none', before);
      assert.equal(await zxidUnderJava(t, version, dataDir), '0x0', before);
    }
  });

  test(`java directory: written here, rolled, torn and cut → Java ${version} has it, and back`, async (t) => {
    const availability = await javaServerAvailability(version);
    if (!availability.available) {
      t.skip(`Java ZooKeeper ${version} is not available: ${availability.reason}`);
      return;
    }
    const { dataDir, paths } = freshDirectory(t);
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
