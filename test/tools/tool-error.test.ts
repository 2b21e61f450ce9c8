import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ToolExit } from '../../src/base/tool-exit.ts';
import { ToolError } from '../../src/tools/tool-error.ts';

test('tool error: made without a code → the tool failed', () => {
  assert.equal(new ToolError('The disk is full.').exitCode, ToolExit.failed);
  assert.equal(new ToolError('Unknown flag -q.', ToolExit.usage).exitCode, ToolExit.usage);
});
