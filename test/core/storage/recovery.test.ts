/** From a directory to a state: what is loaded, what is cut, and what stops the start. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeZxid, type Zxid } from '../../../src/base/zxid.ts';
import { snapshotName } from '../../../src/core/storage/file-names.ts';
import { recover } from '../../../src/core/storage/recovery.ts';
import { JuteError } from '../../../src/protocol/jute/jute-error.ts';
import { CAPTURES, goldenFile, snapshotNameOf } from './golden-disk.ts';
import { diskWithLog, mustRecover, recoverFrom, StorageRun, upTo } from './storage-run.ts';
import { ToyDisk } from './toy-disk.ts';
import { ToyTree } from './toy-tree.ts';

/** Snapshots at 0, 5 and 10, logs from 1, 6 and 11, up to 13. */
function diskWithSnapshots(): ToyDisk {
  const run = new StorageRun(
    {},
    { lastZxid: 0, snapshotZxid: null, repairs: [], watermarkSequence: 0 },
  );
  const tree = new ToyTree();
  run.storage.takeSnapshot(tree.source());
  run.settle();
  for (const zxid of upTo(13)) {
    run.append(zxid);
    run.settle();
    tree.apply(zxid);
    if (zxid === 5 || zxid === 10) run.storage.takeSnapshot(tree.source());
    run.settle();
  }
  run.storage.close();
  run.settle();
  return run.disk;
}

/** As if Java had written it. */
function withoutWatermark(disk: ToyDisk): ToyDisk {
  disk.remove('log', 'zooid.watermark');
  return disk;
}

function refusal(disk: ToyDisk, options: Parameters<typeof recoverFrom>[1] = {}): string {
  const { result } = recoverFrom(disk, options);
  if (result.ok) return assert.fail('it was accepted');
  return `${result.file} at ${result.offset}: ${result.reason}`;
}

function flip(bytes: Uint8Array, at: number): void {
  bytes[at] = (bytes[at] as number) ^ 0x10;
}

for (const capture of CAPTURES) {
  test(`recovery: the directory of ${capture} → its last zxid, from either snapshot`, () => {
    const newest = snapshotNameOf(capture);
    const disk = new ToyDisk();
    for (const name of ['snapshot.0', newest])
      disk.put('snapshot', name, goldenFile(capture, name));
    disk.put('log', 'log.1', goldenFile(capture, 'log.1'));
    const nodes: string[] = [];
    const txns: number[] = [];
    const load = () => {
      nodes.length = 0;
      txns.length = 0;
      const options = {
        trustEmptySnapshot: false,
        dbAutocreate: true,
        hasSeparateLogDirectory: false,
      };
      const tree = new ToyTree();
      tree.node = (reader) => {
        nodes.push(reader.ustring() ?? '');
        reader.buffer();
        reader.at += 68;
      };
      tree.txn = (reader) => {
        reader.at += 12;
        txns.push(reader.longAsNumber());
      };
      return recover(disk, options, tree);
    };
    const fromNewest = load();
    assert.ok(fromNewest.ok);
    assert.equal(fromNewest.snapshotZxid, 0x27);
    assert.equal(fromNewest.lastZxid, 0x27);
    assert.ok(nodes.length > 4);
    disk.remove('snapshot', newest);
    const fromOldest = load();
    assert.ok(fromOldest.ok);
    assert.equal(fromOldest.lastZxid, 0x27);
    assert.deepEqual(txns, upTo(fromOldest.lastZxid));
  });
}

test('recovery: the newest snapshot and the txns after it', () => {
  const { result, tree } = mustRecover(diskWithSnapshots());
  assert.deepEqual(tree.zxids, upTo(13));
  assert.deepEqual(tree.resets, [10]);
  assert.deepEqual(tree.trailer, {
    digest: { zxid: 10, value: 0x51c6d660n },
    lastProcessedZxid: 10,
  });
  const { lastZxid, snapshotZxid, txns, nodes, warnings, needsFirstSnapshot } = result;
  assert.deepEqual(
    { lastZxid, snapshotZxid, txns, nodes, warnings, needsFirstSnapshot },
    { lastZxid: 13, snapshotZxid: 10, txns: 3, nodes: 11, warnings: [], needsFirstSnapshot: true },
  );
});

test('recovery: twice → the same, and nothing on the disk has changed', () => {
  const disk = diskWithSnapshots();
  const contents = () => disk.list('log').map((name) => disk.file(name).slice());
  const before = [disk.names(), contents()];
  const first = mustRecover(disk);
  const second = mustRecover(disk);
  assert.deepEqual(first.result, second.result);
  assert.deepEqual([disk.names(), contents()], before);
});

