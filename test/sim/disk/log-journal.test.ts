import assert from 'node:assert/strict';
import { test } from 'node:test';
import { logRecord, SimRig } from '../sim-rig.ts';

const file = { directory: 'log', name: 'log.1' } as const;

function rigWithLog(): SimRig {
  const rig = new SimRig();
  rig.run({ kind: 'createFile', ...file, sync: true });
  return rig;
}

test('log-journal: written and synced, the directory not → nothing is stable yet', () => {
  const rig = rigWithLog();
  rig.run({ kind: 'writeFile', ...file, position: 16, bytes: logRecord(1), sync: true });
  assert.equal(rig.disk.journal.stableThrough(), 0);
  assert.equal(rig.disk.journal.writtenThrough, 1);
  rig.run({ kind: 'syncDirectory', directory: 'log' });
  assert.equal(rig.disk.journal.stableThrough(), 1);
});

test('log-journal: a write without sync → written and not stable', () => {
  const rig = rigWithLog();
  rig.run({ kind: 'syncDirectory', directory: 'log' });
  rig.run({ kind: 'writeFile', ...file, position: 16, bytes: logRecord(1), sync: false });
  assert.equal(rig.disk.journal.stableThrough(), 0);
  rig.run({ kind: 'syncFile', ...file });
  assert.equal(rig.disk.journal.stableThrough(), 1);
});

test('log-journal: recovered from memory alone → its txns, not stable until they are synced', () => {
  const rig = rigWithLog();
  rig.run({ kind: 'syncDirectory', directory: 'log' });
  rig.run({ kind: 'writeFile', ...file, position: 16, bytes: logRecord(1), sync: false });
  const { journal } = rig.disk;
  assert.deepEqual(
    journal.settle(1).map(({ zxid }) => zxid),
    [1],
  );
  assert.equal(journal.stableThrough(), 0);
  rig.run({ kind: 'syncFile', ...file });
  assert.equal(journal.stableThrough(), 1);
  assert.deepEqual(journal.settle(1), []);
});

test('log-journal: recovered below what was written → the rest never was', () => {
  const rig = rigWithLog();
  const bytes = Buffer.concat([logRecord(1), logRecord(2)]);
  rig.start({ kind: 'writeFile', ...file, position: 16, bytes, sync: true });
  const { journal } = rig.disk;
  assert.equal(journal.lastWritten, 2);
  assert.equal(journal.settle(1).length, 1);
  assert.equal(journal.lastWritten, 1);
});
