/** TRUNC: what is cut, what a crash leaves, and what follows (D10; 4837, 3701, 1489). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Prng } from '../../../src/base/prng.ts';
import { makeZxid, type Zxid } from '../../../src/base/zxid.ts';
import { HistoryRun, payloadOf, range } from '../history-run.ts';
import { ToyDisk } from '../storage/toy-disk.ts';

/**
 * A history of 1 to 9 with a snapshot before it, one after 3 (perhaps) and one after 7 (perhaps);
 * a new log begins with each.
 */
function history({ snapshotsAfter = [3, 7], last = 9, bytes = 20 } = {}): HistoryRun {
  const run = new HistoryRun();
  run.settle();
  run.history.saveAcceptedEpoch(1);
  for (const zxid of range(1, last)) {
    run.append(zxid, bytes);
    run.settle();
    run.commit(zxid, bytes);
    if (!snapshotsAfter.includes(zxid)) continue;
    assert.ok(run.history.takeSnapshot());
    run.settle();
  }
  run.events.splice(0);
  return run;
}

const truncatedOf = (run: HistoryRun) =>
  run.events.filter((event) => event.kind === 'truncated').map((event) => event.zxid);

function assertEndsAt(run: HistoryRun, zxid: Zxid): void {
  assert.deepEqual(run.zxids(), range(1, zxid));
  assert.equal(run.history.lastZxid, zxid);
  assert.equal(run.history.lastSynced, zxid);
  assert.equal(run.history.database.tree.lastProcessedZxid, zxid);
  assert.equal(run.history.isSettled, true);
}

test('truncate: at every zxid, with snapshots before and after it → memory and disk end there', () => {
  for (const zxid of range(0, 9)) {
    const run = history();
    const before = run.history.database;
    run.history.truncate(zxid);
    assert.equal(run.history.isSettled, false);
    run.settle();
    assert.deepEqual(truncatedOf(run), [zxid]);
    assertEndsAt(run, zxid);
    assert.notEqual(run.history.database, before);
    const again = new HistoryRun(run.disk.restart());
    again.settle();
    assertEndsAt(again, zxid);
  }
});

test('truncate: a snapshot newer than the place → gone, so that its txns do not come back', () => {
  const run = history();
  run.history.truncate(5);
  run.settle();
  assert.ok(!run.disk.names().includes('snapshot/snapshot.7'));
  assert.ok(run.disk.names().includes('snapshot/snapshot.3'));
  assert.equal(run.history.historyFrom, 3);
});

test('truncate: then other txns → they follow, in the log and in memory, and after a restart', () => {
  const run = history();
  run.history.truncate(5);
  run.settle();
  const later = [makeZxid(1, 1), makeZxid(1, 2)];
  run.write(...later);
  run.settle();
  assert.deepEqual(run.zxids(), [...range(1, 5), ...later]);
  const again = new HistoryRun(run.disk.restart());
  assert.deepEqual(again.zxids(), [...range(1, 5), ...later]);
  const logged = again.history.committedLog.entries().map(({ zxid }) => zxid);
  assert.deepEqual(logged, [4, 5, ...later]);
});

test('truncate: the same zxids again after it → the new txns', () => {
  const run = history();
  run.history.truncate(4);
  run.settle();
  run.append(5, 33);
  run.settle();
  run.commit(5, 33);
  const again = new HistoryRun(run.disk.restart());
  const { tree } = again.history.database;
  assert.equal(tree.dataLengthOf(tree.findPath('/5')), 33);
  assert.deepEqual(again.zxids(), range(1, 5));
});

test('truncate: txns appended at once after it → they wait, and follow', () => {
  const run = history();
  const next = makeZxid(1, 1);
  run.history.truncate(5);
  const payload = payloadOf(next);
  run.history.append(next, payload);
  // Who appends may use the bytes again.
  payload.fill(0);
  assert.equal(run.history.lastZxid, next);
  assert.ok(run.history.lastSynced <= 5);
  run.settle();
  assert.deepEqual(truncatedOf(run), [5]);
  const told = run.kinds();
  assert.ok(told.lastIndexOf('synced') > told.indexOf('truncated'));
  assert.deepEqual([run.history.lastSynced, run.history.isSettled], [next, true]);
  assert.deepEqual(new HistoryRun(run.disk.restart()).zxids(), [...range(1, 5), next]);
});

test('truncate: txns on their way to the disk → nothing of them is told as synced', () => {
  const run = history();
  run.append(10);
  run.append(11);
  run.history.truncate(10);
  run.settle();
  assert.deepEqual(run.kinds(), ['truncated']);
  assert.deepEqual(run.zxids(), range(1, 10));
});

test('truncate: while a snapshot and a purge run → both are given up or done', () => {
  const run = history();
  assert.ok(run.history.takeSnapshot());
  assert.ok(run.history.purge());
  run.step('snapshot');
  run.step('purge');
  run.history.truncate(5);
  assert.equal(run.history.takeSnapshot(), false);
  assert.equal(run.history.purge(), false);
  run.settle();
  assertEndsAt(run, 5);
  assert.ok(!run.disk.names().some((name) => name.includes('tmp.')));
});

