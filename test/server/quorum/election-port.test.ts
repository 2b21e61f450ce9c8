import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { encodeInitialMessage } from '../../../src/protocol/records/election.ts';
import { makeEnsemble } from './election-ports.ts';

/** Dials and says who it is. */
async function dialAs(t: TestContext, port: number, hello: Uint8Array): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1' });
  t.after(() => socket.destroy());
  socket.on('error', () => {});
  await once(socket, 'connect');
  socket.write(hello);
  return socket;
}

function frame(text: string): Buffer {
  const bytes = Buffer.alloc(4 + text.length, text);
  bytes.writeInt32BE(text.length);
  bytes.write(text, 4, 'latin1');
  return bytes;
}

function closed(socket: Socket): Promise<void> {
  socket.resume();
  return new Promise((resolve) => {
    if (socket.destroyed) resolve();
    else socket.once('close', () => resolve());
  });
}

test('election port: three that send to each other → everybody hears everybody', async (t) => {
  const ensemble = await makeEnsemble(t, [1, 2, 3]);
  const ports = await Promise.all([1, 2, 3].map((sid) => ensemble.start(sid)));
  for (const port of ports) for (const to of [1, 2, 3]) port.send(to, `from ${port.sid}`);
  for (const port of ports) {
    for (const from of [1, 2, 3]) await port.hears(from, `from ${from}`);
  }
});

test('election port: the smaller one dials → it is closed, dialled back, and heard', async (t) => {
  const ensemble = await makeEnsemble(t, [1, 2]);
  const [one, two] = [await ensemble.start(1), await ensemble.start(2)];
  one.send(2, 'hello');
  await two.hears(1, 'hello');
  two.send(1, 'and back');
  await one.hears(2, 'and back');
  assert.deepEqual(one.changes, ['up 2']);
  assert.deepEqual(two.changes, ['up 1']);
});

test('election port: messages before the other is there → the newest alone arrives', async (t) => {
  const ensemble = await makeEnsemble(t, [1, 2]);
  const two = await ensemble.start(2);
  two.send(1, 'old');
  await two.logged('cannot reach the election port');
  two.send(1, 'new');
  const one = await ensemble.start(1);
  await one.hears(2, 'new');
  assert.deepEqual(
    one.heard.map(({ text }) => text),
    ['new'],
  );
  assert.equal(two.port.unreachableReason(1), '');
});

test('election port: a server that was restarted dials → it hears the last message again', async (t) => {
  const ensemble = await makeEnsemble(t, [1, 2]);
  const [one, two] = [await ensemble.start(1), await ensemble.start(2)];
  two.send(1, 'vote');
  await one.hears(2, 'vote');
  one.port.close();
  await two.until(() => two.changes.includes('down 1'));
  const again = await ensemble.start(1);
  again.send(2, 'who leads');
  await again.hears(2, 'vote');
  await two.hears(1, 'who leads');
  assert.deepEqual(two.changes, ['up 1', 'down 1', 'up 1']);
});

test('election port: connectAll → dials who is not connected at once, though a retry is far off', async (t) => {
  const ensemble = await makeEnsemble(t, [1, 2]);
  const retry = { firstMs: 3_600_000, maxMs: 3_600_000, dialBackMs: 1_000 };
  const two = await ensemble.start(2, { retry });
  two.send(1, 'vote');
  await two.logged('cannot reach the election port');
  const one = await ensemble.start(1);
  two.port.connectAll();
  await one.hears(2, 'vote');
});

test('election port: one that never reads → the newest waits for it, others are served', async (t) => {
  const ensemble = await makeEnsemble(t, [1, 2, 3]);
  const three = await ensemble.start(3);
  const one = await ensemble.start(1);
  const hung = createServer({ pauseOnConnect: true });
  const sockets: Socket[] = [];
  hung.on('connection', (socket) => sockets.push(socket));
  await new Promise<void>((resolve) => hung.listen(ensemble.portOf(2), '127.0.0.1', resolve));
  t.after(() => {
    hung.close();
    for (const socket of sockets) socket.destroy();
  });
  three.send(2, 'first');
  await three.until(() => three.changes.includes('up 2'));
  const large = 'x'.repeat(500_000);
  for (let i = 0; i < 100; i++) three.send(2, large);
  three.send(2, 'newest');
  three.send(1, 'still here');
  await one.hears(3, 'still here');
  let length = 0;
  let end = '';
  const [socket] = sockets;
  assert.ok(socket !== undefined);
  socket.resume();
  await new Promise<void>((resolve) => {
    socket.on('data', (bytes) => {
      length += bytes.length;
      end = (end + bytes.toString('latin1')).slice(-10);
      if (end === '\x00\x00\x00\x06newest') resolve();
    });
  });
  assert.ok(length < 50 * large.length, `${length} bytes`);
});

