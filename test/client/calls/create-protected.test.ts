/** Creation with protection against a server that dies at the wrong moment: a proxy cuts replies. */
import assert from 'node:assert/strict';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { isZooKeeperError, retryTimes, ZooKeeper } from '../../../src/client/index.ts';
import { cleanUp } from '../../server/embedded-server.ts';
import { connectedClient } from '../connected-client.ts';

/** A proxy that can be told to swallow what the server says next, and then to cut the connection. */
async function proxied(t: TestContext) {
  const { server, zk: direct } = await connectedClient(t);
  let isDeaf = false;
  let onSwallowed: (socket: Socket) => void = () => {};
  const sockets = new Set<Socket>();
  const proxy = createServer((socket) => {
    const upstream = connect(server.port, '127.0.0.1');
    sockets.add(socket);
    socket.pipe(upstream);
    upstream.on('data', (bytes) => {
      if (isDeaf) onSwallowed(socket);
      else socket.write(bytes);
    });
    for (const each of [socket, upstream]) {
      each.on('error', () => {});
      each.on('close', () => {
        socket.destroy();
        upstream.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  cleanUp(t, () => void proxy.close());
  const { port } = proxy.address() as AddressInfo;
  const zk = await ZooKeeper.connect(`127.0.0.1:${port}`, { reconnect: { baseMs: 5 } });
  cleanUp(t, () => zk.close());
  return {
    zk,
    direct,
    /** The next reply is swallowed, then the connection cut. */
    cutAtNextReply() {
      isDeaf = true;
      onSwallowed = (socket) => {
        isDeaf = false;
        socket.destroy();
      };
    },
    swallowReplies() {
      isDeaf = true;
      return new Promise<Socket>((resolve) => {
        onSwallowed = resolve;
      });
    },
    hearAgain() {
      isDeaf = false;
      for (const socket of sockets) socket.destroy();
    },
  };
}

test('protect: done but not answered → the path of what was made, once', async (t) => {
  const { zk, direct, cutAtNextReply } = await proxied(t);
  await zk.create('/q');
  cutAtNextReply();
  const path = await zk.create('/q/n-', 'x', { mode: 'ephemeralSequential', protect: true });
  assert.match(path, /^\/q\/_c_[0-9a-f-]{36}-n-0000000000$/);
  assert.deepEqual(await direct.getChildren('/q'), [path.slice('/q/'.length)]);
  cutAtNextReply();
  const created = await zk.createWithStat('/q/m-', 'xy', {
    mode: 'ephemeralSequential',
    protect: true,
  });
  assert.equal(created.stat.dataLength, 2);
  assert.equal((await direct.getChildren('/q')).length, 2);
});

test('protect: answered → the path with its id', async (t) => {
  const { zk } = await proxied(t);
  assert.match(await zk.create('/n', '', { protect: true }), /^\/_c_[0-9a-f-]{36}-n$/);
});

test('protect: parent missing → NoNode', async (t) => {
  const { zk } = await proxied(t);
  await assert.rejects(zk.create('/none/n', '', { protect: true }), (error) => {
    return isZooKeeperError(error, 'NoNode');
  });
});

test('protect: aborted while the answer is out → what was made is deleted behind', async (t) => {
  const { zk, direct, swallowReplies, hearAgain } = await proxied(t);
  await zk.create('/q');
  const swallowed = swallowReplies();
  const controller = new AbortController();
  const options = {
    mode: 'ephemeralSequential',
    protect: true,
    signal: controller.signal,
  } as const;
  const creating = zk.create('/q/n-', 'x', { ...options, retry: retryTimes(3, { delayMs: 1 }) });
  await swallowed;
  assert.equal((await direct.getChildren('/q')).length, 1);
  const gone = new Promise<void>((resolve) => {
    void direct.getChildren('/q', { watch: () => resolve() });
  });
  const reason = new Error('enough');
  controller.abort(reason);
  await assert.rejects(creating, reason);
  hearAgain();
  await gone;
  assert.deepEqual(await direct.getChildren('/q'), []);
});

test('protect: the session ends while the node is looked for → SessionExpired, outcome unknown', async (t) => {
  const { zk, direct, swallowReplies, hearAgain } = await proxied(t);
  const swallowed = swallowReplies();
  const created = zk.create('/n-', '', { mode: 'ephemeralSequential', protect: true });
  const refused = assert.rejects(created, (error) => {
    return isZooKeeperError(error, 'SessionExpired') && error.outcome === 'unknown';
  });
  await swallowed;
  const other = await ZooKeeper.connect(direct.server ?? '', { session: zk.session });
  await other.close();
  hearAgain();
  await refused;
});

test('protect: aborted while the node is looked for → the reason of the signal', async (t) => {
  const { zk, swallowReplies } = await proxied(t);
  const swallowed = swallowReplies();
  const controller = new AbortController();
  const { signal } = controller;
  const created = zk.create('/n-', '', { mode: 'ephemeralSequential', protect: true, signal });
  const refused = assert.rejects(created, { message: 'enough' });
  const lost = new Promise<void>((resolve) => {
    zk.onState(({ state }) => {
      if (state === 'disconnected') resolve();
    });
  });
  (await swallowed).destroy();
  await lost;
  controller.abort(new Error('enough'));
  await refused;
});
