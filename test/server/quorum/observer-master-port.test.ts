import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { type TestContext, test } from 'node:test';
import { makeLogger } from '../../../src/server/logging/logger.ts';
import { ObserverMasterPort } from '../../../src/server/quorum/observer-master-port.ts';
import { Events, findFreePorts } from './election-ports.ts';

async function makePort(t: TestContext) {
  const [wanted = 0] = await findFreePorts(1);
  const events = new Events();
  const log: string[] = [];
  const accepted: string[] = [];
  const port = new ObserverMasterPort({
    isOnAllAddresses: false,
    keepAlive: false,
    bindRetryMs: 5,
    logger: makeLogger('info', (_level, message) => {
      log.push(message);
      events.changed();
    }),
    addresses: () => [{ host: '127.0.0.1', port: wanted }],
    onConnection: (tcp) => {
      accepted.push(tcp.address);
      tcp.destroy();
      events.changed();
    },
  });
  t.after(() => port.close());
  return { port, wanted, events, log, accepted };
}

/** Null when it is connected, else the code of the error. */
async function tryConnect(port: number): Promise<string | null> {
  const socket = connect({ port, host: '127.0.0.1' });
  try {
    await once(socket, 'connect');
    return null;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? '';
  } finally {
    socket.destroy();
  }
}

test('observer master port: opened, closed, opened again → listens in between only', async (t) => {
  const { port, wanted, events, accepted } = await makePort(t);
  assert.equal(await tryConnect(wanted), 'ECONNREFUSED');
  for (let turn = 1; turn <= 2; turn++) {
    await port.open();
    assert.equal(port.addresses[0]?.port, wanted);
    assert.equal(await tryConnect(wanted), null);
    await events.until(() => accepted.length === turn);
    port.close();
    assert.equal(await tryConnect(wanted), 'ECONNREFUSED');
  }
  assert.deepEqual(port.addresses, []);
});

test('observer master port: opened while it listens → nothing happens', async (t) => {
  const { port, log } = await makePort(t);
  await port.open();
  await port.open();
  assert.deepEqual(log, ['listening on the observer master port']);
});

test('observer master port: the port is another’s → tried until it is free', async (t) => {
  const { port, wanted, events, log } = await makePort(t);
  const other = createServer().listen(wanted, '127.0.0.1');
  await once(other, 'listening');
  const opened = port.open();
  await events.until(() => log.length >= 2);
  assert.equal(new Set(log).size, 1);
  assert.equal(log[0], 'cannot listen on the observer master port');
  other.close();
  await opened;
  assert.equal(log.at(-1), 'listening on the observer master port');
});

test('observer master port: closed while the port is another’s → gives up', async (t) => {
  const { port, wanted, events, log } = await makePort(t);
  const other = createServer().listen(wanted, '127.0.0.1');
  t.after(() => other.close());
  await once(other, 'listening');
  const opened = port.open();
  await events.until(() => log.length >= 1);
  port.close();
  await opened;
  assert.deepEqual(port.addresses, []);
});
