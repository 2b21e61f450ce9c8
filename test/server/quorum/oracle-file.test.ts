import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { makeLogger } from '../../../src/server/logging/logger.ts';
import { OracleFile } from '../../../src/server/quorum/oracle-file.ts';
import { temporaryDirectory } from '../embedded-server.ts';

test('oracle file: the first character is 1 → yes, anything else or no file → no', (t) => {
  const file = path.join(temporaryDirectory(t), 'oracle');
  const oracle = new OracleFile(
    file,
    makeLogger('info', () => {}),
  );
  assert.equal(oracle.ask(), false);
  for (const [text, isAllowed] of [
    ['1', true],
    ['1\n', true],
    ['10', true],
    ['0', false],
    ['', false],
    [' 1', false],
    ['true', false],
  ] as const) {
    writeFileSync(file, text);
    assert.equal(oracle.ask(), isAllowed, JSON.stringify(text));
  }
  rmSync(file);
  mkdirSync(file);
  assert.equal(oracle.ask(), false);
});

test('oracle file: asked again and again → the log tells each change once', (t) => {
  const file = path.join(temporaryDirectory(t), 'oracle');
  const log: string[] = [];
  const oracle = new OracleFile(
    file,
    makeLogger('info', (level, text) => log.push(`${level} ${text}`)),
  );
  for (const text of ['0', '0', '1', '1', '0']) {
    writeFileSync(file, text);
    oracle.ask();
  }
  rmSync(file);
  oracle.ask();
  oracle.ask();
  assert.deepEqual(log, [
    'info the oracle says: this server may not go on alone',
    'info the oracle says: this server may go on alone',
    'info the oracle says: this server may not go on alone',
    'warn the oracle cannot be read',
  ]);
});
