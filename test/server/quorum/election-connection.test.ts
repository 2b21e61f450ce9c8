import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import { ElectionConnection } from '../../../src/server/quorum/election-connection.ts';
import { listenOnLoopback } from '../../io/net/socket-pairs.ts';
import { Events } from './election-ports.ts';

async function open(t: TestContext) {
  const { open: openPair } = await listenOnLoopback(t);
  const { server, client } = await openPair();
  const events = new Events();
  const seen: string[] = [];
  const see = (what: string) => {
    seen.push(what);
    events.changed();
  };
  const connection = new ElectionConnection(server.tcp, {
    onMessage: (bytes) => {
      see(`message ${Buffer.from(bytes)}`);
      return String(Buffer.from(bytes)) === 'no' ? 'no message' : null;
    },
    onDrain: () => see('drain'),
    onMalformed: (reason) => see(`malformed ${reason}`),
    onClose: () => see('close'),
  });
  const sees = (what: string) => events.until(() => seen.includes(what));
  return { connection, client, seen, sees };
}

test('connection: messages that came before the start and after → in order', async (t) => {
  const { connection, client, seen, sees } = await open(t);
  connection.start(Buffer.from('0000000161000000', 'hex'));
  client.write(Buffer.from('0162', 'hex'));
  await sees('message b');
  assert.deepEqual(seen, ['message a', 'message b']);
  client.destroy();
  await sees('close');
});

test('connection: closed by the receiver of a message → no more of what was read already', async (t) => {
  const { connection, client, seen } = await open(t);
  const two = Buffer.from('00000001610000000162', 'hex');
  const closed = once(client, 'close');
  client.resume();
  const ended = new ElectionConnection({ start() {}, destroy() {}, write: () => true } as never, {
    onMessage: (bytes) => {
      seen.push(Buffer.from(bytes).toString());
      ended.close();
      return null;
    },
    onDrain: () => {},
    onMalformed: () => assert.fail(),
    onClose: () => assert.fail(),
  });
  ended.start(two);
  ended.onClose();
  assert.deepEqual(seen, ['a']);
  connection.close();
  client.end();
  await closed;
});

test('connection: an empty frame → malformed, then the end', async (t) => {
  const { connection, client, seen, sees } = await open(t);
  connection.start(new Uint8Array(0));
  client.write(Buffer.alloc(4));
  await sees('close');
  assert.deepEqual(seen, ['malformed Len error 0', 'close']);
});

test('connection: more than the system takes → stalled until it drains', async (t) => {
  const { connection, client, sees } = await open(t);
  connection.start(new Uint8Array(0));
  client.pause();
  while (!connection.isStalled) connection.send(new Uint8Array(500_000));
  client.resume();
  await sees('drain');
  assert.equal(connection.isStalled, false);
});

test('connection: a message that is none → malformed, then the end', async (t) => {
  const { connection, client, seen, sees } = await open(t);
  connection.start(Buffer.from('000000026e6f0000000161', 'hex'));
  await sees('close');
  assert.deepEqual(seen, ['message no', 'malformed no message', 'close']);
  client.destroy();
});
