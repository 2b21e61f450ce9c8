import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { AuditFile } from '../../../src/server/audit/audit-file.ts';
import { makeLogger, silentLogger } from '../../../src/server/logging/logger.ts';
import { temporaryDirectory } from '../embedded-server.ts';

test('audit file: lines in any number → behind what was there, in their order', async (t) => {
  const path = join(temporaryDirectory(t), 'audit.log');
  writeFileSync(path, 'before\n');
  const file = new AuditFile({ path, logger: silentLogger });
  const lines = Array.from({ length: 5_000 }, (_, at) => `line ${at}\n`);
  for (const [at, line] of lines.entries()) {
    file.add(line);
    // Some while the system writes the first.
    if (at % 1_000 === 999) await new Promise((resolve) => setImmediate(resolve));
  }
  await file.close();
  assert.equal(readFileSync(path, 'utf8'), `before\n${lines.join('')}`);
});

test('audit file: large → put away under a number, the oldest beyond ten gone', async (t) => {
  const folder = temporaryDirectory(t);
  const path = join(folder, 'audit.log');
  for (let at = 0; at < 14; at++) {
    const file = new AuditFile({ path, logger: silentLogger, fileBytesMax: 4 });
    file.add(`line ${at}\n`);
    await file.close();
  }
  assert.equal(readFileSync(path, 'utf8'), 'line 13\n');
  assert.equal(readFileSync(`${path}.1`, 'utf8'), 'line 12\n');
  assert.equal(readFileSync(`${path}.10`, 'utf8'), 'line 3\n');
  assert.equal(readdirSync(folder).length, 11);
});

test('audit file: it cannot be put away → said in the log, and it goes on', async (t) => {
  const folder = temporaryDirectory(t);
  const path = join(folder, 'audit.log');
  const said: string[] = [];
  const logger = makeLogger('trace', (_, message) => said.push(message));
  writeFileSync(path, 'full\n');
  // The oldest cannot be removed.
  mkdirSync(`${path}.10`);
  const file = new AuditFile({ path, logger, fileBytesMax: 1 });
  file.add('next\n');
  await file.close();
  assert.equal(readFileSync(path, 'utf8'), 'full\nnext\n');
  assert.deepEqual(said, ['the audit log cannot be put away']);
});

test('audit file: its directory is gone → said, and lines go on to the file that is open', async (t) => {
  const folder = temporaryDirectory(t);
  const inner = join(folder, 'inner');
  mkdirSync(inner);
  const said: string[] = [];
  const logger = makeLogger('trace', (_, message) => said.push(message));
  const file = new AuditFile({ path: join(inner, 'audit.log'), logger, fileBytesMax: 5 });
  file.add('first\n');
  await new Promise((resolve) => setImmediate(resolve));
  rmSync(inner, { recursive: true });
  for (let at = 0; at < 3; at++) file.add('more\n');
  await file.close();
  assert.deepEqual([...new Set(said)], ['the audit log cannot be put away']);
});

test('audit file: a full disk → said once, and at the end how much is lost', {
  skip: existsSync('/dev/full') ? false : 'no /dev/full',
}, async () => {
  const said: string[] = [];
  const logger = makeLogger('trace', (_, message) => said.push(message));
  // A device that is always full.
  const file = new AuditFile({ path: '/dev/full', logger });
  for (let at = 0; at < 50; at++) {
    file.add('line\n');
    await new Promise((resolve) => setImmediate(resolve));
  }
  await file.close();
  assert.deepEqual(said, ['the audit log is not written', 'lines of the audit log are lost']);
});

test('audit file: a line after the end → nothing happens', async (t) => {
  const path = join(temporaryDirectory(t), 'audit.log');
  const said: string[] = [];
  const logger = makeLogger('trace', (_, message) => said.push(message));
  const file = new AuditFile({ path, logger });
  file.add('last\n');
  const closed = file.close();
  file.add('late\n');
  await closed;
  file.add('later\n');
  // By then it would have been written.
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(readFileSync(path, 'utf8'), 'last\n');
  assert.deepEqual(said, []);
});
