import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { DiskOp } from '../../src/core/storage/disk.ts';
import { directoryPaths } from '../../src/io/disk/directory-paths.ts';
import { DiskTurns } from '../../src/server/disk-turns.ts';
import { temporaryDirectory } from './embedded-server.ts';

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
  });
  turns.startSoon();
  turns.startSoon();
  assert.equal(taken, 0);
  await done;
  assert.equal(takenAtFirst, 1);
  assert.equal(readFileSync(join(paths.log, 'log.1')).length, 0);
});
