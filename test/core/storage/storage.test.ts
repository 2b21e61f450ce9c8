/** The storage machine on a toy disk: what it asks for, in which order, and what it then promises. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Prng } from '../../../src/base/prng.ts';
import type { DiskOp } from '../../../src/core/storage/disk.ts';
import { fromHex } from './golden-disk.ts';
import { diskWithLog, FRESH, mustRecover, StorageRun, upTo } from './storage-run.ts';
import { ToyDisk } from './toy-disk.ts';
import { encodeTxn, ToyTree } from './toy-tree.ts';

function kindsOf(ops: readonly DiskOp[], lane = 'log'): string[] {
  return ops.filter((op) => op.lane === lane).map((op) => op.kind);
}

const NEW_FILE = [
  'createFile',
  'extendFile',
  'writeFile',
  'patchFile',
  'renameFile',
  'syncDirectory',
  'writeFile',
];

test('storage: the first session of a server → the log bytes that Java writes', () => {
  const run = new StorageRun({ preAllocSizeKiB: 0 });
  const payload = fromHex(
    '0100 0018dd800000 00000000 0000000000000001 000001a20419a694 fffffff6 | 00002710 |' +
      '00000002 0000000051c6d660',
  );
  run.storage.append(1, payload);
  run.settle();
  const expected = `5a4b4c47 00000002 0000000000000000 | 00000000bee709eb 00000030 |
    ${Buffer.from(payload).toString('hex')} | 42`;
  assert.deepEqual(run.disk.file('log.1'), fromHex(expected));
});

test('storage: the first txn → new file, header, watermark, name, directory, write, and only then synced', () => {
  const run = new StorageRun();
  run.append(1);
  for (const kind of NEW_FILE) {
    assert.deepEqual(run.events, []);
    run.step();
    assert.equal(run.disk.started.at(-1)?.kind, kind);
  }
  assert.deepEqual(run.events, [{ kind: 'synced', through: 1, durationMs: 0 }]);
  assert.equal(run.disk.file('log.1').length, 16 + 8192);
});

test('storage: txns that come while one is being written → one batch, one write', () => {
  const run = new StorageRun();
  run.append(1);
  run.settle();
  run.append(2);
  run.disk.start(run.storage.takeOps());
  for (const zxid of [3, 4, 5]) {
    run.append(zxid);
    assert.deepEqual(run.storage.takeOps(), []);
  }
  assert.equal(run.storage.lastSynced, 1);
  assert.equal(run.storage.lastAppended, 5);
  run.settle();
  assert.deepEqual(
    run.events.map((event) => event.kind === 'synced' && event.through),
    [1, 2, 5],
  );
  const batches = run.disk.started.filter(
    (op) => op.kind === 'writeFile' && op.name === 'log.1' && op.position > 0,
  );
  assert.equal(batches.length, 3);
  assert.deepEqual(mustRecover(snapshotted(run.disk)).tree.zxids, upTo(5));
});

/** With an empty snapshot.0, without which a log is refused. */
function snapshotted(disk: ToyDisk): ToyDisk {
  disk.put('snapshot', 'snapshot.0', diskWithLog(0).file('snapshot.0', 'snapshot'));
  return disk;
}

test('storage: a txn encoded in place → the same record as from bytes', () => {
  const inPlace = new StorageRun();
  const fromBytes = new StorageRun();
  encodeTxn(inPlace.storage.beginTxn(1), 1, 20);
  inPlace.storage.endTxn();
  fromBytes.append(1, 20);
  inPlace.settle();
  fromBytes.settle();
  assert.deepEqual(inPlace.disk.file('log.1'), fromBytes.disk.file('log.1'));
});

test('storage: a record bigger than the preallocation → whole, and the file grows as Java grows it', () => {
  const run = new StorageRun();
  run.append(1, 30_000);
  run.settle();
  assert.ok(run.disk.file('log.1').length > 30_000);
  run.append(2, 10);
  run.settle();
  // 30,061 is past the end: the next multiple of 8 KiB.
  assert.equal(run.disk.file('log.1').length, 32_768);
  run.append(3, 20_000);
  run.append(4, 10);
  run.settle();
  assert.deepEqual(mustRecover(snapshotted(run.disk)).tree.zxids, upTo(4));
});

test('storage: no directory has a log before it has a snapshot', () => {
  const run = new StorageRun({}, { ...FRESH, snapshotZxid: null });
  run.append(1);
  run.settle();
  assert.deepEqual(run.disk.started, []);
  run.storage.takeSnapshot(new ToyTree().source());
  run.settle();
  assert.deepEqual(run.kinds(), ['snapshotDone', 'synced']);
  assert.deepEqual(run.disk.names(), ['log/log.1', 'log/zooid.watermark', 'snapshot/snapshot.0']);
});

