import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Prng } from '../../../../src/base/prng.ts';
import { makeZxid } from '../../../../src/base/zxid.ts';
import {
  type EpochsRead,
  EpochWriter,
  readEpochs,
} from '../../../../src/core/storage/history/epoch-files.ts';
import { ToyDisk } from '../toy-disk.ts';

function diskWith(files: Readonly<Record<string, string>>): ToyDisk {
  const disk = new ToyDisk();
  disk.put('snapshot', 'snapshot.0', new Uint8Array(1));
  for (const [name, content] of Object.entries(files)) {
    disk.put('snapshot', name, Buffer.from(content));
  }
  return disk;
}

function read(files: Readonly<Record<string, string>>, lastZxid = makeZxid(3, 9)): EpochsRead {
  return readEpochs(diskWith(files), lastZxid);
}

function refusal(files: Readonly<Record<string, string>>): string {
  const result = read(files);
  return result.ok ? assert.fail('it was read') : `${result.file}: ${result.reason}`;
}

function epochs(files: Readonly<Record<string, string>>): unknown {
  const result = read(files);
  if (!result.ok) return assert.fail(result.reason);
  return [result.epochs.accepted, result.epochs.current, result.unsaved];
}

test('epoch files: both there and in order → as they say', () => {
  assert.deepEqual(epochs({ acceptedEpoch: '5', currentEpoch: '4' }), [5, 4, []]);
  assert.deepEqual(epochs({ acceptedEpoch: '12\n', currentEpoch: '3\r\n' }), [12, 3, []]);
});

test('epoch files: missing → the epoch of the last txn, to be saved', () => {
  assert.deepEqual(epochs({}), [3, 3, ['accepted', 'current']]);
  assert.deepEqual(epochs({ acceptedEpoch: '4' }), [4, 3, ['current']]);
  const empty = readEpochs(diskWith({}), -1);
  assert.ok(empty.ok && empty.epochs.accepted === 0);
});

test('epoch files: the last txn newer than the current epoch → raised if it was accepted', () => {
  assert.deepEqual(epochs({ acceptedEpoch: '3', currentEpoch: '2' }), [3, 3, ['current']]);
  assert.deepEqual(epochs({ currentEpoch: '2' }), [3, 3, ['accepted', 'current']]);
  assert.equal(
    refusal({ acceptedEpoch: '2', currentEpoch: '2' }),
    'currentEpoch: currentEpoch is 2, older than the last txn 0x300000009, ' +
      'and acceptedEpoch is 2: not of one server',
  );
});

test('epoch files: a currentEpoch.tmp between the two → explains it, unless it is torn', () => {
  const files = { acceptedEpoch: '5', currentEpoch: '2' };
  assert.deepEqual(epochs({ ...files, 'currentEpoch.tmp': '4' }), [5, 4, ['current']]);
  for (const content of ['', '2', '9', 'x']) {
    assert.deepEqual(epochs({ ...files, 'currentEpoch.tmp': content }), [5, 3, ['current']]);
  }
});

test('epoch files: accepted below current → refused', () => {
  const reason = 'acceptedEpoch: the accepted epoch 4 is less than the current epoch 5';
  assert.equal(refusal({ acceptedEpoch: '4', currentEpoch: '5' }), reason);
});

test('epoch files: what is no epoch → refused, with the content', () => {
  for (const content of ['', ' 1', '-1', '1.5', '0x1', '9'.repeat(16), '2097152', '\u0000']) {
    const reason = `currentEpoch: it holds ${JSON.stringify(content)}, which is no epoch`;
    assert.equal(refusal({ acceptedEpoch: '9', currentEpoch: content }), reason);
  }
});

test('epoch files: cannot be read → refused, as the system says', () => {
  const disk = diskWith({ acceptedEpoch: '1', currentEpoch: '1' });
  disk.read = () => {
    throw Object.assign(new Error('EIO: i/o error, read'), { code: 'EIO' });
  };
  const result = readEpochs(disk, 0);
  assert.ok(!result.ok && result.reason.startsWith('EIO'));
});

/** Does all that the writer wants; at most `steps` ops. */
function run(writer: EpochWriter, disk: ToyDisk, steps = 1000, durable = 0): unknown[] {
  const saved = [];
  for (let id = 1; id <= steps; id++) {
    const action = writer.nextAction(durable);
    if (action === null) break;
    const op = { id, lane: 'epoch' as const, ...action };
    disk.start([op]);
    assert.equal(writer.nextAction(durable), null);
    disk.finish(op);
    const event = writer.onDone();
    if (event !== null) saved.push([event.which, event.epoch]);
  }
  return saved;
}

