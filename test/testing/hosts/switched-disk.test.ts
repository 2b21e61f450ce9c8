import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Disk } from '../../../src/server/index.ts';
import { SwitchedDisk } from '../../../src/testing/hosts/switched-disk.ts';

type DiskOp = Parameters<Disk['start']>[0][number];

const file = { directory: 'log', name: 'log.1' } as const;
const bytes = new Uint8Array(1);
const ops: DiskOp[] = [
  { id: 1, lane: 'log', kind: 'createFile', ...file, sync: true },
  { id: 2, lane: 'ahead', kind: 'extendFile', ...file, size: 9 },
  { id: 3, lane: 'log', kind: 'writeFile', ...file, position: 0, bytes, sync: true },
  { id: 4, lane: 'mark', kind: 'patchFile', ...file, position: 0, bytes, sync: true },
  { id: 5, lane: 'snapshot', kind: 'openSnapshot', ...file, compression: '', sync: true },
  { id: 6, lane: 'snapshot', kind: 'writeSnapshot', ...file, bytes },
  { id: 7, lane: 'purge', kind: 'unlinkFile', ...file },
];

function make() {
  const started: number[] = [];
  const done: string[] = [];
  let isFull = true;
  let isClosed = false;
  const inner: Disk = {
    start: (given) => started.push(...given.map(({ id }) => id)),
    async close() {
      isClosed = true;
    },
  };
  const disk = new SwitchedDisk(
    inner,
    () => isFull,
    (each) => done.push(each.ok ? 'ok' : `${each.id} ${each.code}`),
  );
  const free = () => {
    isFull = false;
  };
  return { disk, started, done, free, isClosed: () => isClosed };
}

const endOfTurn = () => new Promise((resolve) => setImmediate(resolve));

test('switched disk: full → what needs space fails, after `start`, and the rest is done; free → all', async () => {
  const { disk, started, done, free } = make();
  disk.start(ops);
  assert.deepEqual(done, []);
  await endOfTurn();
  assert.deepEqual(started, [2, 7]);
  assert.deepEqual(
    done,
    [1, 3, 4, 5, 6].map((id) => `${id} ENOSPC`),
  );
  started.length = 0;
  free();
  disk.start(ops);
  assert.deepEqual(started, [1, 2, 3, 4, 5, 6, 7]);
});

test('switched disk: closed → nobody is told any more', async () => {
  const { disk, done, isClosed } = make();
  disk.start(ops);
  await disk.close();
  await endOfTurn();
  assert.deepEqual(done, []);
  assert.equal(isClosed(), true);
});
