/** Autopurge: what it may remove (D9). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FileInspection } from '../../../src/core/storage/disk.ts';
import { planPurge } from '../../../src/core/storage/purge.ts';
import { mustRecover, StorageRun, upTo } from './storage-run.ts';
import { ToyTree } from './toy-tree.ts';

const VALID_TAIL = new Uint8Array([9, 9, 0, 0, 0, 1, 0x2f]);

function file(name: string, options: { isValid?: boolean; head?: number[] } = {}): FileInspection {
  const directory = name.startsWith('log') ? 'log' : 'snapshot';
  const tail = options.isValid === false ? new Uint8Array(7) : VALID_TAIL;
  return { directory, name, size: 100, head: new Uint8Array(options.head ?? [0x5a]), tail };
}

function plan(names: (string | FileInspection)[], retainCount = 3): string[] {
  const files = names.map((each) => (typeof each === 'string' ? file(each) : each));
  return planPurge(files, retainCount).map(({ name }) => name);
}

test('purge: more snapshots than to retain → the older ones and the logs that none needs', () => {
  const names = ['snapshot.0', 'snapshot.10', 'snapshot.20', 'snapshot.30', 'snapshot.40'];
  const logs = ['log.1', 'log.11', 'log.1a', 'log.21', 'log.31', 'log.41'];
  // log.1a may hold the txns from 0x1a on, so 0x21 too.
  assert.deepEqual(plan([...names, ...logs]), ['snapshot.0', 'snapshot.10', 'log.1', 'log.11']);
});

test('purge: the log that ends in the oldest snapshot → kept, as it may go on after it', () => {
  const snapshots = ['snapshot.10', 'snapshot.20', 'snapshot.30', 'snapshot.40'];
  assert.deepEqual(plan([...snapshots, 'log.1', 'log.25']), ['snapshot.10']);
  assert.deepEqual(plan([...snapshots, 'log.1', 'log.20', 'log.25']), ['snapshot.10', 'log.1']);
});

test('purge: snapshots that were cut off → count for nothing', () => {
  const cut = ['snapshot.50', 'snapshot.60', 'snapshot.70'].map((name) =>
    file(name, { isValid: false }),
  );
  const good = ['snapshot.10', 'snapshot.20', 'snapshot.30', 'snapshot.40'];
  assert.deepEqual(plan([...good, ...cut, 'log.1']), ['snapshot.10']);
  assert.deepEqual(plan([...cut, 'log.1', 'log.2']), []);
});

test('purge: fewer snapshots than to retain, or a retain count below 3 → 3 are kept', () => {
  const names = ['snapshot.10', 'snapshot.20', 'snapshot.30', 'log.5', 'log.11'];
  assert.deepEqual(plan(names), ['log.5'].slice(1));
  assert.deepEqual(plan([...names, 'snapshot.40'], 1), ['snapshot.10', 'log.5']);
});

test('purge: gz snapshots → valid by their first bytes', () => {
  const gz = ['snapshot.10.gz', 'snapshot.20.gz', 'snapshot.30.gz', 'snapshot.40.gz'].map((name) =>
    file(name, { head: [0x1f, 0x8b], isValid: false }),
  );
  assert.deepEqual(plan(gz), ['snapshot.10.gz']);
});

test('purge: names of others → left alone', () => {
  const snapshots = ['snapshot.10', 'snapshot.20', 'snapshot.30', 'snapshot.40'];
  const others = [
    'tmp.snapshot.1',
    'currentEpoch',
    'snapshot.x',
    'log.',
    'logs.1',
    'zooid.watermark',
  ];
  assert.deepEqual(plan([...snapshots, ...others]), ['snapshot.10']);
});

test('purge: by the storage → snapshots first, and the rest recovers', () => {
  const run = new StorageRun();
  const tree = new ToyTree();
  for (const zxid of upTo(12)) {
    run.append(zxid);
    run.settle();
    tree.apply(zxid);
    if (zxid % 2 === 0) run.storage.takeSnapshot(tree.source());
    run.settle();
  }
  assert.equal(run.storage.startPurge(3), true);
  assert.equal(run.storage.startPurge(3), false);
  run.settle();
  const unlinked = run.disk.started.flatMap((op) => (op.kind === 'unlinkFile' ? [op.name] : []));
  assert.deepEqual(unlinked, ['snapshot.2', 'snapshot.4', 'snapshot.6', 'log.1', 'log.3', 'log.5']);
  assert.deepEqual(run.events.at(-1), { kind: 'purged', names: unlinked });
  // From the oldest that was kept, too.
  run.disk.remove('snapshot', 'snapshot.c');
  run.disk.remove('snapshot', 'snapshot.a');
  const { result, tree: recovered } = mustRecover(run.disk);
  assert.deepEqual(recovered.zxids, upTo(12));
  assert.equal(result.txns, 4);
});

test('purge: an error → told, the server goes on, and the next purge tries again', () => {
  const run = new StorageRun();
  run.disk.failure = { kind: 'inspect', code: 'EIO' };
  run.storage.startPurge(3);
  run.settle();
  assert.deepEqual(run.kinds(), ['purgeFailed']);
  assert.equal(run.storage.hasFailed, false);
  assert.equal(run.storage.startPurge(3), true);
  run.settle();
  assert.deepEqual(run.kinds(), ['purgeFailed', 'purged']);
});