test('truncate: at what the history has not → it ends at the last before it, also after a restart', () => {
  const run = history({ last: 4 });
  run.write(makeZxid(1, 1), makeZxid(1, 2));
  run.settle();
  run.history.truncate(9);
  run.settle();
  assert.deepEqual(truncatedOf(run), [4]);
  assertEndsAt(run, 4);
  const again = new HistoryRun(run.disk.restart());
  again.settle();
  assertEndsAt(again, 4);
});

test('truncate: every snapshot is newer → failed, and the disk is as it was', () => {
  const run = history();
  run.disk.remove('snapshot', 'snapshot.0');
  const names = run.disk.names();
  run.history.truncate(2);
  run.settle();
  const last = run.events.at(-1);
  assert.ok(last?.kind === 'failed' && last.reason.includes('every snapshot is newer'));
  assert.deepEqual(run.disk.names(), names);
});

test('truncate: the disk fails at any of its ops → failed, and a restart finds what a crash leaves', () => {
  for (const kind of ['unlinkFile', 'patchFile', 'syncDirectory', 'truncateFile'] as const) {
    const run = history();
    run.history.truncate(2);
    while (run.kinds().length === 0) {
      run.disk.start(run.history.takeDiskOps());
      if (run.disk.pending[0]?.kind === kind) run.disk.failure = { kind, code: 'ENOSPC' };
      run.step();
    }
    assert.deepEqual(run.kinds(), ['failed'], kind);
    run.settle();
    const found = new HistoryRun(run.disk.restart()).zxids();
    assert.deepEqual(found, range(1, found.length));
    assert.ok(found.length >= 2);
  }
});

/** Runs a cut up to op `stop`; the crash finds it there. Null when it was done earlier. */
function cutUpTo(stop: number, zxid: Zxid): HistoryRun | null {
  const run = history({ bytes: 400 });
  run.append(10);
  run.history.truncate(zxid);
  for (let ops = 0; ops < stop; ops++) if (!run.step()) return null;
  run.disk.start(run.history.takeDiskOps());
  return run;
}

test('truncate: a crash at every op → the old history or a prefix that has the place, no gap', () => {
  for (const zxid of [0, 2, 3, 5, 7, 9]) {
    const seen = new Set<number>();
    for (let stop = 0; ; stop++) {
      const run = cutUpTo(stop, zxid);
      if (run === null) break;
      const isDone = truncatedOf(run).length > 0;
      // The kill comes last: what starts after it goes on with the same disk.
      for (let seed = 25; seed >= 0; seed--) {
        const disk = seed === 0 ? run.disk.restart() : run.disk.crash(new Prng(seed));
        const again = new HistoryRun(disk);
        const found = again.zxids();
        assert.deepEqual(found, range(1, found.length), `stop ${stop}, seed ${seed}`);
        assert.ok(found.length >= zxid && found.length <= 10);
        if (isDone) assert.equal(found.length, zxid);
        seen.add(found.length);
        if (seed % 5 !== 0) continue;
        // And the cut is asked for again.
        again.settle();
        again.history.truncate(zxid);
        again.settle();
        assertEndsAt(again, zxid);
      }
    }
    assert.ok(seen.has(zxid) && (zxid === 9 || seen.has(9)), [...seen].join());
  }
});

test('truncate: at a directory that Java wrote, without a watermark → the same', () => {
  const old = history();
  old.history.close();
  old.settle();
  old.disk.remove('log', 'zooid.watermark');
  const run = new HistoryRun(old.disk);
  run.settle();
  run.history.truncate(6);
  run.settle();
  assertEndsAt(run, 6);
});

test('truncate: asked for before recovery has settled → done after it', () => {
  const old = history();
  const run = new HistoryRun(old.disk.restart());
  run.history.truncate(8);
  run.settle();
  assertEndsAt(run, 8);
  assert.deepEqual(truncatedOf(run), [8]);
});

test('truncate: two at once → an assertion', () => {
  const run = history();
  run.history.truncate(8);
  assert.throws(() => run.history.truncate(7), /one change/);
});

test('truncate: a clean stop at any op of it → closed once, and a restart finds a prefix', () => {
  for (let stop = 0; ; stop++) {
    const run = history();
    run.history.truncate(2);
    let ops = 0;
    while (ops < stop && run.step()) ops++;
    run.history.close();
    run.settle();
    assert.equal(run.kinds().filter((kind) => kind === 'closed').length, 1, `stop ${stop}`);
    assert.equal(run.kinds().at(-1), 'closed');
    const found = new HistoryRun(run.disk.restart()).zxids();
    assert.deepEqual(found, range(1, found.length));
    assert.ok(found.length >= 2);
    if (ops < stop) break;
  }
});

test('truncate: an empty history at 0 → nothing is cut', () => {
  const run = new HistoryRun(new ToyDisk());
  run.settle();
  run.history.truncate(0);
  run.settle();
  assertEndsAt(run, 0);
});
