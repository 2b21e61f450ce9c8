import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { SESSION } from '../../../src/testing/net/first-bytes.ts';
import { RelayConnection, type RelayRules } from '../../../src/testing/net/relay-connection.ts';
import { dial, listen } from './sockets.ts';

async function make(t: TestContext) {
  const [outside, inside] = [await listen(t), await listen(t)];
  const client = await dial(t, outside.port);
  const { socket: dialler } = await outside.next();
  const rules = { target: inside.port, delayMs: 0, isHeld: () => false } satisfies RelayRules;
  let onClose = () => {};
  const closed = new Promise<void>((resolve) => {
    onClose = resolve;
  });
  const parts = { dialler, rules, caller: null, session: SESSION, onClose };
  const connection = new RelayConnection(parts);
  connection.update();
  return { client, server: await inside.next(), connection, closed };
}

test('relay connection: the answer names a session → it is known', async (t) => {
  const { client, server, connection } = await make(t);
  assert.equal(connection.session, null);
  const response = Buffer.alloc(41);
  response.writeInt32BE(37, 0);
  response.writeBigInt64BE(-5n, 12);
  server.socket.write(response);
  await client.reads(response.toString('latin1'));
  assert.equal(connection.session, -5n);
});

test('relay connection: both sides have ended → it is over', async (t) => {
  const { client, server, closed } = await make(t);
  client.socket.end();
  await server.becomes('end');
  server.socket.end();
  await closed;
});

test('relay connection: reset → both sides, and it is over', async (t) => {
  const { client, server, connection, closed } = await make(t);
  connection.reset();
  await client.becomes('ECONNRESET');
  await server.becomes('ECONNRESET');
  await closed;
});
