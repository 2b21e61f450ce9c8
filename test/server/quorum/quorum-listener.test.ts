import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { type TestContext, test } from 'node:test';
import { StartupError } from '../../../src/server/exit-code.ts';
import { makeLogger } from '../../../src/server/logging/logger.ts';
import {
  QuorumListener,
  type QuorumListenerOptions,
} from '../../../src/server/quorum/quorum-listener.ts';
import { findFreePort } from '../../free-ports.ts';

function makeListener(t: TestContext, options: Partial<QuorumListenerOptions>) {
  const warnings: string[] = [];
  let onWarning = () => {};
  const listener = new QuorumListener({
    options: {
      name: 'quorum port',
      addresses: [],
      isOnAllAddresses: false,
      keepAlive: false,
      bindTriesMax: 3,
      bindRetryMs: 1,
      ...options,
    },
    logger: makeLogger('warn', (_level, _message, facts) => {
      warnings.push(String(facts?.['reason']));
      onWarning();
    }),
    onConnection: (tcp) => tcp.reset(),
  });
  t.after(() => listener.close());
  const warned = (count: number) =>
    new Promise<void>((resolve) => {
      onWarning = () => {
        if (warnings.length >= count) resolve();
      };
      onWarning();
    });
  return { listener, warnings, warned };
}

async function occupy(t: TestContext) {
  const server = createServer();
  const port = await findFreePort();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  t.after(() => server.close());
  return { server, address: { host: '127.0.0.1', port } };
}

/** The acceptor resets what comes; who does not listen refuses. */
async function closedByPeer(address: { host: string; port: number }): Promise<void> {
  const client = connect(address);
  client.resume();
  const [error] = await once(client, 'error');
  assert.equal(error.code, 'ECONNRESET');
}

test('listener: the port is taken and then free → it listens after some tries', async (t) => {
  const { server, address } = await occupy(t);
  const { listener, warned } = makeListener(t, { addresses: [address], bindTriesMax: 0 });
  const listening = listener.listen();
  await warned(5);
  server.close();
  await listening;
  assert.deepEqual(listener.addresses, [address]);
});

test('listener: the port stays taken → given up after all tries, with exit code 14', async (t) => {
  const { address } = await occupy(t);
  const { listener, warnings } = makeListener(t, { addresses: [address] });
  await assert.rejects(listener.listen(), (error) => {
    assert.ok(error instanceof StartupError);
    assert.equal(error.exitCode, 14);
    assert.match(error.message, /^cannot listen on the quorum port: 127\.0\.0\.1:\d+ .*EADDRINUSE/);
    return true;
  });
  assert.equal(warnings.length, 3);
});

test('listener: one of two addresses cannot be had → it goes on with the other', async (t) => {
  const free = { host: '127.0.0.1', port: await findFreePort() };
  const elsewhere = { host: '192.0.2.7', port: free.port };
  const { listener, warnings } = makeListener(t, { addresses: [elsewhere, free] });
  await listener.listen();
  assert.match(warnings.join(), /^192\.0\.2\.7:\d+ .*EADDRNOTAVAIL/);
  await closedByPeer({ port: free.port, host: free.host });
});

test('listener: on all addresses → also where it is not listed', async (t) => {
  const port = await findFreePort();
  const addresses = [{ host: '127.0.0.1', port }];
  const { listener } = makeListener(t, { addresses, isOnAllAddresses: true });
  await listener.listen();
  await closedByPeer({ port, host: '127.0.0.5' });
});

test('listener: closed while it tries → no error, and no more tries', async (t) => {
  const { address } = await occupy(t);
  const { listener, warned } = makeListener(t, {
    addresses: [address],
    bindTriesMax: 0,
    bindRetryMs: 3_600_000,
  });
  const listening = listener.listen();
  await warned(1);
  listener.close();
  await listening;
});

/** Nobody listens there. */
async function isRefused(address: { host: string; port: number }): Promise<void> {
  const [error] = await once(connect(address), 'error');
  assert.equal(error.code, 'ECONNREFUSED');
}

const local = async () => ({ host: '127.0.0.1', port: await findFreePort() });

test('listener: moved → it listens at the new address, and no more at the former', async (t) => {
  const [former, latter] = [await local(), await local()];
  const { listener } = makeListener(t, { addresses: [former] });
  await listener.listen();
  await listener.move([latter]);
  await closedByPeer(latter);
  await isRefused(former);
  assert.deepEqual(listener.addresses, [latter]);
});

test('listener: moved to another address with the same port → it gives way to itself', async (t) => {
  const { port } = await local();
  const { listener } = makeListener(t, { addresses: [{ host: '0.0.0.0', port }], bindTriesMax: 1 });
  await listener.listen();
  await listener.move([{ host: '127.0.0.1', port }]);
  await closedByPeer({ host: '127.0.0.1', port });
  await isRefused({ host: '127.0.0.5', port });
});

test('listener: moved to where it cannot be → it stays where it is', async (t) => {
  const former = await local();
  const { address } = await occupy(t);
  const { listener, warnings } = makeListener(t, { addresses: [former] });
  await listener.listen();
  await listener.move([address]);
  assert.equal(warnings.length, 3);
  await closedByPeer(former);
});

test('listener: moved while it waits for another address → that is given up', async (t) => {
  const former = await local();
  const { address, server } = await occupy(t);
  const { listener, warned } = makeListener(t, { addresses: [former], bindTriesMax: 0 });
  await listener.listen();
  const moving = listener.move([address]);
  await warned(1);
  await listener.move([former]);
  server.close();
  await moving;
  await closedByPeer(former);
  await isRefused(address);
});

test('listener: another port to listen on → it is there, and others are told the listed one', async (t) => {
  const { server, address } = await occupy(t);
  const { listener } = makeListener(t, { addresses: [address], listenPort: 0 });
  assert.equal(listener.port, 0);
  await listener.listen();
  assert.deepEqual(listener.addresses, [address]);
  assert.notEqual(listener.port, address.port);
  await closedByPeer({ ...address, port: listener.port });
  server.close();
});
