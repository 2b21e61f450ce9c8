import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { Prng } from '../../src/base/prng.ts';
import { Op, RawClient } from '../interop/raw-client.ts';
import {
  createBody,
  EPHEMERAL,
  pathBody,
  RecordingWriter,
  readValue,
  setBody,
} from './recording-writer.ts';
import { makeDataDir, missingServer, ServerProcess } from './server-process.ts';

test('stop: SIGTERM under load → exit 0, and the next start has nothing to repair', async (t) => {
  const missing = missingServer();
  if (missing !== undefined) return t.skip(missing);
  const dataDir = makeDataDir(t);
  const writer = new RecordingWriter(0, new Prng(1), 64);
  const server = await ServerProcess.start({ dataDir });
  const client = await RawClient.connect(server.port);
  await writer.prepare(client);
  await writer.connect(server.port, 5_000);
  const run = writer.run(() => false);
  while (writer.counts.acknowledged < 500) await client.must(Op.getData, pathBody('/w0'));
  assert.deepEqual(await server.stop(), { code: 0, signal: null }, server.output);
  await run;

  const next = await ServerProcess.start({ dataDir });
  t.after(() => next.kill());
  assert.doesNotMatch(next.output, /WARN|ERROR/);
  await writer.connect(next.port, 5_000);
  await writer.verify();
  assert.equal((await next.stop()).code, 0, next.output);
});

test('stop: a second SIGTERM and a SIGINT during the stop → still exit 0', async (t) => {
  const missing = missingServer();
  if (missing !== undefined) return t.skip(missing);
  const server = await ServerProcess.start({ dataDir: makeDataDir(t) });
  for (const name of ['SIGTERM', 'SIGTERM', 'SIGINT'] as const) server.signal(name);
  assert.deepEqual(await server.ended, { code: 0, signal: null }, server.output);
});

test('pause: shorter than the session timeout → the session lives, all is answered in order', async (t) => {
  const missing = missingServer();
  if (missing !== undefined) return t.skip(missing);
  const server = await ServerProcess.start({ dataDir: makeDataDir(t) });
  t.after(() => server.kill());
  const client = await RawClient.connect(server.port, { timeOut: 8_000 });
  await client.must(Op.create, createBody('/e', '0', EPHEMERAL));
  server.signal('SIGSTOP');
  const xids = Array.from({ length: 200 }, (_, i) =>
    client.send(Op.setData, setBody('/e', String(i + 1))),
  );
  await delay(1_000);
  server.signal('SIGCONT');
  for (const xid of xids) {
    const reply = await client.nextReply();
    assert.deepEqual([reply?.xid, reply?.err], [xid, 0]);
  }
  const { value, version } = readValue(await client.must(Op.getData, pathBody('/e')));
  assert.deepEqual([value, version], [200, 200]);
});

test('pause: longer than the session timeout → session and ephemeral live or die together', async (t) => {
  const missing = missingServer();
  if (missing !== undefined) return t.skip(missing);
  const server = await ServerProcess.start({ dataDir: makeDataDir(t) });
  t.after(() => server.kill());
  const client = await RawClient.connect(server.port, { timeOut: 1_000 });
  await client.must(Op.create, createBody('/e', '0', EPHEMERAL));
  server.signal('SIGSTOP');
  client.send(Op.ping, Buffer.alloc(0), -2);
  await delay(2_500);
  server.signal('SIGCONT');
  const other = await RawClient.connect(server.port);
  const { sessionId, passwd } = client;
  const again = await RawClient.connect(server.port, { timeOut: 30_000, sessionId, passwd });
  const isAlive = again.sessionId === sessionId;
  const found = await other.request(Op.exists, pathBody('/e'));
  assert.equal(found?.err, isAlive ? 0 : -101);
  await other.must(Op.create, createBody('/after', ''));
});