test('recovery: the newest snapshot damaged or cut → the one before, and more of the log', () => {
  for (const damage of ['flip', 'cut'] as const) {
    const disk = diskWithSnapshots();
    const bytes = disk.file('snapshot.a', 'snapshot');
    if (damage === 'flip') flip(bytes, 200);
    else disk.put('snapshot', 'snapshot.a', bytes.slice(0, 300));
    const { result, tree } = mustRecover(disk);
    assert.equal(result.snapshotZxid, 5);
    assert.deepEqual(tree.zxids, upTo(13));
    assert.equal(result.warnings.length, 1);
    assert.match(result.warnings[0] ?? '', /^snapshot\.a: not used/);
  }
});

/** Txns 1 to 5, then a leader's snapshot that has what comes before `zxids`, then these. */
function diskWithReceived(received: Zxid, zxids: readonly Zxid[], compression: '' | 'gz' = '') {
  const disk = diskWithLog(5);
  const { watermarkSequence } = mustRecover(disk).result;
  const start = { lastZxid: received, snapshotZxid: null, repairs: [], watermarkSequence };
  const run = new StorageRun({ snapshotCompression: compression }, start, disk);
  const tree = new ToyTree();
  for (const zxid of [...upTo(8), received]) tree.apply(zxid);
  run.storage.takeSnapshot(tree.source());
  run.settle();
  for (const zxid of zxids) run.append(zxid);
  run.settle();
  run.storage.close();
  run.settle();
  return { disk, snapshot: snapshotName(received, compression) };
}

test('recovery: what only a damaged snapshot had, where the zxids show no gap → refused', () => {
  const begin = makeZxid(1, 0);
  for (const [received, zxids] of [
    // The missing part ends with an epoch; the snapshot begins one; nothing came after it.
    [9, [begin + 1, begin + 2]],
    [begin, [begin + 1]],
    [9, []],
    [begin, []],
  ] as const) {
    for (const compression of ['', 'gz'] as const) {
      const { disk, snapshot } = diskWithReceived(received, zxids, compression);
      assert.equal(mustRecover(disk).result.lastZxid, zxids.at(-1) ?? received);
      flip(disk.file(snapshot, 'snapshot'), 100);
      const expected = `${snapshot} at 0: it is damaged, and no log has its last txn 0x`;
      const found = refusal(disk);
      assert.ok(found.startsWith(expected + received.toString(16)), found);
      // The operator accepts the loss.
      disk.remove('snapshot', snapshot);
      assert.equal(mustRecover(disk).result.snapshotZxid, 0);
    }
  }
});

test('recovery: a snapshot cut off, and the log passes its zxid without the txn → refused', () => {
  const { disk, snapshot } = diskWithReceived(9, [makeZxid(1, 1)]);
  disk.put('snapshot', snapshot, disk.file(snapshot, 'snapshot').slice(0, -20));
  assert.match(refusal(disk), /^snapshot\.9 at 0: it was not written to its end, and no log has/);
});

test('recovery: a snapshot cut off that is ahead of the log, or begins an epoch → passed over', () => {
  for (const compression of ['', 'gz'] as const) {
    for (const [zxid, zxids] of [
      [9, []],
      [makeZxid(1, 0), [makeZxid(1, 1)]],
    ] as const) {
      const { disk, snapshot } = diskWithReceived(zxid, zxids, compression);
      disk.put('snapshot', snapshot, disk.file(snapshot, 'snapshot').slice(0, -20));
      const { result, tree } = mustRecover(disk);
      assert.deepEqual(tree.zxids, [...upTo(5), ...zxids]);
      assert.match(result.warnings[0] ?? '', /: not used: /);
    }
  }
});

test('recovery: no snapshot can be loaded → refused, never an empty start', () => {
  const disk = new ToyDisk();
  const good = diskWithSnapshots().file('snapshot.a', 'snapshot');
  disk.put('snapshot', 'snapshot.a', good.slice(0, 100));
  assert.match(refusal(disk), /^snapshot\.a .*no snapshot could be loaded/);
  const rotten = good.slice();
  flip(rotten, 300);
  disk.put('snapshot', 'snapshot.a', rotten);
  assert.match(refusal(disk), /no snapshot could be loaded/);
  disk.remove('snapshot', 'snapshot.a');
  disk.put('snapshot', 'snapshot.a.snappy', good);
  assert.match(refusal(disk), /no snapshot could be loaded/);
});

