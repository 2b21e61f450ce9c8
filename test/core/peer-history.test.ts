import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeZxid } from '../../src/base/zxid.ts';
import { bootResult, HistoryRun, payloadOf, range, txnOf } from './history-run.ts';
import { ToyDisk } from './storage/toy-disk.ts';

const text = (disk: ToyDisk, name: string) => Buffer.from(disk.file(name, 'snapshot')).toString();

test('peer history: an empty directory → both epochs 0 and snapshot.0, then it is settled', () => {
  const run = new HistoryRun();
  assert.equal(run.history.isSettled, false);
  run.settle();
  assert.equal(run.history.isSettled, true);
  assert.equal(run.history.lastZxid, 0);
  assert.deepEqual(run.history.epochs, { accepted: 0, current: 0 });
  assert.equal(text(run.disk, 'currentEpoch'), '0');
  assert.equal(text(run.disk, 'acceptedEpoch'), '0');
  assert.ok(run.disk.names().includes('snapshot/snapshot.0'));
});

test('peer history: txns appended → settled when they are on the disk, there after a crash', () => {
  const run = new HistoryRun();
  run.settle();
  run.append(1);
  const { origin, txn } = txnOf(2);
  assert.deepEqual(run.history.appendTxn(origin, txn, null), payloadOf(2));
  assert.deepEqual([run.history.lastZxid, run.history.lastSynced], [2, 0]);
  assert.equal(run.history.isSettled, false);
  run.settle();
  assert.deepEqual([run.history.lastZxid, run.history.lastSynced], [2, 2]);
  assert.equal(run.history.isSettled, true);
  const again = new HistoryRun(run.disk.restart());
  assert.deepEqual(again.zxids(), [1, 2]);
  assert.equal(again.history.lastZxid, 2);
  assert.deepEqual(
    again.history.committedLog.entries().map(({ zxid }) => zxid),
    [1, 2],
  );
  assert.deepEqual(again.history.committedLog.entries()[1]?.payload, payloadOf(2));
});

test('peer history: no data and no permission to begin empty → settled at -1', () => {
  const run = new HistoryRun(new ToyDisk(), { dbAutocreate: false });
  run.settle();
  assert.deepEqual([run.history.lastZxid, run.history.lastSynced], [-1, -1]);
  assert.equal(run.history.isSettled, true);
  assert.deepEqual(run.history.epochs, { accepted: 0, current: 0 });
});

test('peer history: an epoch saved → told when the directory knows it, and not before', () => {
  const run = new HistoryRun();
  run.settle();
  run.history.saveAcceptedEpoch(3);
  assert.equal(run.history.epochs.accepted, 0);
  while (!run.kinds().includes('epochSaved') || run.history.epochs.accepted === 0) {
    assert.equal(run.history.isSettled, false);
    assert.ok(run.step());
  }
  assert.deepEqual(run.events.at(-1), { kind: 'epochSaved', which: 'accepted', epoch: 3 });
  assert.equal(run.history.isSettled, true);
  assert.deepEqual(new HistoryRun(run.disk.restart()).history.epochs, { accepted: 3, current: 0 });
});

test('peer history: the current epoch while txns are on their way → saved after they are synced', () => {
  const run = new HistoryRun();
  run.settle();
  run.history.saveAcceptedEpoch(1);
  run.append(makeZxid(1, 1));
  run.history.saveCurrentEpoch(1);
  while (run.step('epoch'));
  assert.deepEqual(run.history.epochs, { accepted: 1, current: 0 });
  run.settle();
  assert.deepEqual(run.history.epochs, { accepted: 1, current: 1 });
});

test('peer history: an epoch file that is damaged → refused, and the file is named', () => {
  const run = new HistoryRun();
  run.settle();
  run.disk.put('snapshot', 'acceptedEpoch', Buffer.from('x1'));
  const result = bootResult(run.disk);
  assert.ok(!result.ok);
  assert.deepEqual(
    [result.file, result.reason],
    ['acceptedEpoch', 'it holds "x1", which is no epoch'],
  );
});

