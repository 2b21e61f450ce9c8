/** SNAP: adopted in memory and on the disk; what a crash leaves (3642, 2872, 2846, 5094). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Prng } from '../../../src/base/prng.ts';
import { makeZxid, type Zxid } from '../../../src/base/zxid.ts';
import type { SnapshotStream } from '../../../src/core/snapshot-stream.ts';
import { BinaryWriter } from '../../../src/protocol/jute/binary-writer.ts';
import { bootResult, HistoryRun, payloadOf, type RunOptions, range } from '../history-run.ts';
import { ToyDisk } from '../storage/toy-disk.ts';

/** Of the leader: its txns have larger nodes, so that they are told from the learner's. */
function leaderAt(...zxids: readonly Zxid[]): HistoryRun {
  const run = new HistoryRun();
  run.settle();
  run.history.saveAcceptedEpoch(9);
  for (const zxid of zxids) {
    run.append(zxid, 50);
    run.settle();
    run.commit(zxid, 50);
  }
  return run;
}

function send(leader: HistoryRun, learner: HistoryRun): { stream: SnapshotStream; zxid: Zxid } {
  const sending = leader.history.snapshotBytes();
  const stream = learner.history.beginSnapshot();
  const writer = new BinaryWriter();
  for (let hasMore = true; hasMore; ) {
    writer.clear();
    hasMore = sending.next(writer, 100);
    stream.push(writer.bytes, 0, writer.at);
  }
  sending.release();
  return { stream, zxid: sending.zxid };
}

function adopt(learner: HistoryRun, leader: HistoryRun): void {
  const { stream, zxid } = send(leader, learner);
  learner.events.splice(0);
  learner.history.adoptSnapshot(stream, zxid);
}

/** 1 to `last`, with a snapshot after those. */
function learnerAt(last: Zxid, snapshotsAfter: readonly Zxid[] = [], options: RunOptions = {}) {
  const run = new HistoryRun(new ToyDisk(), options);
  run.settle();
  run.history.saveAcceptedEpoch(9);
  for (const zxid of range(1, last)) {
    run.write(zxid);
    if (snapshotsAfter.includes(zxid)) run.history.takeSnapshot();
    run.settle();
  }
  return run;
}

/** Which history a run has: that of the leader, or how much of the learner's; else it fails. */
function historyOf(run: HistoryRun, leader: readonly Zxid[]): 'leader' | number {
  const { tree } = run.history.database;
  const zxids = run.zxids();
  const sizes = new Set(zxids.map((z) => tree.dataLengthOf(tree.findPath(`/${z.toString(16)}`))));
  assert.ok(sizes.size <= 1, `a mixture of both: ${zxids}`);
  if (sizes.has(50)) {
    assert.deepEqual(zxids, leader);
    return 'leader';
  }
  assert.deepEqual(zxids, range(1, zxids.length));
  assert.equal(run.history.lastZxid, zxids.length);
  return zxids.length;
}

const FURTHER = [...range(1, 20), makeZxid(2, 1), makeZxid(2, 2)];

test('adopt: the snapshot rots when the next epoch has come → refused, never the hole before it', () => {
  const [learner, leader] = [learnerAt(5, [3]), leaderAt(...range(1, 20))];
  adopt(learner, leader);
  learner.settle();
  learner.write(makeZxid(1, 1));
  const disk = learner.disk.restart();
  const bytes = disk.file('snapshot.14', 'snapshot');
  bytes[100] = (bytes[100] ?? 0) ^ 1;
  const result = bootResult(disk);
  assert.ok(!result.ok);
  assert.equal(result.file, 'snapshot.14');
  assert.match(result.reason, /^it is damaged, and no log has its last txn 0x14:/);
});

test('adopt: the snapshot is lost before anything is logged behind it → refused, not what was before', () => {
  for (const last of [0, 5]) {
    const [learner, leader] = [learnerAt(last), leaderAt(...range(1, 20))];
    adopt(learner, leader);
    learner.settle();
    const disk = learner.disk.restart();
    disk.remove('snapshot', 'snapshot.14');
    const result = bootResult(disk);
    assert.ok(!result.ok);
    assert.match(result.reason, /^txns up to 0x14 were synced, but the files end at/);
  }
});

