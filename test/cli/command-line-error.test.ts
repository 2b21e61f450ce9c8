import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandLineError } from '../../src/cli/command-line-error.ts';

test('command line error: facts are given → kept; without any it ends with 1', () => {
  const { exitCode, usage, unknownFlag } = new CommandLineError('No such flag.', {
    ...{ exitCode: 2, usage: 'get [-s] [-w] path', unknownFlag: '-q' },
  });
  assert.deepEqual([exitCode, usage, unknownFlag], [2, 'get [-s] [-w] path', '-q']);
  assert.equal(new CommandLineError('No such node.').exitCode, 1);
});
