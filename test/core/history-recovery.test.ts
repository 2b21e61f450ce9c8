import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeZxid } from '../../src/base/zxid.ts';
import { HistoryRecovery } from '../../src/core/history-recovery.ts';
import { CommittedLog } from '../../src/core/storage/history/committed-log.ts';
import { BinaryReader } from '../../src/protocol/jute/binary-reader.ts';
import { REQUEST_OPTIONS } from '../scenario/scenario-options.ts';
import { payloadOf, zxidsOf } from './history-run.ts';

function recovered(...zxids: readonly number[]): { log: CommittedLog; recovery: HistoryRecovery } {
  const limits = { txns: 3, bytes: 10_000 };
  const log = new CommittedLog(limits);
  const recovery = new HistoryRecovery(REQUEST_OPTIONS, limits);
  recovery.reset(0);
  for (const zxid of zxids) recovery.txn(new BinaryReader(payloadOf(zxid)));
  recovery.fill(log);
  return { log, recovery };
}

const zxidsIn = (log: CommittedLog) => log.entries().map(({ zxid }) => zxid);

test('history recovery: txns replayed → the last ones are kept, as they are in the log', () => {
  const { log, recovery } = recovered(1, 2, 3, 4);
  assert.deepEqual(zxidsIn(log), [2, 3, 4]);
  assert.deepEqual(log.entries()[2]?.payload, payloadOf(4));
  assert.deepEqual(zxidsOf(recovery.database), [1, 2, 3, 4]);
});

test('history recovery: a gap inside a log → only what follows it is kept', () => {
  assert.deepEqual(zxidsIn(recovered(1, 2, 5, 6).log), [5, 6]);
  const next = makeZxid(1, 1);
  assert.deepEqual(zxidsIn(recovered(1, 2, next).log), [1, 2, next]);
});

test('history recovery: begun again with another snapshot → nothing of the first try is kept', () => {
  const { log, recovery } = recovered(1, 2);
  recovery.reset(1);
  recovery.fill(log);
  assert.equal(log.size, 0);
});

test('history recovery: txns of all sizes → the last ones that fit, whatever was before them', () => {
  for (const bytes of [10_000, 100_000]) {
    const limits = { txns: 10, bytes };
    const recovery = new HistoryRecovery(REQUEST_OPTIONS, limits);
    const log = new CommittedLog(limits);
    recovery.reset(0);
    const sizeOf = (zxid: number) => [1, 300, 6000, 20, 3000, 900][zxid % 6] ?? 0;
    for (let zxid = 1; zxid <= 60; zxid++) {
      recovery.txn(new BinaryReader(payloadOf(zxid, sizeOf(zxid))));
    }
    recovery.fill(log);
    const kept = log.entries();
    assert.equal(kept.at(-1)?.zxid, 60);
    assert.ok(bytes < 100_000 ? kept.length > 1 && kept.length < 10 : kept.length === 10);
    for (const { zxid, payload } of kept) assert.deepEqual(payload, payloadOf(zxid, sizeOf(zxid)));
  }
});