test('adopt: a learner far behind → memory at once, the disk with the event', () => {
  const [learner, leader] = [learnerAt(5), leaderAt(...FURTHER)];
  adopt(learner, leader);
  const zxid = makeZxid(2, 2);
  assert.equal(historyOf(learner, FURTHER), 'leader');
  assert.deepEqual([learner.history.lastZxid, learner.history.historyFrom], [zxid, zxid]);
  assert.equal(learner.history.isSettled, false);
  assert.ok(learner.history.lastSynced <= 5);
  learner.settle();
  assert.deepEqual(learner.kinds(), ['snapshotDone', 'adopted']);
  assert.deepEqual([learner.history.lastSynced, learner.history.isSettled], [zxid, true]);
  const digest = leader.history.database.tree.digest.toBigInt();
  assert.equal(learner.history.database.tree.digest.toBigInt(), digest);
  const again = new HistoryRun(learner.disk.restart());
  assert.equal(historyOf(again, FURTHER), 'leader');
  assert.equal(again.history.lastZxid, zxid);
});

test('adopt: txns appended and applied at once → after the snapshot, and in the log', () => {
  const [learner, leader] = [learnerAt(5), leaderAt(...FURTHER)];
  adopt(learner, leader);
  for (const zxid of [makeZxid(2, 3), makeZxid(2, 4)]) {
    learner.history.append(zxid, payloadOf(zxid, 50));
    learner.commit(zxid, 50);
  }
  assert.equal(learner.history.lastZxid, makeZxid(2, 4));
  learner.settle();
  assert.deepEqual(learner.kinds(), ['snapshotDone', 'adopted', 'synced']);
  assert.equal(learner.history.lastSynced, makeZxid(2, 4));
  const again = new HistoryRun(learner.disk.restart());
  assert.equal(historyOf(again, [...FURTHER, makeZxid(2, 3), makeZxid(2, 4)]), 'leader');
  const logged = again.history.committedLog.entries().map(({ zxid }) => zxid);
  assert.deepEqual(logged, [makeZxid(2, 3), makeZxid(2, 4)]);
});

test('adopt: log entries and snapshots beyond the zxid → gone, and what follows is the new', () => {
  const [learner, leader] = [learnerAt(9, [3, 7]), leaderAt(...range(1, 5))];
  adopt(learner, leader);
  learner.settle();
  assert.ok(!learner.disk.names().includes('snapshot/snapshot.7'));
  learner.history.append(6, payloadOf(6, 50));
  learner.settle();
  assert.equal(historyOf(new HistoryRun(learner.disk.restart()), range(1, 6)), 'leader');
});

test('adopt: the current epoch asked for at once → saved after the snapshot is there', () => {
  const [learner, leader] = [learnerAt(5), leaderAt(...FURTHER)];
  adopt(learner, leader);
  learner.history.saveCurrentEpoch(2);
  learner.settle();
  assert.deepEqual(learner.kinds(), ['snapshotDone', 'adopted', 'epochSaved']);
});

test('adopt: with nothing on the disk, and no permission to begin empty → the first snapshot', () => {
  const learner = new HistoryRun(new ToyDisk(), { dbAutocreate: false });
  learner.settle();
  assert.equal(learner.history.lastZxid, -1);
  adopt(learner, leaderAt(...range(1, 3)));
  learner.settle();
  const again = new HistoryRun(learner.disk.restart());
  assert.equal(historyOf(again, range(1, 3)), 'leader');
});

test('adopt: before the first snapshot of a new directory is there → that is given up', () => {
  const learner = new HistoryRun();
  while (learner.kinds().length === 0) learner.step();
  adopt(learner, leaderAt(...range(1, 3)));
  learner.settle();
  assert.equal(historyOf(new HistoryRun(learner.disk.restart()), range(1, 3)), 'leader');
});

test('adopt: the leader has the same zxid, or an empty tree → adopted', () => {
  for (const zxids of [range(1, 5), []]) {
    const learner = learnerAt(5, [2]);
    adopt(learner, leaderAt(...zxids));
    learner.settle();
    assert.deepEqual(new HistoryRun(learner.disk.restart()).zxids(), zxids);
  }
});

/** Both kinds of cases that matter: beyond the learner's end, and before it. */
const CASES = [
  { last: 9, snapshotsAfter: [3, 7], leader: FURTHER },
  { last: 9, snapshotsAfter: [3, 7], leader: range(1, 5) },
  { last: 9, snapshotsAfter: [3, 7], leader: range(1, 2) },
  { last: 6, snapshotsAfter: [], leader: range(1, 6) },
];