test('election port: a name that is none → a warning; the others are served', async (t) => {
  const ensemble = await makeEnsemble(t, [1, 2, 3]);
  ensemble.addresses.set(2, [{ host: 'no-such-host.invalid', port: 3888 }]);
  const [one, three] = [await ensemble.start(1), await ensemble.start(3)];
  three.send(2, 'lost');
  three.send(1, 'found');
  await one.hears(3, 'found');
  const { sid, reason } = await three.logged('cannot reach the election port');
  assert.equal(sid, 2);
  assert.match(String(reason), /^no-such-host\.invalid:3888 (ENOTFOUND|EAI_AGAIN)$/);
  assert.equal(three.port.unreachableReason(2), reason);
});

test('election port: a server of two addresses of which one is dead → reached at the other', async (t) => {
  const ensemble = await makeEnsemble(t, [1, 2]);
  const alive = ensemble.addresses.get(1) ?? [];
  const one = await ensemble.start(1);
  ensemble.addresses.set(1, [{ host: '127.0.0.1', port: 1 }, ...alive]);
  const two = await ensemble.start(2);
  two.send(1, 'found');
  await one.hears(2, 'found');
});

test('election port: the own addresses are wildcards → it is dialled back where it is configured', async (t) => {
  const ensemble = await makeEnsemble(t, [1, 2]);
  const port = ensemble.portOf(1);
  const one = await ensemble.start(1, { addresses: [{ host: '0.0.0.0', port }] });
  const two = await ensemble.start(2);
  one.send(2, 'hello');
  await two.hears(1, 'hello');
});

test('election port: a server that is not configured and says where it listens → is answered', async (t) => {
  const ensemble = await makeEnsemble(t, [1, 2, 3]);
  const two = await ensemble.start(2);
  const addressOf = (sid: number) => ensemble.addresses.get(sid) ?? [];
  const known = new Map([
    [1, addressOf(1)],
    [3, addressOf(3)],
  ]);
  ensemble.addresses.delete(1);
  ensemble.addresses.delete(3);
  const one = await ensemble.start(1, { addresses: known.get(1) ?? [] });
  const three = await ensemble.start(3, { addresses: known.get(3) ?? [] });
  one.send(2, 'smaller');
  three.send(2, 'larger');
  await two.hears(1, 'smaller');
  await two.hears(3, 'larger');
  two.send(1, 'answer');
  await one.hears(2, 'answer');
});

test('election port: another server with the same myid → refused by name, again and again', async (t) => {
  const ensemble = await makeEnsemble(t, [2, 3]);
  const two = await ensemble.start(2);
  const hello = encodeInitialMessage({
    serverId: 2,
    addresses: [{ host: '10.9.8.7', port: 3888 }],
    isMultiAddress: false,
  });
  await closed(await dialAs(t, ensemble.portOf(2), hello));
  await closed(await dialAs(t, ensemble.portOf(2), hello));
  const { reason, sid, said, from } = await two.logged('election connection refused');
  assert.equal(reason, 'another server has the same myid as this one');
  assert.deepEqual([sid, said], [2, '10.9.8.7:3888']);
  assert.match(String(from), /^127\.0\.0\.1:\d+$/);
  assert.deepEqual([...two.port.refusals.values()], [2]);
});

test('election port: an observer without an id → dialled back under a negative one, each its own', async (t) => {
  const ensemble = await makeEnsemble(t, [1, 9]);
  const one = await ensemble.start(1);
  const server = createServer();
  const dialled: Socket[] = [];
  server.on('connection', (socket) => {
    dialled.push(socket);
    socket.on('error', () => {});
  });
  await new Promise<void>((resolve) => server.listen(ensemble.portOf(9), '127.0.0.1', resolve));
  t.after(() => {
    server.close();
    for (const socket of dialled) socket.destroy();
  });
  const hello = Buffer.from(
    encodeInitialMessage({
      serverId: 9,
      addresses: ensemble.addresses.get(9) ?? [],
      isMultiAddress: false,
    }),
  );
  hello.writeBigInt64BE(2n ** 63n - 1n, 8);
  await dialAs(t, ensemble.portOf(1), hello);
  await one.until(() => one.changes.includes('up -1'));
  await dialAs(t, ensemble.portOf(1), hello);
  await one.until(() => one.changes.includes('up -2'));
  dialled[0]?.write(frame('observing'));
  await one.until(() => one.heard.length === 1);
  assert.ok([-1, -2].includes(one.heard[0]?.from ?? 0));
});

test('election port: bytes that are no protocol → the end of that connection alone, counted', async (t) => {
  const ensemble = await makeEnsemble(t, [1, 2, 3]);
  const [one, three] = [await ensemble.start(1), await ensemble.start(3)];
  three.send(1, 'before');
  await one.hears(3, 'before');
  const port = ensemble.portOf(1);
  const hello = encodeInitialMessage({
    serverId: 2,
    addresses: [{ host: '127.0.0.1', port: 1 }],
    isMultiAddress: false,
  });
  const zero = Buffer.alloc(4);
  const tooLong = Buffer.from('00080001', 'hex');
  const negative = Buffer.from('ffffffff', 'hex');
  await closed(await dialAs(t, port, Buffer.from('\xffGET / HTTP/1.1\r\n', 'latin1')));
  const negativeId = Buffer.from(hello);
  negativeId.writeBigInt64BE(-5n, 8);
  await closed(await dialAs(t, port, negativeId));
  for (const bytes of [zero, tooLong, negative]) {
    await closed(await dialAs(t, port, Buffer.concat([hello, frame('good'), bytes])));
    await one.hears(2, 'good');
  }
  await closed(await dialAs(t, port, Buffer.concat([hello, frame('nonsense')])));
  assert.deepEqual(
    [...one.port.refusals],
    [
      ['malformed initial message', 1],
      ['a negative server id', 1],
      ['malformed frame', 4],
    ],
  );
  three.send(1, 'after');
  await one.hears(3, 'after');
});

