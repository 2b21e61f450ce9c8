import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Command } from 'commander';
import { runTool } from '../../src/tools/run-tool.ts';

test('run tool: Node objects to what we gave it → thrown on, as a bug is', async () => {
  const bug = new Command().action(() => {
    Buffer.alloc(-1);
  });
  await assert.rejects(runTool(bug, []), { code: 'ERR_OUT_OF_RANGE' });
});