test('storage: a snapshot → written under another name, synced, renamed, synced; the log rolls', () => {
  const tree = new ToyTree();
  const run = new StorageRun();
  for (const zxid of upTo(3)) {
    run.append(zxid);
    tree.apply(zxid);
  }
  run.settle();
  const source = tree.source();
  assert.equal(run.storage.takeSnapshot(source), true);
  assert.equal(run.storage.isSnapshotting, true);
  const refused = tree.source();
  assert.equal(run.storage.takeSnapshot(refused), false);
  assert.equal(refused.isReleased, true);
  run.append(4);
  run.settle();
  assert.deepEqual(kindsOf(run.disk.started, 'snapshot'), [
    'openSnapshot',
    'writeSnapshot',
    'finishSnapshot',
    'renameFile',
    'syncDirectory',
  ]);
  assert.deepEqual(kindsOf(run.disk.started).slice(NEW_FILE.length), ['closeFile', ...NEW_FILE]);
  assert.equal(source.isReleased, true);
  assert.deepEqual(run.disk.list('snapshot'), ['snapshot.3']);
  const { result, tree: recovered } = mustRecover(run.disk);
  assert.deepEqual(recovered.zxids, upTo(4));
  assert.equal(result.txns, 1);
});

test('storage: a snapshot of what is not yet synced → gets its name only when it is', () => {
  const run = new StorageRun();
  const tree = new ToyTree();
  run.append(1);
  tree.apply(1);
  run.storage.takeSnapshot(tree.source());
  while (run.step('snapshot'));
  assert.deepEqual(run.disk.list('snapshot'), ['tmp.snapshot.1']);
  run.settle();
  assert.deepEqual(run.kinds(), ['synced', 'snapshotDone']);
  assert.deepEqual(run.disk.list('snapshot'), ['snapshot.1']);
});

test('storage: a big snapshot → slices, with the log going on between them', () => {
  const tree = new ToyTree();
  for (const zxid of upTo(20_000)) tree.apply(zxid);
  const run = new StorageRun({}, { ...FRESH, lastZxid: 20_000 });
  run.storage.takeSnapshot(tree.source(100));
  let zxid = 20_000;
  while (run.storage.isSnapshotting) {
    run.append(++zxid);
    run.step('log');
    run.step('snapshot');
  }
  run.settle();
  const slices = run.disk.started.filter((op) => op.kind === 'writeSnapshot');
  assert.ok(slices.length >= 10);
  const { tree: recovered } = mustRecover(run.disk);
  assert.deepEqual(recovered.zxids, upTo(zxid));
});

test('storage: gz snapshots → read back', () => {
  const tree = new ToyTree();
  tree.apply(1);
  const run = new StorageRun({ snapshotCompression: 'gz' }, { ...FRESH, lastZxid: 1 });
  run.storage.takeSnapshot(tree.source());
  run.settle();
  assert.deepEqual(run.disk.list('snapshot'), ['snapshot.1.gz']);
  assert.deepEqual(mustRecover(run.disk).tree.zxids, [1]);
});

test('storage: when a snapshot is due → after half to all of snapCount, or of the bytes', () => {
  const dueAfter = (options: ConstructorParameters<typeof StorageRun>[0]): number => {
    const run = new StorageRun(options);
    let count = 0;
    while (!run.storage.isSnapshotDue) run.append(++count, 1000);
    return count;
  };
  const byCount = upTo(50).map((seed) => dueAfter({ snapCount: 100, prng: new Prng(seed) }));
  assert.ok(byCount.every((count) => count > 50 && count <= 100));
  assert.ok(new Set(byCount).size > 10);
  const bySize = upTo(20).map((seed) => dueAfter({ snapSizeLimitInKb: 100, prng: new Prng(seed) }));
  assert.ok(bySize.every((count) => count > 48 && count <= 99));
  assert.equal(dueAfter({ snapCount: 1 }), 2);
});

test('storage: txnLogSizeLimitInKb → a new file after it, named for its first txn', () => {
  const run = new StorageRun({ txnLogSizeLimitInKb: 1 });
  for (const zxid of upTo(4)) {
    run.append(zxid, 600);
    run.settle();
  }
  assert.deepEqual(run.disk.list('log'), ['log.1', 'log.3', 'zooid.watermark']);
  assert.deepEqual(mustRecover(snapshotted(run.disk)).tree.zxids, upTo(4));
});

test('storage: forceSync=no → no sync at all, and no watermark', () => {
  const run = new StorageRun({ forceSync: false });
  run.append(1);
  run.settle();
  run.storage.onTick();
  run.append(2);
  run.settle();
  run.storage.takeSnapshot(new ToyTree().source());
  run.settle();
  assert.ok(run.disk.started.every((op) => !('sync' in op) || !op.sync));
  assert.deepEqual(run.disk.list('log'), ['log.1']);
});

