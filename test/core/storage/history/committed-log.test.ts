import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeZxid } from '../../../../src/base/zxid.ts';
import { CommittedLog, follows } from '../../../../src/core/storage/history/committed-log.ts';

function logOf(limits: { txns: number; bytes: number }, ...zxids: number[]): CommittedLog {
  const log = new CommittedLog(limits);
  for (const zxid of zxids) log.add(zxid, new Uint8Array(10));
  return log;
}

test('committed log: more txns than it may keep → the last ones', () => {
  const log = logOf({ txns: 3, bytes: 1000 }, ...Array.from({ length: 20 }, (_, i) => i + 1));
  assert.deepEqual([log.minZxid, log.maxZxid, log.size, log.bytes], [18, 20, 3, 30]);
  assert.deepEqual(
    log.entries().map(({ zxid }) => zxid),
    [18, 19, 20],
  );
});

test('committed log: more bytes than it may keep → fewer txns, but always the last', () => {
  assert.deepEqual(logOf({ txns: 100, bytes: 25 }, 1, 2, 3, 4).minZxid, 3);
  assert.deepEqual(logOf({ txns: 100, bytes: 5 }, 1, 2).size, 1);
});

test('committed log: a gap → an assertion fails; a later epoch begins with counter 1', () => {
  const log = logOf({ txns: 9, bytes: 1000 }, 1, 2);
  for (const zxid of [2, 4, makeZxid(1, 0), makeZxid(1, 2)]) {
    assert.throws(() => log.add(zxid, new Uint8Array(1)), /gap/);
  }
  log.add(makeZxid(3, 1), new Uint8Array(1));
  assert.equal(follows(makeZxid(3, 2), makeZxid(3, 1)), true);
  assert.equal(follows(makeZxid(2, 1), makeZxid(3, 1)), false);
});

test('committed log: cleared → empty, and any zxid may come next', () => {
  const log = logOf({ txns: 2, bytes: 1000 }, 1, 2, 3);
  log.clear();
  assert.deepEqual([log.minZxid, log.maxZxid, log.size, log.bytes], [null, null, 0, 0]);
  log.add(77, new Uint8Array(1));
  assert.equal(log.minZxid, 77);
});
