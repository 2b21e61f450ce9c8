import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HistoryChange } from '../../../../src/core/storage/history/history-change.ts';
import { diskWithLog } from '../storage-run.ts';
import { ToyTree } from '../toy-tree.ts';

function kindsOf(change: HistoryChange): string[] {
  const kinds: string[] = [];
  while (!change.isStageDone) {
    kinds.push(change.nextAction()?.kind ?? 'none');
    change.onDone();
  }
  return kinds;
}

test('history change: a cut → its actions, and what is appended meanwhile as a copy', () => {
  const change = new HistoryChange(3, 5, null);
  assert.deepEqual([change.kind, change.syncedBefore, change.isCollecting], ['truncate', 3, true]);
  const payload = new Uint8Array([1]);
  change.append(7, payload);
  payload[0] = 2;
  assert.equal(change.lastAppended, 7);
  assert.throws(() => change.append(7, payload), /go up/);
  assert.equal(change.beginCut(diskWithLog(5)), '');
  assert.deepEqual(kindsOf(change), ['patchFile', 'truncateFile']);
  assert.deepEqual(change.takeAppended(), [{ zxid: 7, payload: new Uint8Array([1]) }]);
  assert.deepEqual(change.takeAppended(), []);
});

test('history change: a replacement → newer snapshots go last', () => {
  const disk = diskWithLog(5);
  disk.put('snapshot', 'snapshot.4', new Uint8Array(0));
  const source = new ToyTree().source();
  const change = new HistoryChange(3, 2, source);
  assert.deepEqual([change.kind, change.syncedBefore], ['adopt', 2]);
  assert.equal(change.beginCut(disk), '');
  assert.deepEqual(kindsOf(change), ['patchFile', 'truncateFile']);
  assert.equal(change.takeSource(), source);
  assert.equal(change.takeSource(), null);
  change.beginClear(true);
  const vouching = ['patchFile', 'syncDirectory'];
  assert.deepEqual(kindsOf(change), [...vouching, 'unlinkFile', 'syncDirectory']);
});

test('history change: a disk that cannot be read → the reason; given up → the source let go', () => {
  const disk = diskWithLog(5);
  disk.list = () => {
    throw Object.assign(new Error('EIO: i/o error, scandir'), { code: 'EIO' });
  };
  const source = new ToyTree().source();
  const change = new HistoryChange(3, 5, source);
  assert.match(change.beginCut(disk), /EIO/);
  change.giveUp();
  assert.equal(source.isReleased, true);
});