for (const kind of [
  'createFile',
  'extendFile',
  'patchFile',
  'writeFile',
  'renameFile',
  'syncDirectory',
] as const) {
  for (const code of ['ENOSPC', 'EIO']) {
    test(`storage: ${code} at ${kind} → failed once, and nothing is acknowledged any more`, () => {
      const run = new StorageRun();
      run.disk.failure = { kind, code };
      run.append(1);
      run.settle();
      assert.equal(run.storage.hasFailed, true);
      assert.deepEqual(run.kinds(), ['failed']);
      const [failed] = run.events;
      assert.ok(failed?.kind === 'failed' && failed.reason.includes(code));
      run.append(2);
      run.settle();
      run.storage.onTick();
      assert.deepEqual(run.storage.takeOps(), []);
      assert.deepEqual(run.kinds(), ['failed']);
      assert.equal(run.storage.lastSynced, 0);
    });
  }
}

test('storage: a snapshot on a full disk → failed, no snapshot by that name, the source released', () => {
  for (const kind of ['openSnapshot', 'writeSnapshot', 'finishSnapshot', 'renameFile'] as const) {
    const run = new StorageRun();
    const source = new ToyTree().source();
    run.disk.failure = { kind, code: 'ENOSPC' };
    run.storage.takeSnapshot(source);
    run.settle();
    assert.deepEqual(run.kinds(), ['failed']);
    assert.equal(source.isReleased, true);
    assert.ok(!run.disk.list('snapshot').includes('snapshot.0'));
  }
});

test('storage: the watermark → follows on a tick, and after 16 MiB without one', () => {
  const run = new StorageRun({ preAllocSizeKiB: 0 });
  const marks = () => run.disk.started.filter((op) => op.lane === 'mark').length;
  run.append(1);
  run.settle();
  assert.equal(marks(), 0);
  run.storage.onTick();
  run.settle();
  assert.equal(marks(), 1);
  run.storage.onTick();
  run.settle();
  assert.equal(marks(), 1);
  for (const zxid of upTo(5).slice(1)) {
    run.append(zxid, 4_500_000);
    run.settle();
  }
  assert.equal(marks(), 2);
});

test('storage: under constant load → the watermark still follows', () => {
  const run = new StorageRun({ preAllocSizeKiB: 0 });
  for (const zxid of upTo(20)) {
    run.append(zxid, 200_000);
    run.step('log');
    run.storage.onTick();
  }
  assert.ok(run.disk.started.some((op) => op.lane === 'mark'));
});

test('storage: a watermark is on its way → the next one waits for it', () => {
  const run = new StorageRun();
  run.append(1);
  run.settle();
  run.storage.onTick();
  run.append(2);
  const [mark, write] = run.storage.takeOps();
  assert.deepEqual([mark?.lane, write?.kind], ['mark', 'writeFile']);
  assert.ok(mark && write);
  run.storage.onDiskDone({ id: write.id, ok: true });
  run.storage.close();
  assert.deepEqual(run.storage.takeOps(), []);
  run.storage.onDiskDone({ id: mark.id, ok: true });
  assert.deepEqual(kindsOf(run.storage.takeOps()), ['patchFile']);
});

test('storage: close → what is open is written, the snapshot given up, then closed', () => {
  const run = new StorageRun();
  const tree = new ToyTree();
  run.append(1);
  run.settle();
  const source = tree.source();
  run.storage.takeSnapshot(source);
  run.step('snapshot');
  run.append(2);
  run.storage.close();
  run.settle();
  assert.deepEqual(run.kinds(), ['synced', 'synced', 'closed']);
  assert.equal(source.isReleased, true);
  assert.deepEqual(run.disk.list('snapshot'), []);
  assert.equal(run.disk.started.at(-1)?.kind, 'syncDirectory');
  const idle = new StorageRun();
  idle.storage.close();
  idle.settle();
  assert.deepEqual(idle.kinds(), ['closed']);
});

test('storage: zxids that do not go up → a bug, stopped at once', () => {
  const run = new StorageRun({}, { ...FRESH, lastZxid: 5 });
  assert.throws(() => run.append(5), /zxids go up/);
});

test('storage: repairs → done in order before anything else, then ready', () => {
  const disk = new ToyDisk();
  disk.put('log', 'log.1', diskWithLog(3).file('log.1'));
  disk.put('log', 'log.9', new Uint8Array(0));
  const repairs = [
    { kind: 'truncateFile', directory: 'log', name: 'log.1', size: 100 },
    { kind: 'unlinkFile', directory: 'log', name: 'log.9' },
    { kind: 'syncDirectory', directory: 'log' },
  ] as const;
  const run = new StorageRun({}, { ...FRESH, repairs }, disk);
  assert.equal(run.storage.isReady, false);
  run.append(1000);
  run.settle();
  assert.deepEqual(
    kindsOf(disk.started).slice(0, 3),
    repairs.map(({ kind }) => kind),
  );
  assert.deepEqual(run.kinds(), ['ready', 'synced']);
  assert.equal(run.storage.isReady, true);
  assert.equal(disk.file('log.1').length, 100);
});
