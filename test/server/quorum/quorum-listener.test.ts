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
import { findFreePort } from '../../interop/running-server.ts';

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
