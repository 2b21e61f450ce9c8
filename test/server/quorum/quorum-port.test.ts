import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import type { HostAndPort } from '../../../src/core/zab/members/ensemble-server.ts';
import { TcpListener } from '../../../src/io/net/tcp-listener.ts';
import { silentLogger } from '../../../src/server/logging/logger.ts';
import type { DialTarget } from '../../../src/server/quorum/peer-contract.ts';
import { QuorumPort } from '../../../src/server/quorum/quorum-port.ts';
import { type FakeLink, FakePeer } from './fake-peer.ts';

interface Opened {
  readonly peer: FakePeer;
  readonly port: QuorumPort<FakeLink>;
  readonly listened: number;
  /** One step: what the action decides is carried out after it. */
  step(action: () => void): void;
}

type AddressesOf = (target: DialTarget) => readonly HostAndPort[];

async function open(
  t: TestContext,
  leader: readonly HostAndPort[] | AddressesOf = [],
): Promise<Opened> {
  const peer = new FakePeer();
  let depth = 0;
  const leave = () => {
    depth--;
    port.flush();
  };
  const enter = () => {
    depth++;
    assert.equal(depth, 1, 'a step within a step');
  };
  const port = new QuorumPort<FakeLink>({
    options: {
      addresses: [{ host: '127.0.0.1', port: 0 }],
      isOnAllAddresses: false,
      keepAlive: false,
      connectTimeoutMs: 5_000,
      bindTriesMax: 1,
    },
    logger: silentLogger,
    peer,
    addressesOf: typeof leader === 'function' ? leader : () => leader,
    enter,
    leave,
  });
  await port.listen();
  t.after(() => port.close());
  const step = (action: () => void) => {
    enter();
    action();
    leave();
  };
  return { peer, port, listened: port.addresses[0]?.port ?? 0, step };
}

async function dial(t: TestContext, port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1' });
  t.after(() => socket.destroy());
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket;
}

async function acceptOne(t: TestContext) {
  const opened = await open(t);
  const socket = await dial(t, opened.listened);
  await opened.peer.until(() => opened.peer.links.length === 1);
  const [link] = opened.peer.links;
  assert.ok(link !== undefined);
  return { ...opened, socket, link };
}

function listen(t: TestContext): Promise<{ port: number; sockets: Socket[] }> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => {});
  });
  t.after(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve({ port: typeof address === 'object' ? (address?.port ?? 0) : 0, sockets });
    });
  });
}

test('quorum port: somebody connects → a link of its address, bytes both ways', async (t) => {
  const { peer, link, socket, step } = await acceptOne(t);
  assert.equal(link.remote.address, '127.0.0.1');
  assert.equal(link.remote.port, socket.localPort);
  socket.write('from the learner');
  await peer.until(() => link.received.length === 16);
  const answer = once(socket, 'data');
  step(() => link.write(Buffer.from('from the leader')));
  assert.equal(String((await answer)[0]), 'from the leader');
  assert.equal(link.output.length, 0, 'released');
});

test('quorum port: a link that is paused → is not read until it goes on', async (t) => {
  const { peer, listened } = await open(t);
  peer.onAccept = (link) => link.pause(true);
  const socket = await dial(t, listened);
  await peer.until(() => peer.links.length === 1);
  await new Promise<void>((resolve) => socket.write('early', () => resolve()));
  peer.onAccept = () => {};
  // A whole exchange on another link: the bytes have long been there.
  const other = await dial(t, listened);
  other.write('x');
  await peer.until(() => peer.links[1]?.received.length === 1);
  assert.equal(peer.links[0]?.received.length, 0);
  peer.onAccept = () => peer.links[0]?.pause(false);
  await dial(t, listened);
  await peer.until(() => peer.links[0]?.received.length === 5);
});

test('quorum port: the peer closes a link → its last bytes arrive, it is told once', async (t) => {
  const { peer, link, socket, step } = await acceptOne(t);
  const chunks: Buffer[] = [];
  socket.on('data', (bytes) => chunks.push(bytes));
  const ended = once(socket, 'end');
  step(() => {
    link.write(Buffer.from('last words'));
    link.close('learner is silent');
  });
  await ended;
  assert.equal(Buffer.concat(chunks).toString(), 'last words');
  await peer.until(() => link.events.includes('closed'));
  socket.end();
  await new Promise((resolve) => socket.once('close', resolve));
  assert.deepEqual(link.events, ['closed']);
});

test('quorum port: the other side goes → the peer is told once', async (t) => {
  const { peer, link, socket } = await acceptOne(t);
  socket.write('bye');
  await peer.until(() => link.received.length === 3);
  socket.resetAndDestroy();
  await peer.until(() => link.events.includes('closed'));
  assert.deepEqual(link.events, ['closed']);
});

test('quorum port: more to send → the next piece is asked for when the last is taken', async (t) => {
  const { peer, link, socket, step } = await acceptOne(t);
  const piece = Buffer.alloc(300_000, 7);
  let pieces = 1;
  peer.onDrained = (drained) => {
    assert.equal(drained.isCongested, false);
    assert.equal(drained.output.length, 0);
    pieces++;
    drained.write(piece);
    if (pieces === 40) drained.hasMore = false;
  };
  let received = 0;
  step(() => {
    link.hasMore = true;
    link.write(piece);
  });
  await new Promise<void>((resolve) => {
    socket.on('data', (bytes) => {
      received += bytes.length;
      if (received === 40 * piece.length) resolve();
    });
  });
  assert.equal(link.events.filter((event) => event === 'drained').length, 39);
});

