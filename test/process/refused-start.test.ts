import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { Op, RawClient } from '../interop/raw-client.ts';
import { createBody } from './recording-writer.ts';
import {
  makeDataDir,
  missingServer,
  ServerProcess,
  type ServerProcessOptions,
} from './server-process.ts';

const LOG_LINE = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} \[\w+\] /;

/** The exit code and what is said beside the log. */
async function refusal(options: ServerProcessOptions): Promise<[number | null, string[]]> {
  const server = await ServerProcess.spawn(options);
  const { code } = await server.ended;
  const lines = server.output.split('\n').filter((line) => line !== '' && !LOG_LINE.test(line));
  return [code, lines];
}

test('start: the port is in use → one sentence with the address, exit ≠ 0', async (t) => {
  const missing = missingServer();
  if (missing !== undefined) return t.skip(missing);
  const first = await ServerProcess.start({ dataDir: makeDataDir(t) });
  t.after(() => first.kill());
  const [code, lines] = await refusal({ dataDir: makeDataDir(t), port: first.port });
  assert.equal(lines.length, 1, lines.join('\n'));
  assert.match(
    lines[0] ?? '',
    new RegExp(`cannot listen on 127\\.0\\.0\\.1:${first.port}: .*in use`),
  );
  assert.equal(code, 1);
  const client = await RawClient.connect(first.port);
  await client.must(Op.create, createBody('/still-served', ''));
});

test('start: the port of the AdminServer is in use → one sentence, and exit 4', async (t) => {
  const missing = missingServer();
  if (missing !== undefined) return t.skip(missing);
  const first = await ServerProcess.start({ dataDir: makeDataDir(t) });
  t.after(() => first.kill());
  const config = { 'admin.enableServer': 'true', 'admin.serverPort': String(first.port) };
  const [code, lines] = await refusal({ dataDir: makeDataDir(t), config });
  assert.match(lines.join('\n'), /^the AdminServer cannot listen on 127\.0\.0\.1:\d+: .*in use.*$/);
  assert.equal(code, 4);
});

test('start: HTTPS for the AdminServer without keys → exit 2 before the recovery', async (t) => {
  const missing = missingServer();
  if (missing !== undefined) return t.skip(missing);
  const dataDir = makeDataDir(t);
  const config = { 'admin.enableServer': 'true', 'admin.forceHttps': 'true' };
  const [code, lines] = await refusal({ dataDir, config });
  assert.match(lines.join('\n'), /^TLS needs ssl\.quorum\.keyStore\.location; .*$/);
  assert.equal(code, 2);
  assert.deepEqual(readdirSync(dataDir), []);
});

for (const [key, value] of [
  ['tickTime', 'soon'],
  ['clientPort', '99999'],
  ['maxSessionTimeout', '-5x'],
] as const) {
  test(`start: ${key}=${value} → exit 2 with file, line, key and value`, async (t) => {
    const missing = missingServer();
    if (missing !== undefined) return t.skip(missing);
    const [code, lines] = await refusal({ dataDir: makeDataDir(t), config: { [key]: value } });
    const text = lines.join('\n');
    assert.equal(code, 2, text);
    assert.match(text, /zoo\.cfg:\d+\b/);
    assert.ok(text.includes(key) && text.includes(value), text);
    assert.doesNotMatch(text, /^ {4}at /m);
  });
}

test('start: a bad value in SERVER_JVMFLAGS → exit 2 with the property and the value', async (t) => {
  const missing = missingServer();
  if (missing !== undefined) return t.skip(missing);
  const properties = { snapCount: 'many' };
  const [code, lines] = await refusal({ dataDir: makeDataDir(t), properties });
  assert.equal(code, 2, lines.join('\n'));
  assert.match(lines.join('\n'), /SERVER_JVMFLAGS.*zookeeper\.snapCount.*many/s);
});

test('start: an unknown key → a warning with file and line, and the server starts', async (t) => {
  const missing = missingServer();
  if (missing !== undefined) return t.skip(missing);
  const server = await ServerProcess.start({
    dataDir: makeDataDir(t),
    config: { tickTimes: '2000' },
  });
  assert.match(server.output, /\[WARN\] .*zoo\.cfg:\d+: .*unknown key tickTimes.*tickTime/);
  assert.equal((await server.stop()).code, 0);
});

test('start: the data directory is a file → exit 3 and one sentence', async (t) => {
  const missing = missingServer();
  if (missing !== undefined) return t.skip(missing);
  const file = path.join(makeDataDir(t), 'data');
  writeFileSync(file, '');
  const [code, lines] = await refusal({ dataDir: file });
  assert.equal(code, 3, lines.join('\n'));
  assert.equal(lines.length, 1, lines.join('\n'));
  assert.ok(lines[0]?.includes(file));
});

test('start: a folder in the place of a snapshot → exit 3 with the file and the reason', async (t) => {
  const missing = missingServer();
  if (missing !== undefined) return t.skip(missing);
  const dataDir = makeDataDir(t);
  mkdirSync(path.join(dataDir, 'version-2', 'snapshot.0'), { recursive: true });
  const [code, lines] = await refusal({ dataDir });
  assert.equal(code, 3, lines.join('\n'));
  assert.match(lines.join('\n'), /damaged: snapshot\.0, offset 0: .*no snapshot could be loaded/);
});

test('fsync: slower than the threshold → a warning with both times', async (t) => {
  const missing = missingServer();
  if (missing !== undefined) return t.skip(missing);
  const server = await ServerProcess.start({
    dataDir: makeDataDir(t),
    properties: { 'fsync.warningthresholdms': '0' },
  });
  const client = await RawClient.connect(server.port);
  await client.must(Op.create, createBody('/n', ''));
  await server.sees('took long');
  assert.match(server.output, /\[WARN\] fsync-ing the write ahead log took long durationMs=\d+/);
  assert.match(server.output, /thresholdMs=0/);
  assert.equal((await server.stop()).code, 0);
});