test('peer history: the disk fails under an epoch file → the end', () => {
  const run = new HistoryRun();
  run.settle();
  run.history.saveAcceptedEpoch(1);
  run.disk.failure = { kind: 'renameFile', code: 'EIO' };
  run.settle();
  const last = run.events.at(-1);
  assert.ok(last?.kind === 'failed' && last.reason.includes('EIO'));
  assert.equal(run.history.isSettled, false);
  run.history.append(1, payloadOf(1));
  assert.deepEqual(run.history.takeDiskOps(), []);
});

test('peer history: closed with txns and an epoch on their way → closed after all of them', () => {
  const run = new HistoryRun();
  run.settle();
  run.append(1);
  run.history.saveAcceptedEpoch(1);
  run.history.close();
  while (run.step('log'));
  assert.ok(!run.kinds().includes('closed'));
  run.settle();
  assert.equal(run.kinds().filter((kind) => kind === 'closed').length, 1);
  assert.equal(run.kinds().at(-1), 'closed');
  const again = new HistoryRun(run.disk);
  assert.deepEqual([again.zxids(), again.history.epochs.accepted], [[1], 1]);
});

test('peer history: a snapshot is due → taken, as a standalone server takes it', () => {
  const run = new HistoryRun(new ToyDisk(), { storage: { snapCount: 4 } });
  run.settle();
  run.write(...range(1, 6));
  run.settle();
  assert.ok(run.kinds().includes('snapshotStarted'));
  assert.ok(run.disk.names().some((name) => /snapshot\/snapshot\.[1-6]$/.test(name)));
});

test('peer history: the log read for a learner → from where the history is known, to its end', () => {
  const old = new HistoryRun();
  old.settle();
  old.write(...range(1, 3));
  old.history.takeSnapshot();
  old.settle();
  old.write(...range(4, 6));
  const run = new HistoryRun(old.disk);
  run.settle();
  const zxidsAfter = (after: number, bytesMax?: number) => {
    const txns = run.history.readLog(after, bytesMax);
    return txns === null ? null : Array.from(txns, ({ zxid }) => zxid);
  };
  assert.equal(run.history.historyFrom, 3);
  assert.deepEqual(zxidsAfter(3), [4, 5, 6]);
  assert.deepEqual(zxidsAfter(5), [6]);
  assert.deepEqual(zxidsAfter(6), []);
  assert.equal(zxidsAfter(2), null);
  assert.equal(zxidsAfter(7), null);
  assert.equal(zxidsAfter(3, 10), null);
  run.append(7);
  assert.deepEqual(zxidsAfter(5), [6], 'what is not synced is not promised');
  run.settle();
  assert.deepEqual(zxidsAfter(5), [6, 7]);
  assert.ok(run.history.logBytesAfter(5) > 0);
  run.history.truncate(6);
  assert.equal(run.history.readLog(5), null);
});

test('peer history: far more in the log than a link may hold → a snapshot is the way', () => {
  const run = new HistoryRun(new ToyDisk(), { snapshotSizeFactor: 0 });
  run.settle();
  for (const zxid of range(1, 5)) {
    run.append(zxid, 16 * 1024 * 1024);
    run.settle();
  }
  assert.equal(run.history.readLog(0), null);
  assert.equal(run.history.readLog(2)?.length, 3);
});

test('peer history: more in the log than a part of a snapshot → a snapshot is the way', () => {
  const lengths = [0.33, 0, -1].map((snapshotSizeFactor) => {
    const run = new HistoryRun(new ToyDisk(), { snapshotSizeFactor });
    run.settle();
    for (const zxid of range(1, 20)) run.append(zxid);
    run.settle();
    return [0, 19].map((after) => run.history.readLog(after)?.length ?? null);
  });
  assert.deepEqual(lengths, [
    [null, 1],
    [20, 1],
    [null, null],
  ]);
});
