import assert from 'node:assert/strict';
import { connect, type Socket } from 'node:net';
import { test } from 'node:test';
import {
  cat,
  connectBody,
  int,
  long,
  Op,
  RawClient,
  RawConnection,
  str,
  strings,
} from '../interop/raw-client.ts';
import { askFourLetterWord } from '../interop/running-server.ts';
import { createBody, EPHEMERAL, pathBody, readStrings, setBody } from './recording-writer.ts';
import { makeDataDir, missingServer, ServerProcess } from './server-process.ts';

const LINGERING = 500;
const EPHEMERALS = 10_000;
const DESCRIPTORS = 128;
const INTRUDERS = 300;
const WATCHES = 300_000;
const WATCHES_PER_REQUEST = 50_000;
const IDENTITIES = 200;
const ACL_ENTRIES = 40_000;
const INVALID_ACL = -114;

/** Resolves when connected or refused. */
function openSocket(port: number): Promise<Socket> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(socket));
    socket.on('error', () => resolve(socket));
  });
}

test('load: 500 handshakes that come byte by byte → other clients do not notice', async (t) => {
  const missing = missingServer();
  if (missing !== undefined) return t.skip(missing);
  const server = await ServerProcess.start({ dataDir: makeDataDir(t) });
  t.after(() => server.kill());
  const bytes = cat(int(connectBody().length), connectBody());
  const slow = await Promise.all(
    Array.from({ length: LINGERING }, () => RawConnection.open(server.port)),
  );
  t.after(() => {
    for (const connection of slow) connection.destroy();
  });
  const client = await RawClient.connect(server.port);
  for (let at = 0; at < bytes.length; at++) {
    for (const connection of slow) connection.write(bytes.subarray(at, at + 1));
    await client.must(Op.getChildren, pathBody('/'));
  }
  for (const connection of slow) {
    const response = await connection.nextFrame();
    assert.ok(response !== undefined && response.readInt32BE(4) > 0, 'no session');
  }
});

test('load: a session with 10,000 ephemerals is closed → all go, others are served', async (t) => {
  const missing = missingServer();
  if (missing !== undefined) return t.skip(missing);
  const dataDir = makeDataDir(t);
  const server = await ServerProcess.start({ dataDir });
  t.after(() => server.kill());
  const owner = await RawClient.connect(server.port, { timeOut: 10_000 });
  const other = await RawClient.connect(server.port, { timeOut: 10_000 });
  await other.must(Op.create, createBody('/e', ''));
  for (let i = 0; i < EPHEMERALS; i++) owner.send(Op.create, createBody(`/e/${i}`, '', EPHEMERAL));
  for (let i = 0; i < EPHEMERALS; i++) assert.equal((await owner.nextReply())?.err, 0);
  const listed = await other.must(Op.getChildren, pathBody('/e'));
  assert.equal(readStrings(listed.body).length, EPHEMERALS);
  await owner.close();
  await other.must(Op.setData, setBody('/e', 'x'));
  assert.equal(readStrings((await other.must(Op.getChildren, pathBody('/e'))).body).length, 0);
  await server.kill();

  const next = await ServerProcess.start({ dataDir });
  t.after(() => next.kill());
  assert.doesNotMatch(next.output, /digest|ERROR/);
  const reader = await RawClient.connect(next.port);
  assert.equal(readStrings((await reader.must(Op.getChildren, pathBody('/e'))).body).length, 0);
});

test('load: more connections than descriptors → the server serves on, and writes snapshots', async (t) => {
  const missing = missingServer();
  if (missing !== undefined) return t.skip(missing);
  if (process.platform === 'win32') return t.skip('there is no ulimit');
  const server = await ServerProcess.start({
    dataDir: makeDataDir(t),
    wrapper: ['sh', '-c', `ulimit -n ${DESCRIPTORS}; exec "$@"`, 'sh'],
    properties: { snapCount: '200', preAllocSize: '64' },
  });
  t.after(() => server.kill());
  const client = await RawClient.connect(server.port, { timeOut: 10_000 });
  await client.must(Op.create, createBody('/n', ''));
  const intruders = await Promise.all(
    Array.from({ length: INTRUDERS }, () => openSocket(server.port)),
  );
  t.after(() => {
    for (const socket of intruders) socket.destroy();
  });
  const before = server.output.split('snapshot done').length;
  for (let i = 0; i < 1_000; i++) await client.must(Op.setData, setBody('/n', String(i)));
  assert.ok(server.output.split('snapshot done').length > before, 'no snapshot was written');

  for (const socket of intruders) socket.destroy();
  await client.must(Op.setData, setBody('/n', 'last'));
  const late = await RawClient.connect(server.port);
  await late.must(Op.getData, pathBody('/n'));
  assert.equal((await server.stop()).code, 0, server.output);
});

test('load: 300,000 watches, and a word that lists them → answered whole', async (t) => {
  const missing = missingServer();
  if (missing !== undefined) return t.skip(missing);
  const server = await ServerProcess.start({ dataDir: makeDataDir(t) });
  t.after(() => server.kill());
  const client = await RawClient.connect(server.port, { timeOut: 10_000 });
  for (let from = 0; from < WATCHES; from += WATCHES_PER_REQUEST) {
    const paths = Array.from({ length: WATCHES_PER_REQUEST }, (_, i) => `/w${from + i}`);
    const body = cat(long(0n), strings([]), strings(paths), strings([]));
    await client.must(Op.setWatches, body);
  }
  for (const word of ['wchp', 'wchc']) {
    const answer = await askFourLetterWord(server.port, word);
    assert.equal(answer.split('/w').length - 1, WATCHES, word);
  }
  await client.must(Op.create, createBody('/n', ''));
});

test('load: many identities and an ACL that names each of them many times → refused, served on', async (t) => {
  const missing = missingServer();
  if (missing !== undefined) return t.skip(missing);
  const server = await ServerProcess.start({
    dataDir: makeDataDir(t),
    nodeFlags: ['--max-old-space-size=256'],
  });
  t.after(() => server.kill());
  const client = await RawClient.connect(server.port, { timeOut: 10_000 });
  for (let i = 0; i < IDENTITIES; i++) {
    client.send(Op.auth, cat(int(0), str('digest'), str(`user${i}:x`)), -4);
  }
  for (let i = 0; i < IDENTITIES; i++) assert.equal((await client.nextReply())?.err, 0);
  const entries = Array.from({ length: ACL_ENTRIES }, (_, i) => cat(int(i), str('auth'), str('')));
  const body = cat(str('/n'), str(''), int(ACL_ENTRIES), Buffer.concat(entries), int(0));
  const reply = await client.request(Op.create, body);
  assert.equal(reply?.err, INVALID_ACL);
  await client.must(Op.create, createBody('/n', ''));
});
