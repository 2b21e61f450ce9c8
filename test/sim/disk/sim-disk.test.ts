import assert from 'node:assert/strict';
import { test } from 'node:test';
import { logRecord, SimRig } from '../sim-rig.ts';

const file = { directory: 'log', name: 'log.1' } as const;

test('sim-disk: an op → done after some time, and then visible', () => {
  const rig = new SimRig();
  rig.start({ kind: 'createFile', ...file, sync: true });
  assert.deepEqual(rig.disk.list('log'), []);
  rig.settle();
  assert.deepEqual(rig.disk.list('log'), ['log.1']);
  assert.ok(rig.clock.nowUs > 0);
  assert.equal(rig.done[0]?.ok, true);
});

test('sim-disk: a name that is taken → EEXIST, a file that is not there is cut → ENOENT', () => {
  const rig = new SimRig();
  rig.run({ kind: 'createFile', ...file, sync: true });
  rig.run({ kind: 'createFile', ...file, sync: true });
  rig.run({ kind: 'truncateFile', directory: 'log', name: 'log.2', size: 0 });
  rig.run({ kind: 'createFile', directory: 'log', name: 'tmp.log.1', sync: true });
  const rename = { kind: 'renameFile', directory: 'log', name: 'tmp.log.1', to: 'log.1' } as const;
  rig.run({ ...rename, replaces: false });
  rig.run({ ...rename, replaces: true });
  const codes = rig.done.map((done) => (done.ok ? 'ok' : done.code));
  assert.deepEqual(codes, ['ok', 'EEXIST', 'ENOENT', 'ok', 'EEXIST', 'ok']);
});

test('sim-disk: a crash in the middle of a write → nothing, all, or a part of it; no completion', () => {
  const sizes = new Set<number>();
  for (let seed = 1; seed <= 60; seed++) {
    const rig = new SimRig(seed);
    rig.run({ kind: 'createFile', ...file, sync: true });
    rig.run({ kind: 'syncDirectory', directory: 'log' });
    rig.start({ kind: 'writeFile', ...file, position: 16, bytes: logRecord(1), sync: true });
    rig.disk.crash('kill');
    rig.settle();
    assert.equal(rig.done.length, 2);
    sizes.add(rig.disk.size('log', 'log.1'));
  }
  const whole = 16 + logRecord(1).length;
  assert.ok(sizes.has(0) && sizes.has(whole));
  assert.ok([...sizes].some((size) => size > 0 && size < whole));
});

test('sim-disk: a compressed snapshot → read back whole; a read that fails → EIO, once', () => {
  const rig = new SimRig();
  const snapshot = { directory: 'snapshot', name: 'tmp.snapshot.1' } as const;
  rig.run(
    { kind: 'openSnapshot', ...snapshot, compression: 'gz', sync: true },
    { kind: 'writeSnapshot', ...snapshot, bytes: Uint8Array.of(1, 2) },
    { kind: 'writeSnapshot', ...snapshot, bytes: Uint8Array.of(3) },
    { kind: 'finishSnapshot', ...snapshot, sync: true },
    { kind: 'renameFile', ...snapshot, to: 'snapshot.1.gz', replaces: true },
  );
  assert.deepEqual(rig.disk.readGzip('snapshot', 'snapshot.1.gz'), Uint8Array.of(1, 2, 3));
  rig.disk.readFault = 'snapshot';
  const read = () =>
    rig.disk.read('snapshot', 'snapshot.1.gz', { position: 0, into: new Uint8Array(4) });
  assert.throws(read, /EIO/);
  assert.equal(read(), 4);
});

/** A log and a snapshot that were never synced, then a sync that fails, then a restart. */
function sizesAfterFailedSync(seed: number, forceSync: boolean): number[] {
  const rig = new SimRig(seed, { forceSync, syncError: 1 });
  const snapshot = { directory: 'snapshot', name: 'snapshot.1' } as const;
  const bytes = Uint8Array.of(1, 2);
  rig.run(
    { kind: 'createFile', ...file, sync: false },
    { kind: 'writeFile', lane: 'ahead', ...file, position: 0, bytes, sync: false },
    { kind: 'openSnapshot', ...snapshot, compression: '', sync: false },
    { kind: 'writeSnapshot', ...snapshot, bytes: Uint8Array.of(3) },
    { kind: 'syncFile', ...file },
    { kind: 'syncFile', ...snapshot },
  );
  assert.deepEqual(
    rig.done.map((done) => done.ok),
    [true, true, true, true, false, false],
  );
  rig.disk.crash('kill');
  const files = [rig.disk.file('log', 'log.1'), rig.disk.file('snapshot', 'snapshot.1')];
  return files.map((each) => each?.bytes.filter((byte) => byte !== 0).length ?? 0);
}

test('sim-disk: a failed sync → pages kept or given up; those of a log only with forceSync', () => {
  const seen = { true: new Set<string>(), false: new Set<string>() };
  for (let seed = 1; seed <= 40; seed++) {
    seen.true.add(String(sizesAfterFailedSync(seed, true)));
    seen.false.add(String(sizesAfterFailedSync(seed, false)));
  }
  assert.deepEqual([...seen.true].sort(), ['0,0', '0,1', '2,0', '2,1']);
  assert.deepEqual([...seen.false].sort(), ['2,0', '2,1']);
});