test('recovery: logs without a snapshot → refused as by Java, or trusted if so configured', () => {
  const disk = diskWithLog(3);
  disk.remove('snapshot', 'snapshot.0');
  assert.match(refusal(disk), /^log\.1 .*No snapshot found, but there are log entries/);
  const { result, tree } = recoverFrom(disk, { trustEmptySnapshot: true });
  assert.ok(result.ok && result.needsFirstSnapshot);
  assert.deepEqual(tree.zxids, [1, 2, 3]);
  assert.deepEqual(tree.resets, [0]);
});

test('recovery: nothing at all → empty with autocreate or an initialize file, else zxid -1', () => {
  const empty = recoverFrom(new ToyDisk());
  assert.ok(empty.result.ok && empty.result.needsFirstSnapshot);
  assert.equal(empty.result.lastZxid, 0);
  const forbidden = recoverFrom(new ToyDisk(), { dbAutocreate: false });
  assert.ok(forbidden.result.ok && !forbidden.result.needsFirstSnapshot);
  assert.equal(forbidden.result.lastZxid, -1);
  const disk = new ToyDisk();
  disk.put('dataLogDir', 'initialize', new Uint8Array(0));
  const allowed = recoverFrom(disk, { dbAutocreate: false });
  assert.ok(allowed.result.ok);
  assert.equal(allowed.result.lastZxid, 0);
  assert.deepEqual(allowed.result.repairs[0], {
    kind: 'unlinkFile',
    directory: 'dataLogDir',
    name: 'initialize',
  });
});

test("recovery: each directory holding the other's files → refused", () => {
  const disk = new ToyDisk();
  disk.put('snapshot', 'log.1', new Uint8Array(0));
  assert.match(refusal(disk, { hasSeparateLogDirectory: true }), /^log\.1 .*a log in dataDir/);
  disk.remove('snapshot', 'log.1');
  disk.put('log', 'snapshot.0', new Uint8Array(0));
  assert.match(refusal(disk, { hasSeparateLogDirectory: true }), /a snapshot in dataLogDir/);
});

test('recovery: a log missing in the middle → refused, with what is missing', () => {
  const disk = diskWithSnapshots();
  disk.remove('snapshot', 'snapshot.a');
  disk.remove('snapshot', 'snapshot.5');
  disk.remove('log', 'log.6');
  assert.match(refusal(disk), /txns are missing between 0x5 and 0xb \(in log\.b\)/);
});

test('recovery: the last log missing → refused because of the watermark', () => {
  const disk = diskWithSnapshots();
  disk.remove('log', 'log.b');
  assert.match(refusal(disk), /txns up to 0xd were synced, but the files end at 0xa/);
  disk.remove('log', 'zooid.watermark');
  assert.deepEqual(mustRecover(disk).tree.zxids, upTo(10));
});

test('recovery: all of it gone but the watermark → refused', () => {
  const disk = new ToyDisk();
  disk.put('log', 'zooid.watermark', diskWithLog(3).file('zooid.watermark'));
  assert.match(refusal(disk), /were synced/);
});

test('recovery: damage in a log, with the file, the offset and the reason', () => {
  const RECORD = 13 + 32 + 20;
  const cases: [log: string, at: number, record: number][] = [
    ['log.b', 16 + RECORD + 30, 1],
    ['log.b', 16 + 2 * RECORD + 60, 2],
    ['log.b', 2, 0],
  ];
  for (const [name, at, record] of cases) {
    for (const isJava of [false, true]) {
      const disk = diskWithSnapshots();
      if (isJava) withoutWatermark(disk);
      flip(disk.file(name), at);
      const offset = at < 16 ? 0 : 16 + record * RECORD;
      assert.match(refusal(disk), new RegExp(`^${name} at ${offset}: `));
    }
  }
});

test('recovery: damage in a log before the last → refused at the damage, not at the gap', () => {
  const disk = diskWithSnapshots();
  disk.remove('snapshot', 'snapshot.a');
  flip(disk.file('log.6'), 16 + 65 + 40);
  assert.match(refusal(disk), /^log\.6 at 81: txns are missing .*the checksum does not match/);
});

test('recovery: damage below the snapshot that is loaded → not looked at', () => {
  const disk = diskWithSnapshots();
  flip(disk.file('log.1'), 100);
  assert.deepEqual(mustRecover(disk).tree.zxids, upTo(13));
});

