import assert from 'node:assert/strict';
import type { LookupFunction } from 'node:net';
import { type TestContext, test } from 'node:test';
import type { TcpConnection } from '../../../src/io/net/tcp-connection.ts';
import { TcpDial, type TcpDialOptions } from '../../../src/io/net/tcp-dial.ts';
import { TcpListener } from '../../../src/io/net/tcp-listener.ts';
import { listenOnLoopback, ServerEnd } from './socket-pairs.ts';

type Outcome =
  | { readonly kind: 'connected'; readonly tcp: TcpConnection }
  | { readonly kind: 'failed'; readonly reason: string };

function dial(t: TestContext, options: Partial<TcpDialOptions> & { port: number }) {
  let attempt: TcpDial | undefined;
  const outcome = new Promise<Outcome>((resolve) => {
    attempt = new TcpDial(
      { host: '127.0.0.1', keepAlive: false, timeoutMs: 10_000, ...options },
      {
        onConnected: (tcp) => resolve({ kind: 'connected', tcp }),
        onFailed: (reason) => resolve({ kind: 'failed', reason }),
      },
    );
  });
  t.after(() => attempt?.cancel());
  return { outcome, cancel: () => attempt?.cancel() };
}

test('dial: somebody listens → a connection that reads and writes as an accepted one', async (t) => {
  const accepted: ServerEnd[] = [];
  const listener = new TcpListener(
    { port: 0, address: '127.0.0.1', backlog: -1, keepAlive: false },
    {
      onConnection(tcp) {
        const end = new ServerEnd(tcp);
        accepted.push(end);
        tcp.start(end);
        // Before the dialler reads: nothing of it may be lost.
        tcp.write(Buffer.from('first'));
      },
      onError: (error) => assert.fail(error),
    },
  );
  await listener.listen();
  t.after(() => listener.close());
  const result = await dial(t, { port: listener.port }).outcome;
  assert.ok(result.kind === 'connected');
  const near = new ServerEnd(result.tcp);
  result.tcp.start(near);
  await near.until(() => near.received.length === 5);
  assert.equal(near.received.toString(), 'first');
  const [far] = accepted;
  assert.ok(far !== undefined);
  assert.equal(result.tcp.port, listener.port);
  const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, at) => (at * 7) % 251));
  result.tcp.write(bytes);
  await far.until(() => far.received.length === bytes.length);
  assert.deepEqual(far.received, bytes);
  result.tcp.end(1000);
  await far.until(() => far.closes === 1);
  await near.until(() => near.closes === 1);
});

test('dial: nobody listens → ECONNREFUSED', async (t) => {
  const { listener } = await listenOnLoopback(t);
  const { port } = listener;
  listener.close();
  assert.deepEqual(await dial(t, { port }).outcome, { kind: 'failed', reason: 'ECONNREFUSED' });
});

test('dial: a name that is none → the reason of the resolver', async (t) => {
  const result = await dial(t, { host: 'no-such-host.invalid', port: 2888 }).outcome;
  assert.ok(result.kind === 'failed');
  assert.match(result.reason, /^(ENOTFOUND|EAI_AGAIN)$/);
});

test('dial: a resolver that never answers → given up after the time', async (t) => {
  const lookup = () => {};
  const result = await dial(t, { host: 'zoo1', port: 2888, timeoutMs: 30, lookup }).outcome;
  assert.deepEqual(result, { kind: 'failed', reason: 'no connection in 30 ms' });
});

test('dial: a name whose address changes → looked up at each attempt', async (t) => {
  const { listener } = await listenOnLoopback(t);
  let address = '127.0.0.2';
  const lookup: LookupFunction = (_name, { all }, callback) => {
    if (all === true) callback(null, [{ address, family: 4 }]);
    else callback(null, address, 4);
  };
  const options = { host: 'zoo1', port: listener.port, lookup };
  const before = await dial(t, options).outcome;
  assert.deepEqual(before, { kind: 'failed', reason: 'ECONNREFUSED' });
  address = '127.0.0.1';
  const after = await dial(t, options).outcome;
  assert.ok(after.kind === 'connected');
  after.tcp.destroy();
});

test('dial: cancelled → nobody is told, and the other side sees the end', async (t) => {
  const { listener } = await listenOnLoopback(t);
  let isTold = false;
  const attempt = new TcpDial(
    { host: '127.0.0.1', port: listener.port, keepAlive: false, timeoutMs: 1000 },
    {
      onConnected: () => {
        isTold = true;
      },
      onFailed: () => {
        isTold = true;
      },
    },
  );
  attempt.cancel();
  // A second attempt that succeeds was begun later.
  const other = await dial(t, { port: listener.port }).outcome;
  assert.ok(other.kind === 'connected');
  other.tcp.destroy();
  assert.equal(isTold, false);
});
