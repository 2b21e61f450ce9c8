import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeZxid } from '../../../src/base/zxid.ts';
import { type Cursor, SourceLogs, type SourceTxn } from '../../../src/tools/backup/source-logs.ts';
import { record, SourceDirectory } from './source-directory.ts';

async function copy(source: SourceDirectory, cursor: Cursor) {
  const zxids: number[] = [];
  let last: SourceTxn | null = null;
  const outcome = await new SourceLogs(source.paths).copy(cursor, (txn) => {
    zxids.push(txn.header.zxid);
    last = txn;
  });
  return { zxids, outcome, last: last as SourceTxn | null };
}

const from = (zxid: number): Cursor => ({ zxid, place: null });

test('source logs: after a snapshot, over several files and epochs → every later txn once', async (t) => {
  const source = new SourceDirectory(t);
  const epoch2 = makeZxid(2, 1);
  source.beginLog(1);
  source.append(1, [1, 3]);
  source.beginLog(4);
  source.append(4, [4, 5]);
  source.beginLog(epoch2);
  source.append(epoch2, [epoch2, epoch2 + 1]);
  const { zxids, outcome } = await copy(source, from(2));
  assert.equal(outcome, 'copied');
  assert.deepEqual(zxids, [3, 4, 5, epoch2, epoch2 + 1]);
});

test('source logs: a record half written → the end for now, and whole at the next look', async (t) => {
  const source = new SourceDirectory(t);
  const bytes = record(3);
  source.beginLog(1);
  source.append(1, [1, 2]);
  source.appendBytes(1, bytes.subarray(0, 30));
  const first = await copy(source, from(0));
  assert.deepEqual(first.zxids, [1, 2]);
  source.appendBytes(1, bytes.subarray(30));
  const { file = '', offset = 0, checksum = 0 } = first.last ?? {};
  const next = await copy(source, { zxid: 2, place: { file, offset, checksum } });
  assert.deepEqual([next.outcome, next.zxids], ['copied', [3]]);
});

test('source logs: the txn of the cursor is another, or gone → lost', async (t) => {
  const source = new SourceDirectory(t);
  source.beginLog(1);
  source.append(1, [1, 2]);
  const { last } = await copy(source, from(0));
  const { file = '', offset = 0, checksum = 0 } = last ?? {};
  const cursor = { zxid: 2, place: { file, offset, checksum } };
  source.cut(1, offset);
  source.append(1, [2, 3], 'another');
  assert.deepEqual(await copy(source, cursor), { zxids: [], outcome: 'lost', last: null });
  source.remove('log.1');
  source.beginLog(4);
  source.append(4, [4, 4]);
  assert.equal((await copy(source, cursor)).outcome, 'lost');
  assert.equal((await copy(source, from(0))).outcome, 'lost');
});

test('source logs: a damaged record with whole ones after it → said with file and offset', async (t) => {
  const source = new SourceDirectory(t);
  const damaged = record(2);
  damaged[60] = (damaged[60] ?? 0) ^ 1;
  source.beginLog(1);
  source.append(1, [1, 1]);
  source.appendBytes(1, damaged);
  source.append(1, [3, 3]);
  const message = /log\.1 is damaged at offset \d+ \(the checksum does not match\), after txn 0x1:/;
  await assert.rejects(copy(source, from(0)), message);
});
