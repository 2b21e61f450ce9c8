import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { FULL_VERSION_TEXT, VERSION_TEXT, ZOOID_VERSION } from '../../src/server/version.ts';

test('version: package.json → the same version', () => {
  const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  assert.equal(JSON.parse(manifest).version, ZOOID_VERSION);
});

test('version: as programs read it → a ZooKeeper release first, and Java’s form', () => {
  // kazoo takes the leading digits and dots, exporters the first three numbers.
  assert.equal(/[\d.]*/.exec(VERSION_TEXT)?.[0], '3.9.5');
  assert.match(FULL_VERSION_TEXT, /^\d+\.\d+\.\d+-\S+, built on \d{4}-\d\d-\d\d \d\d:\d\d UTC$/);
});
