/** The real disk under the storage machine: real files, real errors, and the files that result. */
import assert from 'node:assert/strict';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { Prng } from '../../../src/base/prng.ts';
import type {
  DiskAction as CoreAction,
  DiskDone as CoreDone,
  DiskOp as CoreOp,
  DirectoryReader,
} from '../../../src/core/storage/disk.ts';
import { recover } from '../../../src/core/storage/recovery.ts';
import { Storage, type StorageEvent } from '../../../src/core/storage/storage.ts';
import { type DirectoryPaths, directoryPaths } from '../../../src/io/disk/directory-paths.ts';
import type { DiskAction, DiskDone, DiskOp } from '../../../src/io/disk/disk-op.ts';
import { FileDirectoryReader } from '../../../src/io/disk/file-directory-reader.ts';
import { FileDisk } from '../../../src/io/disk/file-disk.ts';
import { OPTIONS, upTo } from '../../core/storage/storage-run.ts';
import { ToyTree, txnPayload } from '../../core/storage/toy-tree.ts';

// The two descriptions of one disk say the same: this does not compile otherwise.
const asIoOp = (op: CoreOp): DiskOp => op;
const asIoAction = (action: CoreAction): DiskAction => action;
const asCoreAction = (action: DiskAction): CoreAction => action;
const asCoreDone = (done: DiskDone): CoreDone => done;
const asReader = (reader: FileDirectoryReader): DirectoryReader => reader;

function directories(t: TestContext, isSeparate = false): DirectoryPaths {
  const root = mkdtempSync(join(tmpdir(), 'zooid-disk-'));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  const paths = directoryPaths(join(root, 'data'), join(root, isSeparate ? 'log' : 'data'));
  mkdirSync(paths.log, { recursive: true });
  mkdirSync(paths.snapshot, { recursive: true });
  return paths;
}

/** A storage on real files; `until` waits for an event of a kind. */
class RealStorage {
  readonly storage: Storage;
  readonly tree = new ToyTree();
  readonly events: StorageEvent[] = [];
  readonly durations: number[] = [];
  readonly #disk: FileDisk;
  #wanted: { condition: () => boolean; resolve: () => void } | null = null;

  constructor(paths: DirectoryPaths, options: Partial<typeof OPTIONS> = {}) {
    const reader = new FileDirectoryReader(paths);
    const recovery = {
      trustEmptySnapshot: false,
      dbAutocreate: true,
      hasSeparateLogDirectory: paths.log !== paths.snapshot,
    };
    const result = recover(asReader(reader), recovery, this.tree);
    reader.close();
    if (!result.ok) assert.fail(`${result.file} at ${result.offset}: ${result.reason}`);
    this.storage = new Storage({ ...OPTIONS, prng: new Prng(1), ...options }, result);
    this.#disk = new FileDisk(paths, (done) => this.#onDone(asCoreDone(done)));
    if (result.snapshotZxid === null) this.storage.takeSnapshot(this.tree.source());
    this.run();
  }

  run(): void {
    this.#disk.start(this.storage.takeOps().map(asIoOp));
  }

  append(zxid: number, bytes = 20): void {
    this.storage.append(zxid, txnPayload(zxid, bytes));
    this.tree.apply(zxid);
    this.run();
  }

  /** Resolves when it is true; it is looked at after each completion. */
  when(condition: () => boolean): Promise<void> {
    if (condition()) return Promise.resolve();
    return new Promise((resolve) => {
      this.#wanted = { condition, resolve };
    });
  }

  until(kind: StorageEvent['kind']): Promise<void> {
    return this.when(() => this.events.some((event) => event.kind === kind));
  }

  synced(zxid: number): Promise<void> {
    return this.when(() => this.storage.lastSynced >= zxid);
  }

  snapshotted(zxid: number): Promise<void> {
    return this.when(() =>
      this.events.some((event) => event.kind === 'snapshotDone' && event.zxid === zxid),
    );
  }

  async close(): Promise<void> {
    this.storage.close();
    this.run();
    await this.until('closed');
  }

  #onDone(done: CoreDone): void {
    if (done.ok) this.durations.push(done.durationMs ?? -1);
    this.events.push(...this.storage.onDiskDone(done));
    if (this.#wanted?.condition()) this.#wanted.resolve();
    this.run();
  }
}