test('quorum port: a learner that does not read → congested, and no more is asked for', async (t) => {
  const { peer, link, socket, step } = await acceptOne(t);
  socket.pause();
  let pieces = 0;
  const send = () => {
    pieces++;
    link.write(Buffer.alloc(1_000_000));
  };
  peer.onDrained = send;
  link.hasMore = true;
  step(send);
  while (!link.isCongested) await new Promise<void>((resolve) => setImmediate(resolve));
  const before = pieces;
  for (let turn = 0; turn < 10; turn++) await new Promise<void>((r) => setImmediate(r));
  assert.equal(pieces, before);
  socket.resume();
  await peer.until(() => pieces > before);
  link.hasMore = false;
});

test('quorum port: dial → the first address that answers; what was written before goes first', async (t) => {
  const leader = await listen(t);
  const addresses = [
    { host: '127.0.0.1', port: 1 },
    { host: '127.0.0.1', port: leader.port },
  ];
  const { peer, port, step } = await open(t, addresses);
  const link = peer.createLink();
  step(() => {
    port.dial(link, { sid: 2, isObserverMaster: false });
    link.write(Buffer.from('hello'));
  });
  await peer.until(() => link.events.includes('opened'));
  const [socket] = leader.sockets;
  assert.ok(socket !== undefined);
  if (socket.readableLength === 0) await once(socket, 'readable');
  assert.equal(String(socket.read()), 'hello');
  socket.write('and back');
  await peer.until(() => link.received.length === 8);
});

test('quorum port: dial, and nobody answers or there is no address → closed, never opened', async (t) => {
  const { peer, port, step } = await open(t, [{ host: '127.0.0.1', port: 1 }]);
  const link = peer.createLink();
  step(() => port.dial(link, { sid: 2, isObserverMaster: false }));
  await peer.until(() => link.events.length > 0);
  assert.deepEqual(link.events, ['closed']);
  const none = await open(t);
  const lost = none.peer.createLink();
  none.step(() => none.port.dial(lost, { sid: 9, isObserverMaster: false }));
  await none.peer.until(() => lost.events.length > 0);
  assert.deepEqual(lost.events, ['closed']);
});

test('quorum port: the peer gives up while it is dialled → closed once, and no connection', async (t) => {
  const leader = await listen(t);
  const { peer, port, step } = await open(t, [{ host: '127.0.0.1', port: leader.port }]);
  const link = peer.createLink();
  step(() => port.dial(link, { sid: 2, isObserverMaster: false }));
  step(() => link.close('the role ends'));
  await peer.until(() => link.events.length > 0);
  const second = peer.createLink();
  step(() => port.dial(second, { sid: 2, isObserverMaster: false }));
  await peer.until(() => second.events.includes('opened'));
  assert.deepEqual(link.events, ['closed']);
});

test('quorum port: closed → everything is cut off, and the peer hears nothing', async (t) => {
  const { port, link, socket } = await acceptOne(t);
  socket.resume();
  port.close();
  await new Promise((resolve) => socket.once('close', resolve));
  assert.deepEqual(link.events, []);
});

test('quorum port: hundreds connect and say nothing → a learner that comes then is heard', async (t) => {
  const { peer, listened } = await open(t);
  const talking = await dial(t, listened);
  talking.write('learner');
  await peer.until(() => peer.links[0]?.received.length === 7);
  for (let i = 0; i < 511; i++) await dial(t, listened);
  await peer.until(() => peer.links.length === 512);
  const learner = await dial(t, listened);
  learner.write('late');
  await peer.until(() => peer.links[512]?.received.length === 4);
  assert.deepEqual(peer.links[0]?.events, []);
  assert.deepEqual(peer.links[1]?.events, ['closed']);
});

test('quorum port: an observer’s connection, wherever it was accepted → a link of the peer', async (t) => {
  const { peer, port } = await open(t);
  const listener = new TcpListener(
    { port: 0, address: '127.0.0.1', backlog: -1, keepAlive: false },
    { onConnection: (tcp) => port.acceptObserver(tcp), onError() {} },
  );
  await listener.listen();
  t.after(() => listener.close());
  const socket = await dial(t, listener.port);
  socket.write('observer');
  await peer.until(() => peer.links[0]?.received.length === 8);
  assert.equal(peer.calls[0], 'acceptObserver');
});

test('quorum port: dial at the observer master port → the addresses for that are asked for', async (t) => {
  const asked: DialTarget[] = [];
  const { peer, port, step } = await open(t, (target) => {
    asked.push(target);
    return [];
  });
  const link = peer.createLink();
  step(() => port.dial(link, { sid: 2, isObserverMaster: true }));
  await peer.until(() => link.events.length > 0);
  assert.deepEqual(
    asked.map(({ sid, isObserverMaster }) => [sid, isObserverMaster]),
    [[2, true]],
  );
});
