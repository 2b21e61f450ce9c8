import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandLineError } from '../../src/cli/command-line-error.ts';

test('command line error: with a usage → both are there to be printed', () => {
  const { message, usage } = new CommandLineError('Unknown flag -q.', 'get [-s] [-w] path');
  assert.deepEqual([message, usage], ['Unknown flag -q.', 'get [-s] [-w] path']);
  assert.equal(new CommandLineError('No such command.').usage, undefined);
});
