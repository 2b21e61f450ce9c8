// The assertions that stay on in production.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AssertionError, assert as check, present, unreachable } from '../../src/base/assert.ts';

test('assert: a true condition → nothing; a false one → AssertionError with its message', () => {
  check(true);
  assert.throws(() => check(false, 'no leader'), { name: 'AssertionError', message: 'no leader' });
  assert.throws(() => check(false), AssertionError);
});

test('present: falsy values → themselves; null and undefined → AssertionError', () => {
  assert.equal(present(0), 0);
  assert.equal(present(''), '');
  assert.throws(() => present(null, 'no node'), { name: 'AssertionError', message: 'no node' });
  assert.throws(() => present(undefined), AssertionError);
});

test('unreachable: a value that no type allows → AssertionError that shows it', () => {
  assert.throws(() => unreachable('purple' as never), /unreachable: purple/);
});
