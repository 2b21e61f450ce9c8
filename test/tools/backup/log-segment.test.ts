import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { LogSegment } from '../../../src/tools/backup/log-segment.ts';
import { SourceLogs } from '../../../src/tools/backup/source-logs.ts';
import { makeFolder } from '../tool-run.ts';
import { SourceDirectory } from './source-directory.ts';

test('log segment: synced, grown, synced → the manifest is right both times', async (t) => {
  const source = new SourceDirectory(t);
  source.beginLog(1);
  source.append(1, [1, 5]);
  const folder = makeFolder(t);
  const segment = new LogSegment(folder, 1);
  t.after(() => segment.close());
  const check = (lastZxid: number) => {
    const log = segment.sync();
    const bytes = readFileSync(join(folder, 'log.1'));
    assert.deepEqual([log.lastZxid, log.txns, log.bytes], [lastZxid, lastZxid, bytes.length]);
    assert.equal(log.sha256, createHash('sha256').update(bytes).digest('hex'));
  };
  await new SourceLogs(source.paths).copy({ zxid: 0, place: null }, (txn) => {
    segment.append(txn);
    if (txn.header.zxid >= 4) check(txn.header.zxid);
  });
  assert.deepEqual(readFileSync(join(folder, 'log.1')), readFileSync(source.path('log.1')));
});
