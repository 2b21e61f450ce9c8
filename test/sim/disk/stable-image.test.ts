import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SimRig } from '../sim-rig.ts';

const AT = { directory: 'log', name: 'f', position: 0 } as const;

test('stable-image: what is synced → there; the rest of bytes and entries → not', () => {
  const rig = new SimRig();
  const bytes = Uint8Array.of(1, 2, 3);
  rig.run(
    { kind: 'patchFile', ...AT, bytes, sync: true },
    { kind: 'patchFile', ...AT, bytes: Uint8Array.of(9), sync: false },
  );
  assert.deepEqual(rig.disk.stableImage().list('log'), []);
  rig.run({ kind: 'syncDirectory', directory: 'log' });
  const image = rig.disk.stableImage();
  assert.deepEqual(image.list('log'), ['f']);
  const into = new Uint8Array(3);
  assert.equal(image.read('log', 'f', { position: 0, into }), 3);
  assert.deepEqual(into, bytes);
  assert.throws(() => image.size('log', 'g'), /ENOENT/);
});
