/** What a program loads with each door of the package. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const DIST = fileURLToPath(new URL('../../dist/', import.meta.url));
const IMPORT = /(?:\bfrom\s*|\bimport\s*\(?\s*)['"](\.[^'"]+)['"]/g;

/** The folders of dist that are reached from a file, by whatever imports there are. */
function foldersLoadedBy(entry: string): string[] {
  const seen = new Set<string>();
  const waiting = [resolve(DIST, entry)];
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (seen.has(file)) continue;
    seen.add(file);
    const text = readFileSync(file, 'utf8');
    for (const [, path = ''] of text.matchAll(IMPORT)) waiting.push(resolve(dirname(file), path));
  }
  const folders = [...seen].map((file) => relative(DIST, file).split(/[\\/]/)[0] ?? '');
  return [...new Set(folders)].sort();
}

test('package: the client → loads nothing of the server, nor of the test kit', () => {
  const folders = foldersLoadedBy('client/index.js');
  assert.ok(folders.includes('client') && folders.includes('protocol'));
  for (const folder of ['server', 'core', 'testing']) assert.ok(!folders.includes(folder), folder);
});

test('package: the test kit → loads the server, which does not load the test kit', () => {
  assert.ok(foldersLoadedBy('testing/index.js').includes('server'));
  assert.ok(!foldersLoadedBy('server/index.js').includes('testing'));
  assert.ok(!foldersLoadedBy('server/main.js').includes('testing'));
});