test('election port: the longest frame, in pieces → is heard whole', async (t) => {
  const ensemble = await makeEnsemble(t, [1, 2]);
  const [one, two] = [await ensemble.start(1), await ensemble.start(2)];
  const text = 'abcdefgh'.repeat(65_536);
  two.send(1, text);
  await one.hears(2, text);
});

test('election port: connected and silent → cut off after the time', async (t) => {
  const ensemble = await makeEnsemble(t, [1]);
  const one = await ensemble.start(1, { handshakeTimeoutMs: 20 });
  await closed(await dialAs(t, ensemble.portOf(1), Buffer.from([0xff])));
  assert.deepEqual([...one.port.refusals], [['no initial message in time', 1]]);
});

test('election port: a new connection of the same server → replaces the older one', async (t) => {
  const ensemble = await makeEnsemble(t, [1, 2]);
  const one = await ensemble.start(1);
  const hello = encodeInitialMessage({
    serverId: 2,
    addresses: [{ host: '127.0.0.1', port: 1 }],
    isMultiAddress: false,
  });
  const first = await dialAs(t, ensemble.portOf(1), Buffer.concat([hello, frame('a')]));
  await one.hears(2, 'a');
  const second = await dialAs(t, ensemble.portOf(1), Buffer.concat([hello, frame('b')]));
  await closed(first);
  await one.hears(2, 'b');
  assert.deepEqual(one.changes, ['up 2', 'down 2', 'up 2']);
  const answer = once(second, 'data');
  one.send(2, 'to the new one');
  const [bytes] = await answer;
  assert.deepEqual(bytes, frame('to the new one'));
});

test('election port: strangers without end → those that are connected are kept, others refused', async (t) => {
  const ensemble = await makeEnsemble(t, [1]);
  const one = await ensemble.start(1);
  const port = ensemble.portOf(1);
  const helloOf = (sid: number) =>
    encodeInitialMessage({
      serverId: sid,
      addresses: [{ host: '::', port: 1 }],
      isMultiAddress: false,
    });
  for (let sid = 100; sid < 164; sid++) await dialAs(t, port, helloOf(sid));
  await one.until(() => one.changes.length === 64);
  await closed(await dialAs(t, port, helloOf(200)));
  assert.deepEqual(
    [...one.port.refusals],
    [['too many servers that are not in the configuration', 1]],
  );
});

test('election port: hundreds connect and say nothing → a server that comes then is heard', async (t) => {
  const ensemble = await makeEnsemble(t, [1, 2]);
  const [one, two] = [await ensemble.start(1), await ensemble.start(2)];
  const silent = await dialAs(t, ensemble.portOf(1), Buffer.alloc(0));
  for (let i = 0; i < 256; i++) await dialAs(t, ensemble.portOf(1), Buffer.alloc(0));
  await closed(silent);
  two.send(1, 'still heard');
  await one.hears(2, 'still heard');
});

test('election port: somebody says that a server listens elsewhere → dialled where it is configured', async (t) => {
  const ensemble = await makeEnsemble(t, [1, 2]);
  const [one, two] = [await ensemble.start(1), await ensemble.start(2)];
  const trap = createServer((socket) => socket.destroy());
  const trapPort = await new Promise<number>((resolve) => {
    trap.listen(0, '127.0.0.1', () => {
      const address = trap.address();
      resolve(typeof address === 'object' ? (address?.port ?? 0) : 0);
    });
  });
  t.after(() => trap.close());
  let trapped = 0;
  trap.on('connection', () => trapped++);
  const addresses = [{ host: '127.0.0.1', port: trapPort }];
  const hello = encodeInitialMessage({ serverId: 1, addresses, isMultiAddress: false });
  await closed(await dialAs(t, ensemble.portOf(2), hello));
  two.send(1, 'to the real one');
  await one.hears(2, 'to the real one');
  assert.equal(trapped, 0);
});

test('election port: closed → everybody sees the end, and nothing is tried again', async (t) => {
  const ensemble = await makeEnsemble(t, [1, 2, 3]);
  const [one, two] = [await ensemble.start(1), await ensemble.start(2)];
  two.send(3, 'nobody');
  two.send(1, 'somebody');
  await one.hears(2, 'somebody');
  two.port.close();
  await one.until(() => one.changes.includes('down 2'));
  two.send(1, 'too late');
  two.port.connectAll();
  assert.deepEqual(two.changes, ['up 1']);
});
