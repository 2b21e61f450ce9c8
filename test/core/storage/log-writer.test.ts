/** LogWriter's own promises; the files that it makes are tested with the storage that uses it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DiskAction } from '../../../src/core/storage/disk.ts';
import { LogWriter } from '../../../src/core/storage/log-writer.ts';
import { FRESH } from './storage-run.ts';

const OPTIONS = { preAllocBytes: 0, fileBytesMax: -1, forceSync: true };

function append(log: LogWriter, zxid: number): void {
  log.beginTxn(zxid).long(BigInt(zxid));
  log.endTxn();
}

/** Carries out actions until one of this kind is under way; gives it. */
function runTo(log: LogWriter, kind: DiskAction['kind']): DiskAction {
  for (;;) {
    const action = log.nextAction() ?? assert.fail(`no ${kind} comes`);
    if (action.kind === kind) return action;
    log.onDone();
  }
}

/** The same, to the write of a batch; a new file's header is another. */
function runToBatch(log: LogWriter): DiskAction {
  for (;;) {
    const action = runTo(log, 'writeFile');
    if (action.kind === 'writeFile' && action.name.startsWith('log.')) return action;
    log.onDone();
  }
}

test('log writer: one action at a time → nothing until the one under way has ended', () => {
  const log = new LogWriter(OPTIONS, FRESH);
  assert.equal(log.nextAction(), null);
  append(log, 1);
  assert.equal(log.nextAction()?.kind, 'createFile');
  assert.equal(log.nextAction(), null);
  log.onDone();
  assert.notEqual(log.nextAction(), null);
});

test('log writer: appended while a write is under way → goes into the next, and is durable only with it', () => {
  const log = new LogWriter(OPTIONS, FRESH);
  append(log, 1);
  runToBatch(log);
  append(log, 2);
  append(log, 3);
  assert.deepEqual(log.onDone(), { kind: 'synced', through: 1 });
  assert.equal(log.lastSynced, 1);
  const second = runToBatch(log);
  assert.ok(second.kind === 'writeFile' && second.sync);
  assert.deepEqual(log.onDone(), { kind: 'synced', through: 3 });
  assert.equal(log.lastAppended, 3);
  assert.equal(log.nextAction(), null);
});

test('log writer: the bytes of a write under way → do not change by what is appended meanwhile', () => {
  const log = new LogWriter(OPTIONS, FRESH);
  append(log, 1);
  const action = runToBatch(log);
  assert.ok(action.kind === 'writeFile');
  const before = action.bytes.slice();
  for (let zxid = 2; zxid < 50; zxid++) append(log, zxid);
  assert.deepEqual(action.bytes, before);
});

test('log writer: rolled → the next batch begins a file named by its first zxid', () => {
  const log = new LogWriter(OPTIONS, FRESH);
  append(log, 1);
  runToBatch(log);
  log.onDone();
  log.roll();
  append(log, 0x2a);
  const created = runTo(log, 'createFile');
  assert.ok(created.kind === 'createFile');
  assert.equal(created.name, 'tmp.log.2a');
  log.onDone();
  const batch = runToBatch(log);
  assert.ok(batch.kind === 'writeFile');
  assert.equal(batch.name, 'log.2a');
});

test('log writer: a zxid that does not go up, or two txns at once → an assertion', () => {
  const log = new LogWriter(OPTIONS, FRESH);
  append(log, 5);
  assert.throws(() => log.beginTxn(5), /zxids go up/);
  log.beginTxn(6);
  assert.throws(() => log.beginTxn(7), /a txn is open/);
});

test('log writer: closed → what is appended is written first, then no txn is taken', () => {
  const log = new LogWriter(OPTIONS, FRESH);
  append(log, 1);
  log.close();
  assert.throws(() => log.beginTxn(2), /closing/);
  runToBatch(log);
  assert.deepEqual(log.onDone(), { kind: 'synced', through: 1 });
  while (!log.isClosed) {
    if (log.nextAction() !== null) log.onDone();
  }
  assert.equal(log.nextAction(), null);
});

const AHEAD = { preAllocBytes: 64 * 65536, fileBytesMax: -1, forceSync: true };

function writeOf(action: DiskAction | null): Extract<DiskAction, { kind: 'writeFile' }> {
  assert.ok(action?.kind === 'writeFile');
  return action;
}

test('log writer: a log that goes on → zeros ahead of it, never where a batch is or comes', () => {
  const log = new LogWriter(AHEAD, FRESH);
  append(log, 1);
  runToBatch(log);
  assert.equal(log.takeClearing(), null, 'the file is not there before its first batch');
  log.onDone();
  let batchesTo = 0;
  let clearedTo = 0;
  for (let zxid = 2; zxid < 20_000; zxid++) {
    append(log, zxid);
    const batch = writeOf(log.nextAction());
    batchesTo = batch.position + batch.bytes.length;
    const zeros = log.takeClearing();
    if (zeros !== null) {
      const { position, bytes, sync } = writeOf(zeros);
      assert.ok(sync && position >= batchesTo && position >= clearedTo);
      assert.ok(position + bytes.length <= AHEAD.preAllocBytes);
      assert.ok(bytes.every((byte) => byte === 0));
      clearedTo = position + bytes.length;
      assert.equal(log.takeClearing(), null, 'one at a time');
      log.onClearingDone();
    }
    log.onDone();
  }
  assert.ok(batchesTo > 2 * 65536 && clearedTo > batchesTo + 65536);
});

test('log writer: zeros on their way where the next batch ends → the batch waits for them', () => {
  const log = new LogWriter(AHEAD, FRESH);
  append(log, 1);
  runToBatch(log);
  log.onDone();
  assert.ok(log.takeClearing());
  log.beginTxn(2).buffer(new Uint8Array(200_000));
  log.endTxn();
  assert.equal(log.nextAction(), null);
  log.onClearingDone();
  assert.equal(runToBatch(log).kind, 'writeFile');
});

test('log writer: zeros on their way and a roll or a close → the file is closed after them', () => {
  for (const end of ['roll', 'close'] as const) {
    const log = new LogWriter(AHEAD, FRESH);
    append(log, 1);
    runToBatch(log);
    log.onDone();
    assert.ok(log.takeClearing());
    append(log, 2);
    log[end]();
    assert.equal(log.nextAction(), null);
    log.onClearingDone();
    assert.ok(log.nextAction());
  }
});

test('log writer: large batches, or nothing forced to disk → no zeros', () => {
  const large = new LogWriter(AHEAD, FRESH);
  large.beginTxn(1).buffer(new Uint8Array(50_000));
  large.endTxn();
  runToBatch(large);
  large.onDone();
  assert.equal(large.takeClearing(), null);
  const unforced = new LogWriter({ ...AHEAD, forceSync: false }, FRESH);
  append(unforced, 1);
  runToBatch(unforced);
  unforced.onDone();
  assert.equal(unforced.takeClearing(), null);
});
