import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeDirectory } from '../../../src/tools/files/make-directory.ts';

test('make directory: two levels are missing → both are made, the mode is of the last', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'zooid-make-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'a/b');
  makeDirectory(path, { mode: 0o700 });
  makeDirectory(path);
  assert.equal(statSync(path).mode & 0o777, 0o700);
  writeFileSync(join(path, 'file'), '');
  assert.throws(() => makeDirectory(join(path, 'file')), { code: 'EEXIST' });
});

test('make directory: where none can be made → the error of the system', (t) => {
  if (!existsSync('/proc/self')) return t.skip('There is no /proc here.');
  assert.throws(() => makeDirectory('/proc/zooid/data'), { code: 'ENOENT' });
});