test('adopt: a crash at every op → the old history up to the zxid at least, or the new, whole', () => {
  for (const { last, snapshotsAfter, leader } of CASES) {
    const { stream: _, zxid } = send(leaderAt(...leader), learnerAt(0));
    const seen = new Set<unknown>();
    for (let stop = 0, isOver = false; !isOver; stop++) {
      const learner = learnerAt(last, snapshotsAfter);
      adopt(learner, leaderAt(...leader));
      let ops = 0;
      while (ops < stop && learner.step()) ops++;
      isOver = ops < stop;
      learner.disk.start(learner.history.takeDiskOps());
      const isDone = learner.kinds().includes('adopted');
      for (let seed = 12; seed >= 0; seed--) {
        const disk = seed === 0 ? learner.disk.restart() : learner.disk.crash(new Prng(seed));
        const again = new HistoryRun(disk);
        const found = historyOf(again, leader);
        assert.ok(found === 'leader' || (!isDone && found >= Math.min(last, zxid)), `${found}`);
        seen.add(found);
        again.settle();
        // And it goes on from there.
        again.write(again.history.lastZxid + 1);
        again.settle();
        assert.equal(new HistoryRun(again.disk.restart()).history.lastZxid, again.history.lastZxid);
      }
    }
    assert.ok(seen.has('leader') && seen.has(last), [...seen].join());
  }
});

test('adopt: no snapshot of the old history is old enough → a crash at every op does no harm', () => {
  const leader = range(1, 4);
  for (let stop = 0, isOver = false; !isOver; stop++) {
    const learner = learnerAt(9, [7]);
    learner.disk.remove('snapshot', 'snapshot.0');
    adopt(learner, leaderAt(...leader));
    let ops = 0;
    while (ops < stop && learner.step()) ops++;
    isOver = ops < stop;
    learner.disk.start(learner.history.takeDiskOps());
    for (let seed = 12; seed >= 0; seed--) {
      const disk = seed === 0 ? learner.disk.restart() : learner.disk.crash(new Prng(seed));
      historyOf(new HistoryRun(disk), leader);
    }
  }
});

test('adopt: a clean stop at any op of it → closed once, and a restart finds one of the two', () => {
  for (let stop = 0, isOver = false; !isOver; stop++) {
    const learner = learnerAt(9, [3, 7]);
    adopt(learner, leaderAt(...range(1, 5)));
    let ops = 0;
    while (ops < stop && learner.step()) ops++;
    isOver = ops < stop;
    learner.history.close();
    learner.settle();
    assert.equal(learner.kinds().filter((kind) => kind === 'closed').length, 1, `stop ${stop}`);
    assert.equal(learner.kinds().at(-1), 'closed');
    historyOf(new HistoryRun(learner.disk.restart()), range(1, 5));
  }
});

test('adopt: while a snapshot of the old history is written, with gz → both are sound', () => {
  const learner = learnerAt(9, [], { storage: { snapshotCompression: 'gz' } });
  assert.ok(learner.history.takeSnapshot());
  learner.step('snapshot');
  adopt(learner, leaderAt(...FURTHER));
  learner.settle();
  assert.ok(!learner.disk.names().some((name) => name.includes('tmp.')));
  assert.equal(historyOf(new HistoryRun(learner.disk.restart()), FURTHER), 'leader');
});

test('adopt: again, and then a cut → each from where the one before ended', () => {
  const learner = learnerAt(5);
  adopt(learner, leaderAt(...range(1, 20)));
  learner.settle();
  learner.history.append(21, payloadOf(21, 50));
  learner.history.append(22, payloadOf(22, 50));
  learner.settle();
  learner.history.truncate(21);
  learner.settle();
  assert.equal(historyOf(learner, range(1, 21)), 'leader');
  adopt(learner, leaderAt(...range(1, 30)));
  learner.settle();
  assert.equal(historyOf(learner, range(1, 30)), 'leader');
  assert.equal(historyOf(new HistoryRun(learner.disk.restart()), range(1, 30)), 'leader');
});

test('send: to several at once while a file is written and txns go on → each its own moment', () => {
  const leader = leaderAt(...range(1, 3));
  assert.ok(leader.history.takeSnapshot());
  const learners = [learnerAt(0), learnerAt(0)];
  const sendings = [];
  for (const zxid of [4, 5]) {
    sendings.push(leader.history.snapshotBytes());
    leader.append(zxid, 50);
    leader.settle();
    leader.commit(zxid, 50);
  }
  for (const [i, learner] of learners.entries()) {
    const sending = sendings[i];
    assert.ok(sending);
    const stream = learner.history.beginSnapshot();
    const writer = new BinaryWriter();
    sending.next(writer, 1e9);
    sending.release();
    stream.push(writer.bytes, 0, writer.at);
    learner.history.adoptSnapshot(stream, sending.zxid);
    assert.equal(historyOf(learner, range(1, 3 + i)), 'leader');
  }
});