test('file disk: txns, a roll, a snapshot, a stop → the next start has all of it', async (t) => {
  for (const [isSeparate, snapshotCompression] of [
    [false, ''],
    [true, 'gz'],
  ] as const) {
    const paths = directories(t, isSeparate);
    const first = new RealStorage(paths, { snapshotCompression });
    await first.until('ready');
    for (const zxid of upTo(50)) first.append(zxid, 1000);
    await first.synced(50);
    first.storage.takeSnapshot(first.tree.source());
    for (const zxid of [51, 52]) first.append(zxid);
    await first.synced(52);
    await first.snapshotted(50);
    await first.close();
    const suffix = snapshotCompression === 'gz' ? '.gz' : '';
    const snapshots = [`snapshot.0${suffix}`, `snapshot.32${suffix}`];
    const inLog = readdirSync(paths.log).sort();
    const inSnapshot = readdirSync(paths.snapshot).sort();
    assert.deepEqual(
      inLog.filter((name) => !name.startsWith('snapshot')),
      ['log.1', 'log.33', 'zooid.watermark'],
    );
    assert.deepEqual(
      inSnapshot.filter((name) => name.startsWith('snapshot')),
      snapshots,
    );
    const second = new RealStorage(paths, { snapshotCompression });
    await second.until('ready');
    assert.deepEqual(second.tree.zxids, upTo(52));
    second.append(53);
    await second.synced(53);
    await second.close();
    assert.ok(second.durations.every((ms) => ms >= 0));
    assert.deepEqual(new RealStorage(paths).tree.zxids, upTo(53));
  }
});

test('file disk: the log file → Java’s header and size', async (t) => {
  const paths = directories(t);
  const real = new RealStorage(paths, { preAllocSizeKiB: 65536 });
  real.append(1);
  await real.synced(1);
  const path = join(paths.log, 'log.1');
  assert.equal(statSync(path).size, 67_108_880);
  const head = readFileSync(path).subarray(0, 16).toString('hex');
  assert.equal(head, '5a4b4c47000000020000000000000000');
  await real.close();
});

test('file disk: a torn tail on a real file → cut to its length', async (t) => {
  const paths = directories(t);
  const first = new RealStorage(paths, { preAllocSizeKiB: 0 });
  for (const zxid of upTo(3)) first.append(zxid);
  await first.synced(3);
  await first.close();
  const path = join(paths.log, 'log.1');
  const whole = readFileSync(path);
  writeFileSync(path, Buffer.concat([whole, whole.subarray(16, 50)]));
  const second = new RealStorage(paths);
  await second.until('ready');
  assert.equal(statSync(path).size, whole.length);
  assert.deepEqual(second.tree.zxids, upTo(3));
  await second.close();
});

test('file disk: purge on real files → the newest three stay', async (t) => {
  const paths = directories(t);
  const real = new RealStorage(paths);
  for (const zxid of upTo(5)) {
    real.append(zxid);
    await real.synced(zxid);
    await real.when(() => !real.storage.isSnapshotting);
    real.storage.takeSnapshot(real.tree.source());
    real.run();
    await real.snapshotted(zxid);
  }
  real.storage.startPurge(3);
  real.run();
  await real.until('purged');
  assert.deepEqual(readdirSync(paths.snapshot).sort(), [
    'log.3',
    'log.4',
    'log.5',
    'snapshot.3',
    'snapshot.4',
    'snapshot.5',
    'zooid.watermark',
  ]);
  await real.close();
});

/** The completion of one op. */
function result(paths: DirectoryPaths, action: DiskAction): Promise<DiskDone> {
  return new Promise((resolve) => {
    new FileDisk(paths, resolve).start([asIoOp({ id: 7, lane: 'log', ...asCoreAction(action) })]);
  });
}

test("file disk: errors of the system → reported with the system's code", async (t) => {
  const paths = directories(t);
  writeFileSync(join(paths.log, 'log.1'), '');
  const cases: [DiskAction, string][] = [
    [{ kind: 'createFile', directory: 'log', name: 'log.1', sync: true }, 'EEXIST'],
    [{ kind: 'syncFile', directory: 'log', name: 'log.2' }, 'ENOENT'],
    [{ kind: 'truncateFile', directory: 'log', name: 'log.2', size: 0 }, 'ENOENT'],
    [{ kind: 'renameFile', directory: 'snapshot', name: 'a', to: 'b', replaces: true }, 'ENOENT'],
  ];
  for (const [action, code] of cases) {
    const done = await result(paths, asIoAction(asCoreAction(action)));
    assert.deepEqual([done.id, done.ok, done.ok ? '' : done.code], [7, false, code]);
  }
  writeFileSync(join(paths.log, 'tmp.log.1'), '');
  const rename = { kind: 'renameFile', directory: 'log', name: 'tmp.log.1', to: 'log.1' } as const;
  const refused = await result(paths, { ...rename, replaces: false });
  assert.equal(refused.ok ? '' : refused.code, 'EEXIST');
  assert.equal((await result(paths, { ...rename, replaces: true })).ok, true);
  const gone: DiskAction = { kind: 'unlinkFile', directory: 'log', name: 'log.9' };
  assert.equal((await result(paths, gone)).ok, true);
});

