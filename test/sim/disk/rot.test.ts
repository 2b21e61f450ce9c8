import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Prng } from '../../../src/base/prng.ts';
import { type RotKind, rotOneFile } from '../../../src/sim/disk/rot.ts';
import { SimRig } from '../sim-rig.ts';

const CONTENT = Uint8Array.from({ length: 2000 }, (_, i) => 1 + (i % 200));
const NAME = 'snapshot.1';

function rotten(kind: RotKind) {
  const { disk } = new SimRig();
  disk.plant('snapshot', NAME, CONTENT);
  const rot = rotOneFile(disk, new Prng(3), [kind]);
  assert.ok(rot);
  return { disk, rot };
}

for (const kind of ['flip', 'zeroPage', 'garbage', 'cut'] as const) {
  test(`rot: ${kind} → other than before, on stable storage too; undone, as before`, () => {
    const { disk, rot } = rotten(kind);
    const now = disk.file('snapshot', NAME)?.bytes.slice();
    assert.notDeepEqual(now, CONTENT);
    assert.equal(disk.stableImage().size('snapshot', NAME), now?.length);
    assert.equal(rot.isThere(), true);
    rot.undo();
    assert.deepEqual(disk.file('snapshot', NAME)?.bytes.slice(), CONTENT);
  });
}

test('rot: the damaged file is replaced → it is there no more', () => {
  const { disk, rot } = rotten('flip');
  disk.plant('snapshot', NAME, CONTENT);
  assert.equal(rot.isThere(), false);
});

test('rot: nothing that is vouched for → nothing is hit', () => {
  const { disk } = new SimRig();
  disk.plant('log', 'log.1', CONTENT);
  assert.equal(rotOneFile(disk, new Prng(3)), null);
});
