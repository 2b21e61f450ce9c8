import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { DiskDone, DiskOp } from '../../../src/core/storage/disk.ts';
import { directoryPaths } from '../../../src/io/disk/directory-paths.ts';
import { DiskTurns } from '../../../src/server/disk/disk-turns.ts';
import { temporaryDirectory } from '../embedded-server.ts';

test('disk turns: asked for several times in a turn → the ops are taken once, at its end', async (t) => {
  const root = temporaryDirectory(t);
  const paths = directoryPaths(root, root);
  mkdirSync(paths.log, { recursive: true });
  const file = { directory: 'log', name: 'log.1' } as const;
  let waiting: DiskOp[] = [{ id: 1, lane: 'log', kind: 'createFile', sync: false, ...file }];
  let taken = 0;
  let takenAtFirst = 0;
  let onDone = () => {};
  const done = new Promise<void>((resolve) => {
    onDone = resolve;
  });
  const turns = new DiskTurns(paths, {
    takeDiskOps() {
      taken++;
      const ops = waiting;
      waiting = [];
      return ops;
    },
    onDiskDone({ id }) {
      // What follows from an op is started without being asked for.
      if (id !== 1) return onDone();
      takenAtFirst = taken;
      waiting = [{ id: 2, lane: 'log', kind: 'closeFile', ...file }];
    },
    leave() {},
  });
  turns.startSoon();
  turns.startSoon();
  assert.equal(taken, 0);
  await done;
  assert.equal(takenAtFirst, 1);
  assert.equal(readFileSync(join(paths.log, 'log.1')).length, 0);
});

test('disk turns: held → nothing is started and nobody hears; released → all of it, in order', () => {
  const started: number[] = [];
  const heard: number[] = [];
  let waiting: DiskOp[] = [];
  let onDone: (done: DiskDone) => void = () => {};
  const user = {
    takeDiskOps() {
      const ops = waiting;
      waiting = [];
      return ops;
    },
    onDiskDone: ({ id }: DiskDone) => heard.push(id),
    leave() {},
  };
  const turns = new DiskTurns(directoryPaths('/nowhere', '/nowhere'), user, (_paths, told) => {
    onDone = told;
    return {
      start: (ops) => started.push(...ops.map(({ id }) => id)),
      close: () => Promise.resolve(),
    };
  });
  const ask = (id: number) => {
    waiting.push({ id, lane: 'purge', kind: 'inspect' });
    turns.start();
  };
  ask(1);
  turns.hold();
  turns.hold();
  onDone({ id: 1, ok: true });
  ask(2);
  assert.deepEqual({ started, heard }, { started: [1], heard: [] });
  turns.release();
  assert.deepEqual({ started, heard }, { started: [1, 2], heard: [1] });
  void turns.close();
  ask(3);
  assert.deepEqual(started, [1, 2]);
});

test('disk turns: an op has ended → what follows is under way before anything is sent', () => {
  const order: string[] = [];
  let onDone: (done: DiskDone) => void = () => {};
  const user = {
    takeDiskOps: () => {
      order.push('start');
      return [];
    },
    onDiskDone: ({ id }: DiskDone) => order.push(`done ${id}`),
    leave: () => order.push('send'),
  };
  new DiskTurns(directoryPaths('/nowhere', '/nowhere'), user, (_paths, told) => {
    onDone = told;
    return { start: () => {}, close: () => Promise.resolve() };
  });
  onDone({ id: 1, ok: true });
  assert.deepEqual(order, ['done 1', 'start', 'send']);
});
