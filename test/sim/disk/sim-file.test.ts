import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Prng } from '../../../src/base/prng.ts';
import { SECTOR_BYTES, SimFile } from '../../../src/sim/disk/sim-file.ts';

const filled = (byte: number, count: number) => new Uint8Array(count).fill(byte);

test('sim-file: synced, then the power fails → all of it is there, every time', () => {
  for (let seed = 0; seed < 50; seed++) {
    const file = new SimFile();
    file.write(0, filled(7, 2000));
    file.sync();
    file.survivesPowerLoss(new Prng(seed));
    assert.deepEqual(file.bytes, filled(7, 2000));
  }
});

test('sim-file: not synced → whole sectors are there or not, sometimes some of them', () => {
  const kept = new Set<number>();
  for (let seed = 0; seed < 200; seed++) {
    const file = SimFile.of(filled(1, SECTOR_BYTES * 4));
    file.write(0, filled(2, SECTOR_BYTES * 4));
    file.survivesPowerLoss(new Prng(seed));
    let sectors = 0;
    for (let at = 0; at < SECTOR_BYTES * 4; at += SECTOR_BYTES) {
      const sector = file.bytes.subarray(at, at + SECTOR_BYTES);
      assert.ok(
        sector.every((byte) => byte === sector[0]),
        'a torn sector',
      );
      if (sector[0] === 2) sectors++;
    }
    kept.add(sectors);
  }
  assert.deepEqual([...kept].sort(), [0, 1, 2, 3, 4]);
});

test('sim-file: a range is synced → only that range is stable', () => {
  const file = new SimFile();
  file.write(0, filled(3, SECTOR_BYTES * 3));
  file.syncRange(0, SECTOR_BYTES);
  assert.ok(file.isStable(0, SECTOR_BYTES));
  assert.ok(!file.isStable(0, SECTOR_BYTES + 1));
});

test('sim-file: a sync failed and the system gave up → the next sync makes nothing durable', () => {
  const file = SimFile.of(filled(1, 100));
  file.write(0, filled(2, 100));
  file.evict();
  file.sync();
  assert.ok(!file.isStable(0, 100));
  file.survivesKill();
  assert.deepEqual(file.bytes, filled(1, 100));
});

test('sim-file: cut without a sync → what was cut off may come back, zeros never turn to data', () => {
  const sizes = new Set<number>();
  for (let seed = 0; seed < 100; seed++) {
    const file = SimFile.of(filled(9, 1500));
    file.resize(100);
    file.survivesPowerLoss(new Prng(seed));
    sizes.add(file.size);
    assert.ok(file.bytes.every((byte, at) => byte === 9 || (byte === 0 && at >= 100)));
  }
  assert.ok(sizes.has(100) && sizes.has(1500));
});
