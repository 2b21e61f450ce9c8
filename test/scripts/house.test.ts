/**
 * The static checks as tests, so that they stand in the same summary as all others and a failed
 * one does not keep the rest from running.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

function check(words: readonly string[]): void {
  const result = spawnSync(process.execPath, words, { cwd: ROOT, encoding: 'utf8' });
  assert.equal(result.error, undefined);
  if (result.status !== 0) console.error(`${result.stdout}${result.stderr}`);
  assert.equal(result.status, 0, `${words.join(' ')} failed; its output is above`);
}

test('house: tsc -b → no error', () => {
  check(['node_modules/typescript/bin/tsc', '-b']);
});

test('house: biome ci → formatted, no lint', () => {
  check(['node_modules/@biomejs/biome/bin/biome', 'ci', '--colors=off', '.']);
});

test('house: tidy → no finding', () => {
  check(['--import', 'tsx', 'scripts/tidy.ts']);
});
