import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { findTests } from '../../scripts/test.ts';
import { ALONE, batchTests, writeBatches } from '../../scripts/test-batches.ts';

test('batches: neighbours below a folder share one, up to the limit', () => {
  const files = [
    'test/base/a.test.ts',
    'test/core/tree/b.test.ts',
    'test/core/tree/c.test.ts',
    'test/core/zab/d.test.ts',
    'test/io/e.test.ts',
  ];
  assert.deepEqual(
    batchTests(files, 2).map((batch) => batch.join()),
    [
      'test/base/a.test.ts',
      'test/core/tree/b.test.ts,test/core/tree/c.test.ts',
      'test/core/zab/d.test.ts',
      'test/io/e.test.ts',
    ],
  );
});

test('batches: a file that looks at its own process → has one', () => {
  const alone = 'test/server/metrics/metrics-service.test.ts';
  const files = ['test/server/a.test.ts', alone, 'test/server/z.test.ts'];
  assert.deepEqual(
    batchTests(files),
    files.map((file) => [file]),
  );
});

test('batches: a file that loads other tests → is alone, or theirs would not run again', () => {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const loaders = findTests(root).filter((file) => {
    return /^\s*(for .*)?(await )?import\(new URL/m.test(readFileSync(join(root, file), 'utf8'));
  });
  assert.ok(loaders.length > 0);
  assert.deepEqual(
    loaders.filter((file) => !ALONE.includes(file)),
    [],
  );
});

test('batches: a batch runs all its files; one that fails makes it fail', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'zooid-batches-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const runBatch = (...bodies: string[]) => {
    const files = bodies.map((body, index) => {
      const name = `${index}.test.mjs`;
      const head = `import assert from 'node:assert';\nimport { test } from 'node:test';\n`;
      writeFileSync(join(folder, name), `${head}test('${index}', () => ${body});\n`);
      return name;
    });
    const [batch = ''] = writeBatches(folder, folder, [files]);
    const env = { ...process.env, NODE_TEST_CONTEXT: undefined };
    const { status, stdout } = spawnSync(
      process.execPath,
      ['--test', '--test-reporter=tap', batch],
      { env },
    );
    return [status, /^# pass (\d+)$/m.exec(stdout.toString())?.[1]];
  };
  assert.deepEqual(runBatch('assert.ok(true)', 'assert.ok(true)'), [0, '2']);
  assert.deepEqual(runBatch('assert.ok(false)', 'assert.ok(true)'), [1, '1']);
});
