import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { encodeInitialMessage } from '../../../src/protocol/records/election.ts';
import { ElectionHandshake } from '../../../src/server/quorum/election-handshake.ts';
import { listenOnLoopback } from '../../io/net/socket-pairs.ts';
import { Events } from './election-ports.ts';

const HELLO = encodeInitialMessage({
  serverId: 2,
  addresses: [{ host: 'zoo2', port: 3888 }],
  isMultiAddress: false,
});

async function open(t: TestContext, timeoutMs = 5_000) {
  const { open: openPair } = await listenOnLoopback(t);
  const { server, client } = await openPair();
  client.resume();
  const events = new Events();
  const seen: string[] = [];
  const see = (what: string) => {
    seen.push(what);
    events.changed();
  };
  const handshake = new ElectionHandshake(server.tcp, timeoutMs, {
    onIdentified: ({ serverId }, rest) => see(`server ${serverId}, ${rest.length} more`),
    onRefused: (reason) => see(reason),
    onGone: () => see('gone'),
  });
  t.after(() => handshake.cancel());
  return { handshake, client, seen, happens: () => events.until(() => seen.length > 0) };
}

function cutOff(client: Socket): Promise<void> {
  return new Promise((resolve) => {
    client.once('end', resolve);
    client.once('close', () => resolve());
  });
}

test('handshake: an initial message and more → identified, the rest handed on', async (t) => {
  const { client, seen, happens } = await open(t);
  client.write(Buffer.concat([HELLO, Buffer.alloc(3)]));
  await happens();
  assert.deepEqual(seen, ['server 2, 3 more']);
});

test('handshake: something else → refused and cut off', async (t) => {
  const { client, seen } = await open(t);
  client.write(Buffer.alloc(8, 0xfe));
  await cutOff(client);
  assert.deepEqual(seen, ['malformed initial message']);
});

test('handshake: half of it, then nothing → refused after the time', async (t) => {
  const { client, seen, happens } = await open(t, 15);
  client.write(HELLO.subarray(0, 11));
  await happens();
  assert.deepEqual(seen, ['no initial message in time']);
});

test('handshake: half of it, then the end → gone', async (t) => {
  const { client, seen, happens } = await open(t);
  client.end(HELLO.subarray(0, 11));
  await happens();
  assert.deepEqual(seen, ['gone']);
});

test('handshake: cancelled → cut off, nobody is told', async (t) => {
  const { handshake, client, seen } = await open(t);
  handshake.cancel();
  await cutOff(client);
  assert.deepEqual(seen, []);
});
