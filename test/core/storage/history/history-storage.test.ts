/** Of a storage that can be cut and replaced; with real trees, and crashes: test/core/history-*. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  HistoryStorage,
  type HistoryStorageEvent,
} from '../../../../src/core/storage/history/history-storage.ts';
import { recover } from '../../../../src/core/storage/recovery.ts';
import { diskWithLog, mustRecover, OPTIONS, upTo } from '../storage-run.ts';
import type { ToyDisk } from '../toy-disk.ts';
import { ToyTree, txnPayload } from '../toy-tree.ts';

const RECOVERY = { trustEmptySnapshot: false, dbAutocreate: true, hasSeparateLogDirectory: false };

function runOn(disk: ToyDisk) {
  const tree = new ToyTree();
  const start = mustRecover(disk).result;
  const storage = new HistoryStorage(
    { options: OPTIONS, reader: disk, recover: () => recover(disk, RECOVERY, tree) },
    start,
    { accepted: 0, current: 0 },
  );
  const events: HistoryStorageEvent[] = [];
  const step = (): boolean => {
    disk.start(storage.takeOps());
    const op = disk.pending[0];
    if (op === undefined) return false;
    events.push(...storage.onDiskDone(disk.finish(op)));
    return true;
  };
  const settle = (): void => {
    while (step());
  };
  return { storage, tree, events, step, settle, disk };
}

test('history storage: cut, appended to, replaced → op ids go on, lanes are never doubled', () => {
  const run = runOn(diskWithLog(5));
  run.settle();
  run.storage.truncate(3);
  run.storage.append(4, txnPayload(4));
  run.settle();
  assert.deepEqual(run.tree.zxids, upTo(3));
  assert.equal(run.storage.lastSynced, 4);
  const source = new ToyTree();
  source.zxids = upTo(9);
  run.storage.adopt(source.source());
  run.storage.append(10, txnPayload(10));
  while (run.step()) {
    const lanes = run.disk.pending.map(({ lane }) => lane);
    assert.equal(new Set(lanes).size, lanes.length);
  }
  const ids = run.disk.started.slice(-20).map(({ id }) => id);
  assert.deepEqual(
    ids,
    [...ids].sort((a, b) => a - b),
  );
  const again = mustRecover(run.disk);
  assert.deepEqual(again.tree.zxids, upTo(10));
  assert.equal(run.storage.isSettled, true);
});

test('history storage: what the log is told by a leader while it is cut → an assertion', () => {
  const run = runOn(diskWithLog(5));
  run.settle();
  run.storage.truncate(3);
  assert.throws(() => run.storage.appendEncoded(6, () => {}), /being changed/);
});

test('history storage: recovery after the cut refuses, or ends elsewhere → failed', () => {
  const refusing = runOn(diskWithLog(5));
  refusing.settle();
  refusing.storage.truncate(3);
  refusing.disk.list = () => {
    throw Object.assign(new Error('EIO: i/o error, scandir'), { code: 'EIO' });
  };
  refusing.settle();
  const last = refusing.events.at(-1);
  assert.ok(last?.kind === 'failed' && last.reason.includes('EIO'));
  assert.deepEqual(refusing.storage.takeOps(), []);
});

test('history storage: completions after a failure → nothing more is told', () => {
  const run = runOn(diskWithLog(5));
  run.settle();
  run.storage.append(6, txnPayload(6));
  run.storage.saveEpoch('accepted', 1);
  run.disk.start(run.storage.takeOps());
  run.disk.failure = { kind: 'unlinkFile', code: 'EIO' };
  const [log, epoch] = run.disk.pending;
  assert.ok(log && epoch?.lane === 'epoch');
  assert.equal(run.storage.onDiskDone(run.disk.finish(epoch))[0]?.kind, 'failed');
  assert.deepEqual(run.storage.onDiskDone(run.disk.finish(log)), []);
  assert.equal(run.storage.hasFailed, true);
});

test('history storage: a snapshot that cannot be taken now → its source is let go', () => {
  const run = runOn(diskWithLog(5));
  run.settle();
  run.storage.truncate(3);
  const source = new ToyTree().source();
  assert.equal(run.storage.takeSnapshot(source), false);
  assert.equal(source.isReleased, true);
  assert.equal(run.storage.startPurge(3), false);
});
