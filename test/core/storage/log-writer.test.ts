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
  runTo(log, 'writeFile');
  append(log, 2);
  append(log, 3);
  assert.deepEqual(log.onDone(), { kind: 'synced', through: 1 });
  assert.equal(log.lastSynced, 1);
  const second = runTo(log, 'writeFile');
  assert.ok(second.kind === 'writeFile' && second.sync);
  assert.deepEqual(log.onDone(), { kind: 'synced', through: 3 });
  assert.equal(log.lastAppended, 3);
  assert.equal(log.nextAction(), null);
});

test('log writer: the bytes of a write under way → do not change by what is appended meanwhile', () => {
  const log = new LogWriter(OPTIONS, FRESH);
  append(log, 1);
  const action = runTo(log, 'writeFile');
  assert.ok(action.kind === 'writeFile');
  const before = action.bytes.slice();
  for (let zxid = 2; zxid < 50; zxid++) append(log, zxid);
  assert.deepEqual(action.bytes, before);
});

test('log writer: rolled → the next batch begins a file named by its first zxid', () => {
  const log = new LogWriter(OPTIONS, FRESH);
  append(log, 1);
  runTo(log, 'writeFile');
  log.onDone();
  log.roll();
  append(log, 0x2a);
  const created = runTo(log, 'createFile');
  assert.ok(created.kind === 'createFile');
  assert.equal(created.name, 'log.2a');
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
  runTo(log, 'writeFile');
  assert.deepEqual(log.onDone(), { kind: 'synced', through: 1 });
  while (!log.isClosed) {
    if (log.nextAction() !== null) log.onDone();
  }
  assert.equal(log.nextAction(), null);
});
