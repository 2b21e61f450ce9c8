import assert from 'node:assert/strict';
import { test } from 'node:test';
import { codeBlocks } from './code-blocks.ts';

test('code blocks: ts, ts no-run and others → the ts ones, with their lines', () => {
  const page = ['# A', '```ts', 'a;', '```', '```sh', 'b', '```', '```ts no-run', 'c;', '```'];
  assert.deepEqual(codeBlocks(page.join('\n')), [
    { line: 2, isRun: true, text: 'a;\n' },
    { line: 8, isRun: false, text: 'c;\n' },
  ]);
});

test('code blocks: a fence that is never closed → refused with its line', () => {
  assert.throws(() => codeBlocks('a\n```ts\nb'), /line 2/);
});