test('recovery: a torn tail → cut with a warning; the next start finds an ordinary end', () => {
  const run = new StorageRun();
  run.storage.takeSnapshot(new ToyTree().source());
  for (const zxid of upTo(3)) run.append(zxid);
  run.settle();
  const disk = run.disk.restart();
  // Half of record 4.
  const torn = disk.file('log.1');
  torn.set(torn.slice(16, 16 + 40), 16 + 3 * 65);
  const { result, tree } = mustRecover(disk);
  assert.deepEqual(tree.zxids, [1, 2, 3]);
  assert.match(result.warnings[0] ?? '', /^log\.1: torn tail at 211/);
  const next = new StorageRun({}, result, disk);
  next.append(4);
  next.settle();
  assert.deepEqual(next.kinds(), ['ready', 'synced']);
  assert.equal(disk.file('log.1').length, 211);
  assert.deepEqual(disk.list('log'), ['log.1', 'log.4', 'zooid.watermark']);
  const again = mustRecover(disk);
  assert.deepEqual(again.tree.zxids, [1, 2, 3, 4]);
  assert.deepEqual(again.result.warnings, []);
});

test('recovery: a torn tail that Java left and went past → the next file says where it went on', () => {
  const disk = withoutWatermark(diskWithSnapshots());
  disk.remove('snapshot', 'snapshot.a');
  const bytes = disk.file('log.6');
  bytes.set(bytes.slice(16, 16 + 30), 16 + 5 * 65);
  assert.deepEqual(mustRecover(disk).tree.zxids, upTo(13));
});

test('recovery: a log without a txn at the end → removed, so that its name is free', () => {
  for (const bytes of [new Uint8Array(0), new Uint8Array(8208)]) {
    const disk = diskWithLog(3);
    disk.put('log', 'log.4', bytes);
    const { result } = mustRecover(disk);
    assert.match(result.warnings[0] ?? '', /^log\.4: a log without a txn/);
    const next = new StorageRun({}, result, disk);
    next.append(4);
    next.settle();
    assert.deepEqual(mustRecover(disk).tree.zxids, upTo(4));
  }
});

test('recovery: txns seen before → ignored with a warning', () => {
  const disk = withoutWatermark(diskWithLog(5));
  disk.put('log', 'log.3', diskWithLog(5).file('log.1'));
  const { result, tree } = mustRecover(disk);
  assert.deepEqual(tree.zxids, upTo(5));
  assert.deepEqual(result.warnings, ['log.3: 5 txns seen before, ignored']);
});

test('recovery: a new epoch → its first zxid follows', () => {
  const EPOCH_2 = 2 * 4294967296;
  const run = new StorageRun();
  run.storage.takeSnapshot(new ToyTree().source());
  for (const zxid of [1, 2, EPOCH_2 + 1, EPOCH_2 + 2]) run.append(zxid);
  run.settle();
  assert.deepEqual(mustRecover(run.disk).tree.zxids, [1, 2, EPOCH_2 + 1, EPOCH_2 + 2]);
});

/** 1 to 5 in one log; in the next, 2:1, the first of an epoch. */
function diskWithTwoEpochs(): ToyDisk {
  const run = new StorageRun();
  const tree = new ToyTree();
  run.storage.takeSnapshot(tree.source());
  for (const zxid of upTo(5)) run.append(zxid);
  run.settle();
  run.storage.close();
  run.settle();
  const { result } = mustRecover(run.disk);
  const next = new StorageRun({}, result, run.disk);
  next.append(makeZxid(2, 1));
  next.settle();
  return run.disk;
}

test('recovery: damage in a log before the first of an epoch → refused, nothing is skipped', () => {
  const disk = diskWithTwoEpochs();
  assert.deepEqual(mustRecover(disk).tree.zxids, [...upTo(5), makeZxid(2, 1)]);
  flip(disk.file('log.1'), 16 + 2 * 65 + 40);
  assert.match(refusal(disk), /^log\.1 at 146: the checksum does not match/);
  assert.match(refusal(withoutWatermark(disk)), /^log\.1 at 146: /);
});

test('recovery: a log ends in a part of a record, then an epoch begins → refused, or as Java left it', () => {
  const disk = diskWithTwoEpochs();
  disk.file('log.1').fill(0, 16 + 3 * 65 + 30);
  assert.match(refusal(disk), /^log\.1 at 211: .*all of it was synced/);
  const { result, tree } = mustRecover(withoutWatermark(disk));
  assert.deepEqual(tree.zxids, [...upTo(3), makeZxid(2, 1)]);
  const cut = { kind: 'truncateFile', directory: 'log', name: 'log.1', size: 211 };
  assert.ok(result.repairs.some((repair) => JSON.stringify(repair) === JSON.stringify(cut)));
});

