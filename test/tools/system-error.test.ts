import assert from 'node:assert/strict';
import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { test } from 'node:test';
import { describeSystemError, isSystemError, withPath } from '../../src/tools/system-error.ts';

function sentenceOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    assert.ok(isSystemError(error), String(error));
    return describeSystemError(error);
  }
  return assert.fail('nothing was thrown');
}

test('system error: of a path, of an open file → where it was, and what to do', () => {
  assert.equal(
    sentenceOf(() => readFileSync('/no/such/file')),
    'There is no /no/such/file: check the path.',
  );
  const descriptor = openSync(tmpdir(), 'r');
  const read = () => readSync(descriptor, new Uint8Array(1));
  assert.equal(
    sentenceOf(() => withPath('/the/place', read)),
    '/the/place is a directory: name a file.',
  );
  closeSync(descriptor);
});

test('system error: permissions, a code that is not in the table, no path → a sentence all the same', () => {
  const describe = (facts: { code: string; path?: string }) =>
    describeSystemError(Object.assign(new Error('ETXTBSY'), facts));
  const denied = '/data: permission denied; run this as the user who owns it.';
  assert.equal(describe({ code: 'EACCES', path: '/data' }), denied);
  assert.equal(describe({ code: 'ETXTBSY', path: '/data' }), '/data: ETXTBSY.');
  const full = 'standard output: the disk is full; make room there and run this again.';
  assert.equal(describe({ code: 'ENOSPC' }), full);
});
