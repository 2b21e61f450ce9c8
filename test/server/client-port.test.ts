/** The client port over real sockets; what its parts decide is tested with them. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'node:test';
import { OpCode } from '../../src/protocol/op-code.ts';
import { encodeAsk } from '../../src/sim/clients/client-request.ts';
import { createAsk } from '../scenario/asks.ts';
import { startEmbedded } from './embedded-server.ts';
import { SocketClient } from './socket-client.ts';

const BIG = { kind: 'getData', path: '/big', watch: false } as const;

test('port: requests in one write, and one byte at a time → the same replies in order', async (t) => {
  const { port } = await startEmbedded(t);
  const client = await SocketClient.connect(port);
  const frames = [
    encodeAsk(1, createAsk('/x')),
    encodeAsk(2, { kind: 'getData', path: '/x', watch: false }),
    encodeAsk(3, { kind: 'delete', path: '/x', version: 0 }),
  ];
  client.socket.write(Buffer.concat(frames));
  const together = [await client.reply(), await client.reply(), await client.reply()];
  client.socket.setNoDelay(true);
  for (const byte of Buffer.concat(frames)) client.socket.write(Uint8Array.of(byte));
  const apart = [await client.reply(), await client.reply(), await client.reply()];
  for (const replies of [together, apart]) {
    assert.deepEqual(
      replies.map(({ xid, err }) => [xid, err]),
      [
        [1, 0],
        [2, 0],
        [3, 0],
      ],
    );
  }
  client.close();
});

test('port: a four-letter word, also in two packets → its answer and the end; no session is made', async (t) => {
  const { port } = await startEmbedded(t, { config: { '4lw.commands.whitelist': '*' } });
  for (const parts of [['ruok'], ['r', 'uok']]) {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    await once(socket, 'connect');
    for (const part of parts) socket.write(part);
    const chunks: Buffer[] = [];
    for await (const chunk of socket) chunks.push(chunk);
    assert.equal(Buffer.concat(chunks).toString(), 'imok');
  }
});

test('port: a client that asks for much and reads late → gets all of it, and others are served meanwhile', async (t) => {
  const { port } = await startEmbedded(t);
  const client = await SocketClient.connect(port);
  const data = Buffer.alloc(900_000, 'z');
  assert.equal((await client.call(createAsk('/big', { data }))).err, 0);
  client.socket.pause();
  const xids = Array.from({ length: 30 }, () => client.send(BIG));
  const other = await SocketClient.connect(port);
  assert.equal((await other.call({ kind: 'exists', path: '/big', watch: false })).err, 0);
  client.socket.resume();
  for (const xid of xids) {
    const reply = await client.reply();
    assert.equal(reply.xid, xid);
    assert.equal(reply.body.length, 4 + data.length + 68);
    assert.ok(reply.body.subarray(4, 4 + data.length).every((byte) => byte === 0x7a));
  }
  client.close();
  other.close();
});

test('port: a client that asks for hundreds of megabytes and never reads → is not served on, the memory stays bounded', async (t) => {
  const { port } = await startEmbedded(t);
  const client = await SocketClient.connect(port);
  await client.call(createAsk('/big', { data: Buffer.alloc(1_000_000) }));
  client.socket.pause();
  const watcher = await SocketClient.connect(port);
  const requests = Buffer.concat(Array.from({ length: 400 }, (_, xid) => encodeAsk(xid + 10, BIG)));
  client.socket.write(requests);
  const before = process.memoryUsage().arrayBuffers;
  for (let i = 0; i < 50; i++) await watcher.call({ kind: 'ping' });
  assert.ok(process.memoryUsage().arrayBuffers - before < 150_000_000);
  client.close();
  assert.equal((await watcher.call({ kind: 'ping' })).err, 0);
  watcher.close();
});

test('port: bytes that are no protocol → the end of that connection alone', async (t) => {
  const { port } = await startEmbedded(t);
  const good = await SocketClient.connect(port);
  const bad = await SocketClient.open(port);
  bad.socket.write('GET / HTTP/1.1\r\n\r\n');
  await bad.ended();
  const late = await SocketClient.connect(port);
  late.socket.write(Uint8Array.of(0, 0, 0, 8, 0, 0, 0, 1, 0, 0, 0, 99));
  assert.equal((await late.reply()).err, -6);
  await late.ended();
  assert.equal((await good.call({ kind: 'ping' })).err, 0);
  good.close();
});

test('port: beyond maxClientCnxns → a reset; when one has gone there is room again', async (t) => {
  const { port } = await startEmbedded(t, { config: { maxClientCnxns: 2 } });
  const one = await SocketClient.connect(port);
  const two = await SocketClient.connect(port);
  // The reset may come while it still connects.
  const three = connect({ port, host: '127.0.0.1' });
  three.on('error', () => {});
  await new Promise((resolve) => three.once('close', resolve));
  assert.equal((await one.call({ kind: 'closeSession' })).err, 0);
  await one.ended();
  const four = await SocketClient.connect(port);
  two.close();
  four.close();
});

test('port: the client is gone with a write under way → the write is done', async (t) => {
  const { port } = await startEmbedded(t);
  const client = await SocketClient.connect(port);
  const watcher = await SocketClient.connect(port);
  await watcher.call({ kind: 'exists', path: '/x', watch: true });
  client.send(createAsk('/x'));
  client.socket.end();
  const event = await watcher.reply();
  assert.equal(event.xid, -1);
  assert.equal(event.body[3], OpCode.create);
  watcher.close();
});
