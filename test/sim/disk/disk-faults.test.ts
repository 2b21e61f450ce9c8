import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Prng } from '../../../src/base/prng.ts';
import type { DiskOp } from '../../../src/core/storage/disk.ts';
import { DiskFaults } from '../../../src/sim/disk/disk-faults.ts';

const write: DiskOp = {
  id: 1,
  lane: 'log',
  kind: 'writeFile',
  directory: 'log',
  name: 'log.1',
  position: 0,
  bytes: new Uint8Array(4),
  sync: true,
};
const grow: DiskOp = { ...write, kind: 'extendFile', size: 4096 };

function outcomes(faults: DiskFaults, op: DiskOp): Set<string> {
  return new Set(Array.from({ length: 300 }, () => faults.judge(op).outcome));
}

test('disk-faults: a full disk → what takes room fails, growing ahead does not', () => {
  const faults = new DiskFaults(new Prng(1), { eio: 0, syncError: 0, slow: 0, slowUsMax: 1000 });
  faults.isFull = true;
  assert.deepEqual([...outcomes(faults, write)], ['ENOSPC']);
  assert.deepEqual([...outcomes(faults, grow)], ['ok']);
});

test('disk-faults: rates → every outcome comes, and none in quiet times', () => {
  const rates = { eio: 0.2, syncError: 0.2, slow: 0.2, slowUsMax: 1000 };
  const faults = new DiskFaults(new Prng(1), rates);
  assert.deepEqual([...outcomes(faults, write)].sort(), ['EIO', 'ok', 'syncError']);
  assert.deepEqual([...outcomes(faults, { ...write, sync: false })].sort(), ['EIO', 'ok']);
  faults.isOn = false;
  assert.deepEqual([...outcomes(faults, write)], ['ok']);
});
