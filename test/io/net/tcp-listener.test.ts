import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'node:test';
import { TcpListener } from '../../../src/io/net/tcp-listener.ts';
import { listenOnLoopback } from './socket-pairs.ts';

const EVENTS = { onConnection: () => {}, onError: () => {} };

test('listener: port 0 → a port of the system, known once it listens', async (t) => {
  const { listener, open } = await listenOnLoopback(t);
  assert.ok(listener.port > 0);
  const { client } = await open();
  assert.equal(client.remotePort, listener.port);
});

test('listener: a port that is taken → listen rejects, with the code', async (t) => {
  const { listener } = await listenOnLoopback(t);
  const options = { port: listener.port, address: '127.0.0.1', backlog: -1, keepAlive: false };
  const second = new TcpListener(options, EVENTS);
  await assert.rejects(second.listen(), (error: Error & { code?: string }) => {
    return error.code === 'EADDRINUSE';
  });
});

test('listener: closed → nobody new, and who is connected goes on', async (t) => {
  const { listener, open } = await listenOnLoopback(t);
  const { port } = listener;
  const { server, client } = await open();
  server.tcp.start(server);
  listener.close();
  const late = connect({ port, host: '127.0.0.1' });
  const [error] = await once(late, 'error');
  assert.equal(error.code, 'ECONNREFUSED');
  client.write('still');
  await server.until(() => server.received.length === 5);
});

test('listener: all addresses → an IPv4 client is shown by its IPv4 address', async (t) => {
  const addresses: string[] = [];
  const options = { port: 0, address: null, backlog: 5, keepAlive: true };
  const listener = new TcpListener(options, {
    onConnection: (tcp) => {
      addresses.push(tcp.address);
      tcp.reset();
    },
    onError: () => {},
  });
  await listener.listen();
  t.after(() => listener.close());
  const client = connect({ port: listener.port, host: '127.0.0.1' });
  client.on('error', () => {});
  client.resume();
  await new Promise((resolve) => client.once('close', resolve));
  assert.deepEqual(addresses, ['127.0.0.1']);
});