test('recovery: a log ends before its first record, then an epoch begins → refused, or as Java left it', () => {
  const disk = diskWithTwoEpochs();
  disk.put('log', 'log.1', disk.file('log.1').slice(0, 16));
  assert.match(refusal(disk), /^log\.1 at 16: a log without a txn, and all of it was synced/);
  assert.deepEqual(mustRecover(withoutWatermark(disk)).tree.zxids, [makeZxid(2, 1)]);
});

/** 1 to 3, all in a snapshot too; a next log was begun, and removed as it had no txn. */
function diskBeforeNextLog(): ToyDisk {
  const disk = diskWithLog(3);
  const tree = new ToyTree();
  for (const zxid of upTo(3)) tree.apply(zxid);
  const run = new StorageRun({}, { ...mustRecover(disk).result, repairs: [] }, disk);
  run.storage.takeSnapshot(tree.source());
  run.append(4);
  run.settle();
  disk.remove('log', 'log.4');
  return disk;
}

test('recovery: the log before one that was begun has lost its end → refused, although a snapshot has it', () => {
  const disk = diskBeforeNextLog();
  assert.deepEqual(mustRecover(disk).tree.zxids, upTo(3));
  disk.file('log.1').fill(0, 16 + 2 * 65 + 30);
  assert.match(refusal(disk), /^log\.1 at 146: .*all of it was synced/);
  assert.deepEqual(mustRecover(withoutWatermark(disk)).tree.zxids, upTo(3));
});

test('recovery: the log before one that was begun has lost all txns → refused, although a snapshot has them', () => {
  const disk = diskBeforeNextLog();
  disk.put('log', 'log.1', disk.file('log.1').slice(0, 16));
  assert.match(refusal(disk), /^log\.1 at 16: a log without a txn, and all of it was synced/);
});

test('recovery: a watermark that another program has overtaken → not used', () => {
  const disk = diskWithSnapshots();
  // Truncated to 11, then 12 again in a new file.
  const run = new StorageRun(
    {},
    { lastZxid: 11, snapshotZxid: 10, repairs: [], watermarkSequence: 0 },
  );
  run.append(12);
  run.settle();
  disk.put('log', 'log.c', run.disk.file('log.c'));
  disk.put('log', 'log.b', disk.file('log.b').slice(0, 16 + 65));
  const { result, tree } = mustRecover(disk);
  assert.deepEqual(tree.zxids, upTo(12));
  assert.match(result.warnings[0] ?? '', /^zooid\.watermark: older than log\.c/);
});

test('recovery: a log that did not get its header → removed', () => {
  const disk = diskWithLog(2);
  disk.put('log', 'tmp.log.3', new Uint8Array(8192));
  const { result, tree } = mustRecover(disk);
  assert.deepEqual(tree.zxids, upTo(2));
  assert.match(result.warnings[0] ?? '', /^tmp\.log\.3: a log that was not begun/);
  assert.deepEqual(result.repairs[0], { kind: 'unlinkFile', directory: 'log', name: 'tmp.log.3' });
});

test('recovery: an unfinished snapshot → removed', () => {
  const disk = diskWithLog(2);
  disk.put('snapshot', 'tmp.snapshot.2', new Uint8Array(100));
  const { result } = mustRecover(disk);
  assert.deepEqual(result.repairs[0], {
    kind: 'unlinkFile',
    directory: 'snapshot',
    name: 'tmp.snapshot.2',
  });
});

test('recovery: a txn that the tree cannot read → refused with its place', () => {
  const disk = diskWithLog(3);
  const tree = new ToyTree();
  let txns = 0;
  tree.txn = () => {
    if (++txns === 2) throw new JuteError('Unsupported Txn with type=99');
  };
  const options = { trustEmptySnapshot: false, dbAutocreate: true, hasSeparateLogDirectory: false };
  const result = recover(disk, options, tree);
  assert.ok(!result.ok);
  assert.deepEqual(
    [result.file, result.offset, result.reason],
    ['log.1', 81, 'txn 0x2: Unsupported Txn with type=99'],
  );
});

test('recovery: an error of the disk while reading a log → refused with the file', () => {
  const disk = diskWithLog(3);
  const read = disk.read.bind(disk);
  disk.read = (directory, name, at) => {
    if (name === 'log.1') throw Object.assign(new Error('EIO: i/o error, read'), { code: 'EIO' });
    return read(directory, name, at);
  };
  assert.equal(refusal(disk), 'log.1 at 0: EIO: i/o error, read');
});

test('recovery: progress → told at each file', () => {
  const files: string[] = [];
  recoverFrom(diskWithSnapshots(), { onProgress: ({ file }) => files.push(file) });
  assert.deepEqual(files, ['snapshot.a', 'log.b']);
});
