// The error of everything that comes in malformed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { JuteError } from '../../../src/protocol/jute/jute-error.ts';

test('jute error: thrown → known by class and by name', () => {
  const error = new JuteError('length 9 at 0');
  assert.ok(error instanceof Error);
  assert.deepEqual([error.name, error.message], ['JuteError', 'length 9 at 0']);
});
