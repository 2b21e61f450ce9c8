import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeFile, NewFile, replaceFile } from '../../../src/tools/files/new-file.ts';
import { makeFolder } from '../tool-run.ts';

test('new file: until it is committed → only a name that servers do not look at', (t) => {
  const folder = makeFolder(t);
  const file = new NewFile(join(folder, 'log.1'));
  file.write(Buffer.from('whole'));
  assert.deepEqual(readdirSync(folder), ['tmp.log.1']);
  assert.equal(file.bytes, 5);
  file.commit();
  assert.deepEqual(readdirSync(folder), ['log.1']);
  assert.equal(readFileSync(file.path, 'utf8'), 'whole');
});

test('new file: what fills it throws → no file', async (t) => {
  const folder = makeFolder(t);
  const failing = makeFile(join(folder, 'log.1'), (file) => {
    file.write(Buffer.from('half'));
    throw new Error('no more');
  });
  await assert.rejects(failing, /no more/);
  assert.deepEqual(readdirSync(folder), []);
});

test('new file: the name is taken → refused, and what is there stays', (t) => {
  const path = join(makeFolder(t), 'log.1');
  writeFileSync(path, 'old');
  assert.throws(() => new NewFile(path), /log\.1 exists already/);
  assert.equal(readFileSync(path, 'utf8'), 'old');
});

test('new file: it cannot take its name → the error of the system, and nothing is left', async (t) => {
  const folder = makeFolder(t);
  const path = join(folder, 'log.1');
  const making = makeFile(path, () => mkdirSync(path));
  await assert.rejects(making, { code: 'EISDIR' });
  assert.throws(() => replaceFile(path, 'text'), { code: 'EISDIR' });
  assert.deepEqual(readdirSync(folder), ['log.1']);
});
