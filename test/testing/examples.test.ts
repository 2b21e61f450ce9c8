/** The examples are run as their readers would run them, on what is built. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const TIMEOUT_MS = 120_000;

function run(program: string, ...words: readonly string[]): void {
  // Not as a part of this run: the output would be taken for its own.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const options = { cwd: ROOT, env, encoding: 'utf8', timeout: TIMEOUT_MS } as const;
  const { status, stdout, stderr } = spawnSync(program, words, options);
  assert.equal(status, 0, `${stdout}\n${stderr}`);
}

test('examples: tests with node:test → pass', () => {
  const file = 'examples/testing/node-test.test.ts';
  run(process.execPath, '--import', 'tsx', '--test', '--test-timeout=30000', file);
});

test('examples: tests with Vitest → pass', (t) => {
  const program = 'node_modules/vitest/vitest.mjs';
  if (!existsSync(`${ROOT}/${program}`)) return t.skip('Vitest is not installed');
  run(process.execPath, program, 'run', 'examples/testing/vitest.test.ts');
});