test('file disk: an open file is renamed → written to under its new name', async (t) => {
  const paths = directories(t);
  const bytes = Uint8Array.of(1, 2, 3);
  let onEnd = (_done: DiskDone): void => {};
  const disk = new FileDisk(paths, (done) => onEnd(done));
  const actions: DiskAction[] = [
    { kind: 'createFile', directory: 'log', name: 'tmp.log.1', sync: true },
    { kind: 'renameFile', directory: 'log', name: 'tmp.log.1', to: 'log.1', replaces: false },
    { kind: 'writeFile', directory: 'log', name: 'log.1', position: 0, bytes, sync: true },
    { kind: 'closeFile', directory: 'log', name: 'log.1' },
  ];
  for (const [id, action] of actions.entries()) {
    const ended = new Promise<DiskDone>((resolve) => {
      onEnd = resolve;
    });
    disk.start([{ id, ...action }]);
    assert.equal((await ended).ok, true, action.kind);
  }
  assert.deepEqual(readdirSync(paths.log), ['log.1']);
  assert.deepEqual([...readFileSync(join(paths.log, 'log.1'))], [1, 2, 3]);
});

test('file disk: a full device → ENOSPC for the log and for snapshots, compressed or not', async (t) => {
  const paths = directories(t);
  try {
    statSync('/dev/full');
  } catch {
    t.skip('this system has no /dev/full');
    return;
  }
  // What is written to this name lands on a device that is always full.
  symlinkSync('/dev/full', join(paths.snapshot, 'tmp.snapshot.0'));
  symlinkSync('/dev/full', join(paths.log, 'zooid.watermark'));
  const bytes = new Uint8Array(1 << 20).map((_, i) => (i * 2654435761) >>> 13);
  const patch = { kind: 'patchFile', directory: 'log', name: 'zooid.watermark' } as const;
  const done = await result(paths, { ...patch, position: 0, bytes, sync: true });
  assert.equal(done.ok ? '' : done.code, 'ENOSPC');
  for (const compression of ['', 'gz'] as const) {
    const codes: string[] = [];
    const file = { directory: 'snapshot', name: 'tmp.snapshot.0' } as const;
    const actions: DiskAction[] = [
      { kind: 'openSnapshot', ...file, compression, sync: true },
      { kind: 'writeSnapshot', ...file, bytes },
      { kind: 'finishSnapshot', ...file, sync: true },
    ];
    let onEnd = (_done: DiskDone): void => {};
    const disk = new FileDisk(paths, (each) => onEnd(each));
    for (const [id, action] of actions.entries()) {
      const ended = new Promise<DiskDone>((resolve) => {
        onEnd = resolve;
      });
      disk.start([{ id, ...action }]);
      const each = await ended;
      if (!each.ok) codes.push(each.code);
    }
    assert.ok(codes.includes('ENOSPC'), `${compression}: ${codes}`);
  }
});

test('file disk: closed with ops under way → they end unheard, neither file nor directory stays open', async (t) => {
  const paths = directories(t);
  const openFiles = () => {
    const names = readdirSync('/proc/self/fd');
    return names.filter((name) => {
      try {
        return readlinkSync(`/proc/self/fd/${name}`).startsWith(join(paths.log, '..'));
      } catch {
        return false;
      }
    });
  };
  if (process.platform !== 'linux') return t.skip('open files are counted on Linux only');
  for (const compression of ['', 'gz'] as const) {
    let heard = 0;
    let onEnd = () => {};
    const disk = new FileDisk(paths, () => {
      heard++;
      onEnd();
    });
    const ends = (id: number, action: DiskAction) => {
      disk.start([{ id, ...action }]);
      return new Promise<void>((resolve) => {
        onEnd = resolve;
      });
    };
    const log = { directory: 'log', name: `log.${compression}` } as const;
    const snapshot = { directory: 'snapshot', name: 'tmp.snapshot.1' } as const;
    await ends(1, { kind: 'createFile', ...log, sync: true });
    await ends(2, { kind: 'openSnapshot', ...snapshot, compression, sync: true });
    const bytes = Buffer.from('written');
    disk.start([
      { id: 3, kind: 'writeFile', ...log, position: 0, bytes, sync: true },
      { id: 4, kind: 'writeSnapshot', ...snapshot, bytes },
    ]);
    assert.equal(openFiles().length, 3);
    await disk.close();
    assert.deepEqual(openFiles(), []);
    assert.equal(readFileSync(join(paths.log, log.name), 'utf8'), 'written');
    disk.start([{ id: 5, kind: 'unlinkFile', ...log }]);
    await disk.close();
    assert.equal(heard, 2);
    assert.ok(readdirSync(paths.log).includes(log.name));
  }
});
