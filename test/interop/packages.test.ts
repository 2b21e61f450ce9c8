// What happens where the packages cannot be had: the tests that need them say so one by one, with
// the command that would help, and nothing fails. Faked by programs of the same names that fail.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { ensureDebianPackages, projectRoot } from './packages.ts';

/** Files in which every single test needs a package. */
const files: readonly string[] = [
  ...['zkcli', 'c-client', 'kazoo', 'data-directory', 'data-directory-crash'],
];

const failingProgram = '#!/bin/sh\necho "E: nothing can be had here" >&2\nexit 100\n';

const runTests = (folder: string): Promise<{ code: number | null; output: string }> => {
  for (const name of ['dpkg-query', 'apt-get', 'mvn']) {
    writeFileSync(path.join(folder, name), failingProgram, { mode: 0o755 });
  }
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const paths = files.map((name) => path.join('test', 'interop', `${name}.test.ts`));
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', '--test', '--test-reporter=tap', ...paths],
    {
      cwd: projectRoot,
      env: { ...env, PATH: `${folder}:${env['PATH'] ?? ''}`, ZOOID_CACHE: folder },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString('utf8');
  });
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, output })));
};

test('packages: none can be installed → each test is skipped with the reason', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'zooid-packages-'));
  try {
    const { code, output } = await runTests(folder);
    assert.equal(code, 0, output);
    const results = output.split('\n').filter((line) => /^(not )?ok \d+ - /.test(line));
    assert.ok(results.length > 30, output);
    const silent = results.filter(
      (line) => !/ # SKIP (apt-get install |Not installed and not root|dist\/|bin\/)/.test(line),
    );
    assert.deepEqual(silent, []);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('packages: missing, and not root → the command is named, nothing is tried', async (t) => {
  const { getuid } = process;
  const become = (value: typeof getuid): void => {
    Object.defineProperty(process, 'getuid', { value, configurable: true, writable: true });
  };
  become(() => 1_000);
  t.after(() => become(getuid));
  const answer = await ensureDebianPackages(['zooid-has-no-such-package']);
  assert.deepEqual(answer, {
    available: false,
    reason: 'Not installed and not root: apt-get install zooid-has-no-such-package',
  });
});
