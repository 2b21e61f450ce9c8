/** Servers that are none: nonsense, silence, hanging up; and addresses of other kinds. */
import assert from 'node:assert/strict';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { isZooKeeperError, ZooKeeper } from '../../src/client/index.ts';
import { cleanUp, startEmbedded } from '../server/embedded-server.ts';

/** A server that does this with each connection; its port, and how many came. */
async function listen(t: TestContext, onSocket: (socket: Socket) => void) {
  const sockets = new Set<Socket>();
  let count = 0;
  const server = createServer((socket) => {
    count++;
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    onSocket(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanUp(t, () => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { port, count: () => count };
}

const timeouts = {
  connectionTimeoutMs: 200,
  timeoutMs: 1500,
  reconnect: { baseMs: 10, maxMs: 50 },
};

const HOSTILE: Record<string, [(socket: Socket) => void, RegExp]> = {
  'an HTTP server': [
    (socket) => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n'),
    /cannot be read: Len error 1213486160/,
  ],
  'a server that hangs up at once': [(socket) => socket.destroy(), /closed the connection/],
  'a server that says nothing': [() => {}, /no session within 200 ms/],
  'a server that says too little': [(socket) => socket.write('\0\0\0\x25ab'), /no session within/],
};

for (const [what, [onSocket, reason]] of Object.entries(HOSTILE)) {
  test(`client: ${what} → tried again and again, with the reason at the end`, async (t) => {
    const { port, count } = await listen(t, onSocket);
    await assert.rejects(ZooKeeper.connect(`127.0.0.1:${port}`, timeouts), (error) => {
      assert.ok(isZooKeeperError(error, 'RequestTimeout'));
      assert.match(error.message, reason);
      return true;
    });
    assert.ok(count() >= 2, `${count()} attempts`);
  });
}

test('client: one server of three is real → found among the others', async (t) => {
  const silent = await listen(t, () => {});
  const http = await listen(t, (socket) => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n'));
  const server = await startEmbedded(t);
  const ports = [silent.port, http.port, server.port];
  const address = ports.map((port) => `127.0.0.1:${port}`).join(',');
  const options = { ...timeouts, timeoutMs: 10_000, shuffleHosts: false };
  const zk = await ZooKeeper.connect(address, options);
  cleanUp(t, () => zk.close());
  assert.equal(zk.server, `127.0.0.1:${server.port}`);
});

test('client: name that does not exist → says so', async () => {
  await assert.rejects(
    ZooKeeper.connect('no-such-host.invalid:2181', { ...timeouts, timeoutMs: 3000 }),
    /no-such-host\.invalid:2181: (ENOTFOUND|EAI_AGAIN)|no session within/,
  );
});

test('client: IPv6 address in brackets → connected', async (t) => {
  let server: { port: number };
  try {
    server = await startEmbedded(t, { clientPortAddress: '::1' });
  } catch (error) {
    return t.skip(`no server on ::1: ${String(error)}`);
  }
  const zk = await ZooKeeper.connect(`[::1]:${server.port}`);
  cleanUp(t, () => zk.close());
  assert.ok(await zk.exists('/'));
});
