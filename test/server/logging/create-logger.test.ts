import assert from 'node:assert/strict';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { ConfigError } from '../../../src/server/config/config-error.ts';
import { createLogger } from '../../../src/server/logging/create-logger.ts';
import { type LogFormat, readLogSettings } from '../../../src/server/logging/log-settings.ts';
import type { Logger } from '../../../src/server/logging/logger.ts';
import { formatTextLine } from '../../../src/server/logging/text-logger.ts';

async function logged(format: LogFormat, write: (logger: Logger) => void): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'zooid-log-'));
  const path = join(folder, 'log');
  const fileDescriptor = openSync(path, 'w');
  try {
    write(await createLogger({ level: 'info', format, fileDescriptor }));
    return readFileSync(path, 'utf8');
  } finally {
    closeSync(fileDescriptor);
    rmSync(folder, { recursive: true });
  }
}

const wallMs = new Date(2026, 10, 23, 7, 40, 4, 123).getTime();

test('log: text line → local time, level, message and facts', () => {
  const facts = { port: 2181, sessionId: 5n, name: 'a b', nothing: undefined, none: null };
  assert.equal(
    formatTextLine({ wallMs, level: 'info', message: 'Listening.', facts }),
    '2026-11-23 07:40:04,123 [INFO] Listening. port=2181 sessionId=5 name="a b" none=null\n',
  );
});

test('log: a fact from outside → cannot forge a line or a fact', () => {
  const facts = { path: '/a\n2026 [ERROR] x', other: 'b=c', escape: '\u001b[31m', empty: '' };
  const line = formatTextLine({ wallMs, level: 'warn', message: 'Odd\u2028one.', facts });
  assert.equal(line.split('\n').length, 2);
  assert.ok(line.includes('Odd\\u2028one.'));
  assert.ok(line.includes('path="/a\\n2026 [ERROR] x"'));
  assert.ok(line.includes('other="b=c"'));
  assert.ok(!line.includes('\u001b'));
  assert.ok(line.includes('empty=""'));
});

test('log: an error at level error → message as a fact, then its stack', () => {
  const error = new Error('disk full', { cause: new Error('ENOSPC') });
  const line = formatTextLine({ wallMs, level: 'error', message: 'Stopping.', facts: { error } });
  assert.match(line, /\[ERROR\] Stopping\. error="disk full"\n {4}at /);
  assert.match(line, / {4}caused by ENOSPC\n$/);
});

test('log: below the level → not written, above → written at once', async () => {
  const text = await logged('text', (logger) => {
    logger.debug('hidden');
    logger.info('shown', { a: 1 });
    assert.equal(logger.isEnabled('debug'), false);
    assert.equal(logger.isEnabled('warn'), true);
  });
  assert.match(text, /^[^\n]* \[INFO\] shown a=1\n$/);
});

test('log: json → one object a line, 64-bit ids exact', async () => {
  const text = await logged('json', (logger) => {
    logger.trace('hidden');
    logger.warn('shown', { sessionId: 72057594037927937n, error: new Error('e') });
  });
  const line = JSON.parse(text);
  assert.equal(line.level, 'warn');
  assert.equal(line.msg, 'shown');
  assert.equal(line.sessionId, '72057594037927937');
  assert.equal(line.error.message, 'e');
  assert.match(line.time, /^\d{4}-\d\d-\d\dT/);
});

test('log: a descriptor that cannot be written → the server goes on', async () => {
  const logger = await createLogger({ level: 'info', format: 'text', fileDescriptor: 999_999 });
  assert.doesNotThrow(() => logger.info('lost'));
});

test('log settings: option before variable before flags of ZooKeeper', () => {
  const env = {
    SERVER_JVMFLAGS: '-Dzookeeper.root.logger=WARN,CONSOLE',
    ZOO_LOG4J_PROP: 'ERROR,ROLLINGFILE',
  };
  assert.deepEqual(readLogSettings({ env: {} }), { level: 'info', format: 'text' });
  assert.equal(readLogSettings({ env: { ZOO_LOG4J_PROP: 'DEBUG,CONSOLE' } }).level, 'debug');
  assert.equal(readLogSettings({ env }).level, 'warn');
  assert.equal(readLogSettings({ env: { ...env, ZOOID_LOG_LEVEL: 'trace' } }).level, 'trace');
  assert.equal(readLogSettings({ env, logLevel: 'DEBUG' }).level, 'debug');
  assert.equal(readLogSettings({ env: { ZOOID_LOG_FORMAT: 'json' } }).format, 'json');
});

test('log settings: unknown words of our own → refused', () => {
  assert.throws(() => readLogSettings({ env: {}, logLevel: 'loud' }), ConfigError);
  assert.throws(() => readLogSettings({ env: { ZOOID_LOG_FORMAT: 'xml' } }), ConfigError);
});
