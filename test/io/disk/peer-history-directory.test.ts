/**
 * A member's history on real files: cut, and received from a leader. What is then in the directory
 * must be the same tree under a real Java server. The txns are Java's own, from golden captures.
 */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { Prng } from '../../../src/base/prng.ts';
import { type HistoryEvent, PeerHistory } from '../../../src/core/peer-history.ts';
import { TxnLogReader } from '../../../src/core/storage/txn-log-reader.ts';
import { directoryPaths } from '../../../src/io/disk/directory-paths.ts';
import { FileDirectoryReader } from '../../../src/io/disk/file-directory-reader.ts';
import { FileDisk } from '../../../src/io/disk/file-disk.ts';
import { BinaryWriter } from '../../../src/protocol/jute/binary-writer.ts';
import { RECOVERY } from '../../core/history-run.ts';
import { goldenFile } from '../../core/storage/golden-disk.ts';
import { ToyDisk } from '../../core/storage/toy-disk.ts';
import {
  javaServerAvailability,
  quickJvmFlags,
  startJavaServer,
} from '../../interop/java-server.ts';
import { askFourLetterWord } from '../../interop/running-server.ts';
import { serverOptions } from '../../scenario/scenario-options.ts';

const GOLDEN = 'java-3.9.5';
const LAST_ZXID = 0x27;
const CUT_ZXID = 0x14;

function goldenPayloads(): Uint8Array[] {
  const disk = new ToyDisk();
  disk.put('log', 'log.1', goldenFile(GOLDEN, 'log.1'));
  const log = new TxnLogReader(disk, 'log.1');
  const payloads: Uint8Array[] = [];
  while (log.next()) payloads.push(log.record.bytes.slice(log.record.at, log.record.end));
  return payloads;
}

/** A history on real files, driven by promises. */
class FileHistory {
  readonly history: PeerHistory;
  readonly #disk: FileDisk;
  readonly #waiting = new Map<HistoryEvent['kind'], () => void>();

  constructor(dataDir: string) {
    const paths = directoryPaths(dataDir, dataDir);
    mkdirSync(paths.log, { recursive: true });
    const reader = new FileDirectoryReader(paths);
    const options = serverOptions();
    const parts = { options, prng: new Prng(1), reader, recovery: RECOVERY };
    const result = PeerHistory.recover(parts);
    if (!result.ok) assert.fail(`${result.file}: ${result.reason}`);
    assert.deepEqual(result.digestMismatches, []);
    this.history = result.history;
    this.#disk = new FileDisk(paths, (done) => {
      for (const event of this.history.onDiskDone(done)) {
        assert.notEqual(event.kind, 'failed', JSON.stringify(event));
        this.#waiting.get(event.kind)?.();
        this.#waiting.delete(event.kind);
      }
      this.#disk.start(this.history.takeDiskOps());
    });
  }

  get digest(): bigint {
    return this.history.database.tree.digest.toBigInt();
  }

  async until(kind: HistoryEvent['kind']): Promise<void> {
    const told = new Promise<void>((resolve) => this.#waiting.set(kind, resolve));
    this.#disk.start(this.history.takeDiskOps());
    await told;
  }
}

function folderOf(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'zooid-history-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A directory with all the golden txns and a snapshot after some of them. */
async function filled(dataDir: string): Promise<FileHistory> {
  const folder = directoryPaths(dataDir, dataDir).snapshot;
  mkdirSync(folder);
  writeFileSync(join(folder, 'snapshot.0'), goldenFile(GOLDEN, 'snapshot.0'));
  const payloads = goldenPayloads();
  const half = new FileHistory(dataDir);
  await half.until('ready');
  for (const [i, payload] of payloads.slice(0, CUT_ZXID + 5).entries()) {
    half.history.append(i + 1, payload);
  }
  await half.until('synced');
  half.history.close();
  await half.until('closed');
  const whole = new FileHistory(dataDir);
  await whole.until('ready');
  whole.history.takeSnapshot();
  await whole.until('snapshotDone');
  for (const [i, payload] of payloads.slice(CUT_ZXID + 5).entries()) {
    whole.history.append(CUT_ZXID + 6 + i, payload);
  }
  await whole.until('synced');
  return whole;
}

/** What the tree of the first txns is, by itself. */
async function digestAt(t: TestContext, zxid: number): Promise<bigint> {
  const dataDir = folderOf(t);
  const folder = directoryPaths(dataDir, dataDir).snapshot;
  mkdirSync(folder);
  writeFileSync(join(folder, 'snapshot.0'), goldenFile(GOLDEN, 'snapshot.0'));
  const first = new FileHistory(dataDir);
  await first.until('ready');
  for (const [i, payload] of goldenPayloads().slice(0, zxid).entries()) {
    first.history.append(i + 1, payload);
  }
  first.history.close();
  await first.until('closed');
  return new FileHistory(dataDir).digest;
}

/** Java starts with the directory, and the snapshot that it takes then has the same tree. */
async function assertJavaHas(t: TestContext, dataDir: string, digest: bigint): Promise<void> {
  for (const version of ['3.8', '3.9'] as const) {
    const availability = await javaServerAvailability(version);
    if (!availability.available) {
      t.skip(`Java ZooKeeper ${version} is not available: ${availability.reason}`);
      continue;
    }
    const systemProperties = { 'zookeeper.extendedTypesEnabled': 'true' };
    const flags = { jvmFlags: quickJvmFlags, systemProperties };
    const java = await startJavaServer({ version, dataDir, ...flags });
    t.after(() => java.stop());
    assert.match(await askFourLetterWord(java.port, 'srvr'), /^Zxid: 0x14$/m);
    await java.stop();
    const back = new FileHistory(dataDir);
    assert.deepEqual([back.history.lastZxid, back.digest], [CUT_ZXID, digest]);
    assert.equal(back.history.historyFrom, CUT_ZXID);
  }
}

test('peer history on files: cut → the tree at that zxid, here and under Java', async (t) => {
  const dataDir = folderOf(t);
  const run = await filled(dataDir);
  assert.equal(run.history.lastZxid, LAST_ZXID);
  run.history.truncate(CUT_ZXID);
  await run.until('truncated');
  const digest = await digestAt(t, CUT_ZXID);
  assert.deepEqual([run.history.lastZxid, run.digest], [CUT_ZXID, digest]);
  run.history.close();
  await run.until('closed');
  await assertJavaHas(t, dataDir, digest);
});

test('peer history on files: a snapshot received → the same tree, here and under Java', async (t) => {
  const [leaderDir, learnerDir] = [folderOf(t), folderOf(t)];
  const leader = await filled(leaderDir);
  leader.history.truncate(CUT_ZXID);
  await leader.until('truncated');
  const learner = new FileHistory(learnerDir);
  await learner.until('snapshotDone');
  const sending = leader.history.snapshotBytes();
  const stream = learner.history.beginSnapshot();
  const writer = new BinaryWriter();
  for (let hasMore = true; hasMore; writer.clear()) {
    hasMore = sending.next(writer, 100);
    stream.push(writer.bytes, 0, writer.at);
  }
  sending.release();
  learner.history.adoptSnapshot(stream, sending.zxid);
  learner.history.saveAcceptedEpoch(3);
  await learner.until('adopted');
  assert.equal(learner.digest, leader.digest);
  learner.history.close();
  await learner.until('closed');
  leader.history.close();
  await leader.until('closed');
  const names = readdirSync(directoryPaths(learnerDir, learnerDir).snapshot);
  assert.ok(names.includes('snapshot.14') && names.includes('acceptedEpoch'));
  await assertJavaHas(t, learnerDir, leader.digest);
});
