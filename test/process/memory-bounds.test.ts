import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { bool, cat, connectBody, int, Op, RawClient, str } from '../interop/raw-client.ts';
import { createBody, pathBody, setBody } from './recording-writer.ts';
import { makeDataDir, missingServer, ServerProcess } from './server-process.ts';

const MIB = 1024 * 1024;
const NODE_BYTES = 1_000_000;
const LINGERING = 1_000;
const CLAIMED_BYTES = 1_000_000;
const PIPELINED = 100_000;
/** What one client may cost: unsent output, a frame, and what the collector has not taken yet. */
const CLIENT_BYTES_MAX = 96 * MIB;

const residentBytes = (server: ServerProcess): number => {
  const status = readFileSync(`/proc/${server.pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) * 1024;
};

/** A running server with a node /big and a client that behaves well. */
async function startStage(t: TestContext): Promise<{ server: ServerProcess; client: RawClient }> {
  const server = await ServerProcess.start({ dataDir: makeDataDir(t) });
  t.after(() => server.kill());
  const client = await RawClient.connect(server.port, { timeOut: 10_000 });
  await client.must(Op.create, createBody('/n', ''));
  await client.must(Op.create, createBody('/big', 'x'.repeat(NODE_BYTES)));
  return { server, client };
}

function whyNot(): string | undefined {
  return process.platform === 'linux' ? missingServer() : '/proc is needed';
}

/** The largest memory of the server while another client does this many round trips. */
async function peakWhileServing(server: ServerProcess, client: RawClient): Promise<number> {
  let peak = 0;
  for (let i = 0; i < 200; i++) {
    await client.must(Op.setData, setBody('/n', String(i)));
    peak = Math.max(peak, residentBytes(server));
  }
  return peak;
}

/** A session on a bare socket, whose owner decides whether anything is read. */
function openSession(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.write(cat(int(connectBody().length), connectBody()));
    });
    socket.on('error', reject);
    socket.once('data', () => {
      socket.pause();
      socket.off('error', reject);
      socket.on('error', () => {});
      resolve(socket);
    });
  });
}

const request = (xid: number, type: number, body: Buffer): Buffer =>
  cat(int(8 + body.length), int(xid), int(type), body);

function assertBounded(before: number, peak: number, limit: number): void {
  const grown = `grew by ${Math.round((peak - before) / MIB)} MiB`;
  assert.ok(peak - before < limit, `${grown}, allowed are ${limit / MIB}`);
}

test('memory: 1,000 connections that claim 1 MB and send 10 bytes → the claim costs nothing', async (t) => {
  const reason = whyNot();
  if (reason !== undefined) return t.skip(reason);
  const { server, client } = await startStage(t);
  const before = residentBytes(server);
  const opened = Array.from({ length: LINGERING }, async () => {
    const socket = connect(server.port, '127.0.0.1');
    t.after(() => socket.destroy());
    await new Promise((resolve, reject) => {
      socket.once('error', reject);
      socket.once('connect', resolve);
    });
    await new Promise((resolve) =>
      socket.write(cat(int(CLAIMED_BYTES), Buffer.alloc(10)), resolve),
    );
  });
  await Promise.all(opened);
  assertBounded(before, await peakWhileServing(server, client), 64 * MIB);
});

test('memory: a client that asks for 200 MB and never reads → bounded, others are served', async (t) => {
  const reason = whyNot();
  if (reason !== undefined) return t.skip(reason);
  const { server, client } = await startStage(t);
  const before = residentBytes(server);
  const socket = await openSession(server.port);
  t.after(() => socket.destroy());
  for (let xid = 1; xid <= 200; xid++) {
    socket.write(request(xid, Op.getData, cat(str('/big'), bool(false))));
  }
  assertBounded(before, await peakWhileServing(server, client), CLIENT_BYTES_MAX);
});

test('memory: 100,000 pipelined reads of a 1 MB node → bounded, and answered as they are read', async (t) => {
  const reason = whyNot();
  if (reason !== undefined) return t.skip(reason);
  const { server, client } = await startStage(t);
  const before = residentBytes(server);
  const socket = await openSession(server.port);
  t.after(() => socket.destroy());
  const body = cat(str('/big'), bool(false));
  const requests = Array.from({ length: PIPELINED }, (_, i) => request(i + 1, Op.getData, body));
  socket.write(Buffer.concat(requests));
  assertBounded(before, await peakWhileServing(server, client), CLIENT_BYTES_MAX);

  let received = 0;
  const wanted = 100 * NODE_BYTES;
  await new Promise<void>((resolve, reject) => {
    socket.on('close', () => reject(new Error(`closed after ${received} bytes`)));
    socket.on('data', (bytes) => {
      received += bytes.length;
      if (received > wanted) resolve();
    });
    socket.resume();
  });
  socket.pause();
  assertBounded(before, await peakWhileServing(server, client), CLIENT_BYTES_MAX);
});

test('memory: 100,000 watches fire at a client that never reads → bounded or cut off', async (t) => {
  const reason = whyNot();
  if (reason !== undefined) return t.skip(reason);
  const { server, client } = await startStage(t);
  const socket = await openSession(server.port);
  t.after(() => socket.destroy());
  const addWatch = cat(str('/n'), int(0));
  socket.write(request(1, Op.addWatch, addWatch));
  await client.must(Op.exists, pathBody('/n'));
  const before = residentBytes(server);
  for (let round = 0; round < 100; round++) {
    for (let i = 0; i < 1_000; i++) client.send(Op.setData, setBody('/n', ''));
    for (let i = 0; i < 1_000; i++) assert.equal((await client.nextReply())?.err, 0);
  }
  assertBounded(before, await peakWhileServing(server, client), CLIENT_BYTES_MAX);
});
