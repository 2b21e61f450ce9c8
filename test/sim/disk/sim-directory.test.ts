import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Prng } from '../../../src/base/prng.ts';
import { SimDirectory } from '../../../src/sim/disk/sim-directory.ts';
import { SimFile } from '../../../src/sim/disk/sim-file.ts';

function survivors(change: (directory: SimDirectory) => void): Set<string> {
  const found = new Set<string>();
  for (let seed = 0; seed < 100; seed++) {
    const directory = new SimDirectory();
    directory.add('old', new SimFile());
    directory.sync();
    change(directory);
    directory.survivesPowerLoss(new Prng(seed));
    found.add(directory.names().sort().join());
  }
  return found;
}

test('sim-directory: changes that are synced → certain', () => {
  const found = survivors((directory) => {
    directory.add('new', new SimFile());
    directory.remove('old');
    directory.sync();
  });
  assert.deepEqual([...found], ['new']);
});

test('sim-directory: changes that are not synced → any of them may be missing', () => {
  const found = survivors((directory) => {
    directory.add('new', new SimFile());
    directory.remove('old');
  });
  assert.deepEqual([...found].sort(), ['', 'new', 'new,old', 'old']);
});

test('sim-directory: a rename that is not synced → both halves or none', () => {
  const found = survivors((directory) => directory.rename('old', 'new'));
  assert.deepEqual([...found].sort(), ['new', 'old']);
});

test('sim-directory: created and renamed, neither synced → never the old name of a new file', () => {
  const found = survivors((directory) => {
    directory.add('tmp', new SimFile());
    directory.rename('tmp', 'whole');
  });
  assert.ok(!found.has('tmp,whole,old'));
  assert.ok([...found].every((names) => !(names.includes('tmp') && names.includes('whole'))));
});

test('sim-directory: an entry is stable → only after a sync', () => {
  const directory = new SimDirectory();
  directory.add('log', new SimFile());
  assert.ok(!directory.isStable('log'));
  directory.sync();
  assert.ok(directory.isStable('log'));
});
