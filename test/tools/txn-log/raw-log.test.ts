import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RawLog } from '../../../src/tools/txn-log/raw-log.ts';
import { goldenFile } from '../../core/storage/golden-disk.ts';
import { makeDataDirectory } from '../tool-run.ts';

function openLog(t: { after(end: () => void): void }, bytes: Uint8Array): RawLog {
  const { path } = makeDataDirectory(t, { 'log.1': bytes });
  const log = new RawLog(path('log.1'));
  t.after(() => log.close());
  return log;
}

test('raw log: a byte of a payload flipped → that record alone is not intact, all are read', (t) => {
  const bytes = goldenFile('java-3.9.5', 'log.1');
  const whole = openLog(t, bytes);
  const offsets: number[] = [];
  for (let record = whole.next(); record !== null; record = whole.next()) {
    assert.ok(record.isIntact);
    offsets.push(record.offset);
  }
  const damaged = new Uint8Array(bytes);
  const at = offsets[3] ?? assert.fail('too few records');
  damaged[at + 30] = (damaged[at + 30] ?? 0) ^ 1;
  const log = openLog(t, damaged);
  const found: boolean[] = [];
  for (let record = log.next(); record !== null; record = log.next()) found.push(record.isIntact);
  assert.equal(found.length, offsets.length);
  assert.deepEqual(
    found.flatMap((isIntact, i) => (isIntact ? [] : [i])),
    [3],
  );
});

test('raw log: the file ends inside a record → says where, after all whole ones', (t) => {
  const bytes = goldenFile('java-3.9.5', 'log.1');
  const log = openLog(t, bytes.subarray(0, 120));
  assert.equal(log.next()?.offset, 16);
  assert.throws(() => log.next(), /Last transaction was partial\. .* at offset \d+/);
});

test('raw log: no log → refused', (t) => {
  assert.throws(() => openLog(t, Buffer.from('something else, and long')), /Invalid magic number/);
});
