/** What holds of every connection, whether it begins as a bare handle or is a socket all along. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { test } from 'node:test';
import { type Loopback, listenOnLoopback } from './socket-pairs.ts';

async function readAll(client: Socket): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of client) chunks.push(chunk);
  return Buffer.concat(chunks);
}

type Tell = (open: Loopback['open']) => Promise<void>;

const stories: { readonly title: string; readonly tell: Tell }[] = [];
const story = (title: string, tell: Tell): void => void stories.push({ title, tell });

export function tellConnectionStories(kind: string, hasSockets: boolean): void {
  for (const { title, tell } of stories) {
    test(`${kind}: ${title}`, async (t) => tell((await listenOnLoopback(t, hasSockets)).open));
  }
}

story(
  'two connections whose bytes come in turn → each hears its own, though they share a buffer',
  async (open) => {
    const pairs = await Promise.all([open(), open()]);
    for (const { server } of pairs) server.tcp.start(server);
    const sent = pairs.map((_, which) => {
      const parts = Array.from({ length: 40 }, (__, turn) =>
        Buffer.alloc(5000, which * 100 + turn),
      );
      return parts;
    });
    for (let turn = 0; turn < 40; turn++) {
      pairs.forEach(({ client }, which) => {
        client.write(sent[which]?.[turn] ?? '');
      });
    }
    await Promise.all(
      pairs.map(({ server }) => server.until(() => server.received.length >= 200_000)),
    );
    pairs.forEach(({ server }, which) => {
      assert.deepEqual(server.received, Buffer.concat(sent[which] ?? []));
    });
  },
);

story('bytes that came before the start → are not lost', async (open) => {
  const { server, client } = await open();
  await new Promise<void>((resolve) => {
    client.write('early', () => resolve());
  });
  server.tcp.start(server);
  await server.until(() => server.received.length === 5);
  assert.equal(server.received.toString(), 'early');
});

story('more than the read buffer at once → all of it, in order', async (open) => {
  const { server, client } = await open();
  server.tcp.start(server);
  const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, at) => (at * 7) % 251));
  client.write(bytes);
  await server.until(() => server.received.length === bytes.length);
  assert.deepEqual(server.received, bytes);
});

story('paused → nothing comes until it is resumed', async (open) => {
  const { server, client } = await open();
  const other = await open();
  server.tcp.start(server);
  other.server.tcp.start(other.server);
  server.tcp.pause();
  await new Promise<void>((resolve) => {
    client.write('held', () => resolve());
  });
  // A whole exchange on another connection: the bytes have long been there.
  other.client.write('seen');
  await other.server.until(() => other.server.received.length === 4);
  assert.equal(server.received.length, 0);
  server.tcp.resume();
  await server.until(() => server.received.length === 4);
  assert.equal(server.received.toString(), 'held');
});

story('paused from inside onBytes → at most what was read already comes', async (open) => {
  const { server, client } = await open();
  const { tcp } = server;
  let calls = 0;
  tcp.start({
    onBytes: (bytes) => {
      calls++;
      server.onBytes(bytes);
      tcp.pause();
    },
    onDrain: () => {},
    onClose: () => server.onClose(),
  });
  client.write(Buffer.alloc(500_000, 1));
  await server.until(() => server.received.length > 0);
  const other = await open();
  other.server.tcp.start(other.server);
  other.client.write('x');
  await other.server.until(() => other.server.received.length === 1);
  assert.equal(calls, 1);
  tcp.resume();
  await server.until(() => calls === 2);
});

story(
  'written → arrives; what the system does not take at once is counted, and then drains',
  async (open) => {
    const { server, client } = await open();
    server.tcp.start(server);
    assert.equal(server.tcp.write(Buffer.from('small')), true);
    assert.equal(server.tcp.unsentBytes, 0);
    // The client does not read: sooner or later its buffers are full.
    client.pause();
    const block = Buffer.alloc(1_000_000, 7);
    let blocks = 0;
    while (server.tcp.write(block)) blocks++;
    assert.ok(server.tcp.unsentBytes > 0);
    const all = readAll(client);
    client.resume();
    await server.until(() => server.drains > 0);
    assert.equal(server.tcp.unsentBytes, 0);
    server.tcp.end(1000);
    assert.equal((await all).length, 5 + (blocks + 1) * block.length);
  },
);

story('a few bytes had to wait → they drain, too, and it is said', async (open) => {
  const { server, client } = await open();
  server.tcp.start(server);
  client.pause();
  const block = Buffer.alloc(1000, 7);
  while (server.tcp.write(block));
  assert.ok(server.tcp.unsentBytes <= block.length);
  client.resume();
  await server.until(() => server.drains > 0);
  assert.equal(server.tcp.unsentBytes, 0);
});

story('ended → what was written arrives, then the end; later writes go nowhere', async (open) => {
  const { server, client } = await open();
  server.tcp.start(server);
  server.tcp.write(Buffer.from('last words'));
  server.tcp.end(5000);
  assert.equal(server.tcp.write(Buffer.from('too late')), true);
  const chunks: Buffer[] = [];
  client.on('data', (chunk) => chunks.push(chunk));
  client.resume();
  await once(client, 'end');
  assert.equal(Buffer.concat(chunks).toString(), 'last words');
  client.end();
  await server.until(() => server.closes === 1);
});

story('ended, and the peer does not read → cut off after the time', async (open) => {
  const { server, client } = await open();
  server.tcp.start(server);
  client.pause();
  while (server.tcp.write(Buffer.alloc(1_000_000)));
  server.tcp.end(30);
  await server.until(() => server.closes === 1);
  assert.equal(server.closes, 1);
});

story(
  'closed with everything sent → it arrives, and we are done before the peer ends',
  async (open) => {
    const { server, client } = await open();
    server.tcp.start(server);
    server.tcp.write(Buffer.from('last words'));
    server.tcp.close(60_000);
    await server.until(() => server.closes === 1);
    assert.equal(server.tcp.write(Buffer.from('too late')), true);
    assert.equal((await readAll(client)).toString(), 'last words');
  },
);

story('closed with something unsent → all of it arrives first', async (open) => {
  const { server, client } = await open();
  server.tcp.start(server);
  client.pause();
  const block = Buffer.alloc(1_000_000, 7);
  let blocks = 1;
  while (server.tcp.write(block)) blocks++;
  server.tcp.close(60_000);
  client.resume();
  assert.equal((await readAll(client)).length, blocks * block.length);
});

story('the peer ends its side → the connection closes, once', async (open) => {
  const { server, client } = await open();
  server.tcp.start(server);
  client.end('bye');
  await server.until(() => server.closes > 0);
  assert.equal(server.received.toString(), 'bye');
  server.tcp.end(1000);
  server.tcp.destroy();
  assert.equal(server.closes, 1);
});

story('the peer resets → closed, the code is known, and no error escapes', async (open) => {
  const { server, client } = await open();
  server.tcp.start(server);
  assert.equal(server.tcp.errorCode, null);
  client.resetAndDestroy();
  await server.until(() => server.closes === 1);
  assert.equal(server.tcp.errorCode, 'ECONNRESET');
  assert.equal(server.tcp.write(Buffer.from('x')), true);
});

story('reset by us → the peer sees a reset, not an end', async (open) => {
  const { server, client } = await open();
  const failed = once(client, 'error');
  client.resume();
  server.tcp.reset();
  const [error] = await failed;
  assert.equal(error.code, 'ECONNRESET');
});

story('who connects → its address and port', async (open) => {
  const { server, client } = await open();
  assert.equal(server.tcp.address, '127.0.0.1');
  assert.equal(server.tcp.port, client.localPort);
});

story(
  'finished while the peer still sends → it reads the last bytes, and no reset',
  async (open) => {
    const { server, client } = await open();
    server.tcp.start(server);
    const errors: Error[] = [];
    client.on('error', (error) => errors.push(error));
    client.pause();
    client.write('before');
    await server.until(() => server.received.length === 6);
    server.tcp.write(Buffer.from('last words'));
    server.tcp.finish(5000);
    // What comes meanwhile is taken, so that the connection need not be reset.
    client.write(Buffer.alloc(300_000));
    await server.until(() => server.received.length === 300_006);
    const chunks: Buffer[] = [];
    client.on('data', (chunk) => chunks.push(chunk));
    client.resume();
    await once(client, 'end');
    assert.equal(Buffer.concat(chunks).toString(), 'last words');
    client.end();
    await server.until(() => server.closes === 1);
    assert.deepEqual(errors, []);
  },
);

story('finished, and the peer never closes → cut off after the time', async (open) => {
  const { server } = await open();
  server.tcp.start(server);
  server.tcp.finish(20);
  await server.until(() => server.closes === 1);
});

story(
  'destroyed while another takes its descriptor → what it writes goes nowhere',
  async (open) => {
    const gone = await open();
    gone.server.tcp.start(gone.server);
    gone.server.tcp.destroy();
    const next = await open();
    next.server.tcp.start(next.server);
    assert.equal(gone.server.tcp.write(Buffer.from('astray')), true);
    next.server.tcp.write(Buffer.from('its own'));
    next.server.tcp.close(1000);
    assert.equal((await readAll(next.client)).toString(), 'its own');
  },
);

story('paused, then too much is written → still paused, and resumed all comes', async (open) => {
  const { server, client } = await open();
  server.tcp.start(server);
  server.tcp.pause();
  client.pause();
  while (server.tcp.write(Buffer.alloc(1_000_000)));
  client.write('held');
  client.resume();
  await server.until(() => server.drains > 0);
  assert.equal(server.received.length, 0);
  server.tcp.resume();
  await server.until(() => server.received.length === 4);
});

story('too much is written while it reads → it goes on reading', async (open) => {
  const { server, client } = await open();
  server.tcp.start(server);
  client.pause();
  while (server.tcp.write(Buffer.alloc(1_000_000)));
  client.write(Buffer.alloc(200_000));
  await server.until(() => server.received.length === 200_000);
});

story('handlers replaced, also after too much was written → the later ones hear', async (open) => {
  const { server, client } = await open();
  server.tcp.start({
    onBytes: () => assert.fail(),
    onDrain: () => {},
    onClose: () => assert.fail(),
  });
  client.pause();
  while (server.tcp.write(Buffer.alloc(1_000_000)));
  server.tcp.start(server);
  client.write('later');
  client.resume();
  await server.until(() => server.received.length === 5 && server.drains > 0);
  client.end();
  await server.until(() => server.closes === 1);
});
