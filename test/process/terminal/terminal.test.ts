import assert from 'node:assert/strict';
import { test } from 'node:test';
import { missingTerminal, Terminal } from './terminal.ts';

test('terminal: a program at it → knows that it is one, hears keys, its exit code', async (t) => {
  const missing = missingTerminal();
  if (missing !== undefined) return t.skip(missing);
  const terminal = new Terminal(t, [
    'sh',
    '-c',
    'test -t 0 && echo "it is"; read x; echo "<$x>"; exit 7',
  ]);
  await terminal.see('it is');
  terminal.type('key\r');
  await terminal.see('<key>');
  assert.equal(await terminal.end(), 7);
});