test('epoch writer: several → saved in order, one at a time', () => {
  const disk = diskWith({ acceptedEpoch: '1', currentEpoch: '1' });
  const writer = new EpochWriter({ accepted: 1, current: 1 });
  writer.save('accepted', 2);
  writer.save('current', 2);
  writer.save('accepted', 3);
  const saved = run(writer, disk);
  assert.deepEqual(saved, [
    ['accepted', 2],
    ['current', 2],
    ['accepted', 3],
  ]);
  assert.deepEqual(writer.epochs, { accepted: 3, current: 2 });
  assert.equal(writer.isIdle, true);
  assert.deepEqual(readEpochs(disk, 0), {
    ok: true,
    epochs: { accepted: 3, current: 2 },
    unsaved: [],
    warnings: [],
  });
});

test('epoch writer: a crash at any op → the old epoch or the new one, and no refusal', () => {
  for (let steps = 0; steps <= 8; steps++) {
    for (let seed = 1; seed <= 30; seed++) {
      const disk = diskWith({ acceptedEpoch: '9', currentEpoch: '9', 'acceptedEpoch.tmp': '777' });
      const writer = new EpochWriter({ accepted: 9, current: 9 });
      writer.save('accepted', 10);
      writer.save('current', 10);
      const saved = run(writer, disk, steps).length;
      const action = writer.nextAction(0);
      if (action !== null) disk.start([{ id: 99, lane: 'epoch', ...action }]);
      const result = readEpochs(disk.crash(new Prng(seed)), 0);
      assert.ok(result.ok, result.ok ? '' : result.reason);
      const { accepted, current } = result.epochs;
      assert.ok(accepted === 10 || (accepted === 9 && saved === 0));
      assert.ok(current === 10 || (current === 9 && saved < 2));
    }
  }
});

test('epoch writer: a history that is not durable yet → the current epoch waits for it', () => {
  const writer = new EpochWriter({ accepted: 1, current: 0 });
  writer.save('current', 1, 5);
  assert.equal(writer.nextAction(4), null);
  assert.equal(writer.nextAction(5)?.kind, 'unlinkFile');
});

test('epoch writer: what waits is dropped → idle, but not what is under way', () => {
  const writer = new EpochWriter({ accepted: 1, current: 0 });
  writer.save('current', 1, 5);
  writer.dropWaiting(4);
  assert.equal(writer.isIdle, true);
  writer.save('accepted', 2);
  writer.save('current', 1, 5);
  assert.equal(writer.nextAction(0)?.kind, 'unlinkFile');
  writer.dropWaiting(4);
  writer.onDone();
  assert.deepEqual(run(writer, new ToyDisk()), [['accepted', 2]]);
});

test('epoch writer: an epoch that goes down, or is current before it is accepted → an assertion', () => {
  const writer = new EpochWriter({ accepted: 5, current: 4 });
  assert.throws(() => writer.save('accepted', 4), /go up/);
  assert.throws(() => writer.save('current', 6), /accepted first/);
  writer.save('accepted', 6);
  writer.save('current', 6);
  assert.throws(() => writer.save('current', 5), /go up/);
});

const z = makeZxid;

test('epoch files: the history ends before what the current epoch began with → refused, and why', () => {
  const files = { acceptedEpoch: '4', currentEpoch: `4\n0x${z(3, 10).toString(16)}` };
  assert.match(
    refusal(files),
    /^currentEpoch: epoch 4 began after 0x30000000a, .* ends at 0x300000009/,
  );
  assert.deepEqual(epochs({ ...files, currentEpoch: '4\n0x300000009' }), [4, 4, []]);
  // The leader of a later epoch may have begun to cut.
  assert.deepEqual(epochs({ ...files, acceptedEpoch: '5' }), [5, 4, []]);
});

test('epoch files: an epoch, and neither a snapshot nor a log → refused, unless it began with nothing', () => {
  const readEmpty = (currentEpoch: string) => {
    const disk = diskWith({ acceptedEpoch: '7', currentEpoch });
    disk.remove('snapshot', 'snapshot.0');
    return readEpochs(disk, 0);
  };
  const refused = readEmpty('7');
  assert.ok(!refused.ok && /no snapshot and no log/.test(refused.reason));
  assert.ok(readEmpty('7\n0x0').ok);
  assert.ok(readEmpty('0').ok);
});

test('epoch writer: the current epoch → with where the history ended, if it is all of former epochs', () => {
  for (const [after, line] of [
    [z(1, 7), '2\n0x100000007'],
    [0, '2\n0x0'],
    [z(2, 3), '2'],
  ] as const) {
    const disk = diskWith({ acceptedEpoch: '2', currentEpoch: '1' });
    const writer = new EpochWriter({ accepted: 2, current: 1 });
    writer.save('current', 2, after);
    run(writer, disk, 1000, after);
    const into = new Uint8Array(64);
    const count = disk.read('snapshot', 'currentEpoch', { position: 0, into });
    assert.equal(Buffer.from(into.subarray(0, count)).toString(), line);
    assert.ok(readEpochs(disk, after).ok);
  }
});
