/** Time limits, signals and repetition, on a network that the test plays. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import {
  isZooKeeperError,
  retryTimes,
  ZooKeeper,
  type ZooKeeperError,
  type ZooKeeperOptions,
} from '../../../src/client/index.ts';
import { OpCode } from '../../../src/protocol/op-code.ts';
import { frame, writeStat } from '../machine/machine-rig.ts';
import { type FakeConnection, fakeNetwork } from '../session/fake-dial.ts';

function rig(t: TestContext, options: ZooKeeperOptions = {}) {
  const network = fakeNetwork();
  const zk = new ZooKeeper('a:1', {
    ...{ reconnect: { baseMs: 1, maxMs: 1 }, deps: { dial: network.dial }, ...options },
  });
  let connection = connect();
  function connect(): FakeConnection {
    const next = network.connect();
    next.accept();
    return next;
  }
  t.after(async () => {
    const closed = zk.close();
    connection.handlers?.onClose();
    await closed;
  });
  return {
    zk,
    /** The connection breaks, and a new one stands. */
    async reconnect(): Promise<void> {
      const { length } = network.attempts;
      connection.handlers?.onClose();
      while (network.attempts.length === length) await new Promise(setImmediate);
      connection = connect();
    },
    breakOff: () => connection.handlers?.onClose(),
    /** The next request: its xid and op code. */
    async request(): Promise<{ xid: number; opCode: number }> {
      const bytes = await connection.frame();
      const view = new DataView(bytes.buffer, bytes.byteOffset);
      return { xid: view.getInt32(0), opCode: view.getInt32(4) };
    },
    /** Once the connect request has left. */
    async ready(): Promise<void> {
      await connection.written(1);
    },
    reply(xid: number, { err = 0, body = writeStat as (w: never) => void } = {}): void {
      connection.say(
        frame((writer) => {
          writer.int(xid);
          writer.longFromNumber(9);
          writer.int(err);
          if (err === 0) body(writer as never);
        }),
      );
    },
  };
}

const isUnknownLoss = (error: unknown) =>
  isZooKeeperError(error, 'ConnectionLoss') && error.outcome === 'unknown';

test('time limit: no reply in time → RequestTimeout, unknown; the late reply harms nobody', async (t) => {
  const { zk, ready, request, reply } = rig(t);
  await ready();
  const [late] = [zk.setData('/a', 'x', { timeoutMs: 20 })];
  const { xid } = await request();
  await assert.rejects(late, (error: ZooKeeperError) => {
    assert.deepEqual([error.code, error.outcome, error.path], ['RequestTimeout', 'unknown', '/a']);
    return true;
  });
  const next = zk.exists('/b');
  await request();
  reply(xid);
  reply(xid + 1);
  assert.ok(await next);
});

test('time limit: no connection in time → RequestTimeout, not sent', async () => {
  const { dial } = fakeNetwork();
  const zk = new ZooKeeper('a:1', { deps: { dial } });
  await assert.rejects(zk.setData('/a', 'x', { timeoutMs: 10 }), (error: ZooKeeperError) => {
    return error.code === 'RequestTimeout' && error.outcome === 'notSent';
  });
  await zk.close();
});

test('retry: a read whose connection broke → sent again', async (t) => {
  const { zk, ready, request, reply, reconnect } = rig(t, { retry: retryTimes(3, { delayMs: 1 }) });
  await ready();
  const read = zk.exists('/a');
  await request();
  await reconnect();
  await ready();
  const { xid, opCode } = await request();
  assert.equal(opCode, OpCode.exists);
  reply(xid);
  assert.ok(await read);
});

test('retry: a write of unknown outcome → not sent again, unless told or harmless', async (t) => {
  const { zk, ready, request, reply, reconnect } = rig(t, { retry: retryTimes(3, { delayMs: 1 }) });
  await ready();
  const create = assert.rejects(zk.create('/a'), isUnknownLoss);
  await request();
  await reconnect();
  await create;
  await ready();
  const forced = zk.setData('/a', 'x', { version: 3, retryUnknown: true });
  await request();
  await reconnect();
  await ready();
  reply((await request()).xid);
  assert.ok(await forced);
  const harmless = zk.setData('/a', 'x');
  await request();
  await reconnect();
  await ready();
  reply((await request()).xid);
  assert.ok(await harmless);
});

test('retry: the policy gives up → the last error', async (t) => {
  const { zk, ready, request, reconnect } = rig(t);
  await ready();
  const read = assert.rejects(
    zk.exists('/a', { retry: retryTimes(1, { delayMs: 1 }) }),
    isUnknownLoss,
  );
  for (let i = 0; i < 2; i++) {
    await request();
    await reconnect();
    await ready();
  }
  await read;
});

test('retry: an answer of the server → no reason to repeat', async (t) => {
  const { zk, ready, request, reply } = rig(t, { retry: retryTimes(9, { delayMs: 1 }) });
  await ready();
  const read = zk.getData('/a');
  reply((await request()).xid, { err: -101 });
  await assert.rejects(read, (error) => isZooKeeperError(error, 'NoNode'));
});

test('retry: aborted in the pause → the signal’s reason', async (t) => {
  const { zk, ready, request, reconnect } = rig(t);
  await ready();
  const controller = new AbortController();
  const reason = new Error('enough');
  const options = { retry: retryTimes(1, { delayMs: 60_000 }), signal: controller.signal };
  const read = assert.rejects(zk.exists('/a', options), reason);
  await request();
  await reconnect();
  await new Promise(setImmediate);
  controller.abort(reason);
  await read;
});

test('protect: creation not answered and not found by its id → the loss, if not to be repeated', async (t) => {
  const { zk, ready, request, reply, reconnect } = rig(t);
  await ready();
  const created = zk.create('/locks/n-', '', { protect: true, mode: 'ephemeralSequential' });
  await request();
  await reconnect();
  await ready();
  const sync = await request();
  assert.equal(sync.opCode, OpCode.sync);
  reply(sync.xid, { body: () => {} });
  const list = await request();
  assert.equal(list.opCode, OpCode.getChildren);
  const rest = created.catch((error: unknown) => error);
  reply(list.xid, {
    body: ((writer: { int(n: number): void; ustring(s: string): void }) => {
      writer.int(1);
      writer.ustring('n-0000000007');
    }) as (w: never) => void,
  });
  // The other client's is not taken for it, and the policy allows no repetition.
  assert.ok(isUnknownLoss(await rest));
});

test('addAuth: aborted or out of time → rejects, the identity is kept', async (t) => {
  const { zk, ready } = rig(t);
  await ready();
  await assert.rejects(zk.addAuth('digest', 'a:b', { timeoutMs: 5 }), (error) => {
    return isZooKeeperError(error, 'RequestTimeout');
  });
  const reason = new Error('enough');
  const signal = AbortSignal.abort(reason);
  await assert.rejects(zk.addAuth('digest', 'a:b', { signal }), reason);
});
