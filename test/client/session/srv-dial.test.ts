import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SRV_PORT } from '../../../src/client/connect-string.ts';
import { ZooKeeper } from '../../../src/client/index.ts';
import { dialSrv, type SrvRecord } from '../../../src/client/session/srv-dial.ts';
import { fakeNetwork } from './fake-dial.ts';

const record = (name: string, priority = 0, weight = 0): SrvRecord => ({
  ...{ name, priority, weight, port: 2181 },
});

function rig(records: () => SrvRecord[], random = 0) {
  const network = fakeNetwork();
  const names: string[] = [];
  const resolveSrv = async (name: string) => {
    names.push(name);
    return records();
  };
  const dial = dialSrv({ dial: network.dial, resolveSrv, random: () => random });
  /** One attempt; resolves with the host it led to, or with why it failed. */
  const attempt = (isGood: boolean) =>
    new Promise<string>((resolve) => {
      const target = { host: '_zookeeper._tcp.example.com', port: SRV_PORT, timeoutMs: 1000 };
      dial(target, {
        onConnected: (_, host) => resolve(`${host?.host}:${host?.port}`),
        onFailed: resolve,
      });
      setImmediate(() => {
        if (isGood) network.connect();
        else network.attempts.at(-1)?.events.onFailed('ECONNREFUSED');
      });
    });
  return { attempt, names, network };
}

test('SRV records: one attempt each, the lowest priority first, looked up anew', async () => {
  const { attempt, names } = rig(() => [record('late', 2), record('a', 1), record('b', 1)]);
  const results: string[] = [];
  for (let i = 0; i < 4; i++) results.push(await attempt(false));
  assert.deepEqual(
    results.map((text) => text.split(':')[0]),
    ['a', 'b', 'late', 'a'],
  );
  assert.equal(names.length, 4);
});

test('SRV records: a connection stood → the first choice is tried again', async () => {
  const { attempt } = rig(() => [record('a', 1), record('b', 2)]);
  assert.match(await attempt(false), /^a:/);
  assert.equal(await attempt(true), 'b:2181');
  assert.equal(await attempt(true), 'a:2181');
});

test('SRV records: weights → the heavier is drawn more often', async () => {
  const counts = new Map<string, number>();
  for (let i = 0; i < 100; i++) {
    const { attempt } = rig(() => [record('light', 0, 9), record('heavy', 0, 89)], i / 100);
    const host = await attempt(true);
    counts.set(host, (counts.get(host) ?? 0) + 1);
  }
  assert.deepEqual(
    [...counts],
    [
      ['light:2181', 10],
      ['heavy:2181', 90],
    ],
  );
});

test('SRV records: none, or no answer → the attempt fails with the reason', async () => {
  assert.match(await rig(() => []).attempt(false), /has no SRV record/);
  const failing = rig(() => {
    throw new Error('querySrv ENOTFOUND');
  });
  assert.equal(await failing.attempt(false), 'querySrv ENOTFOUND');
});

test('SRV records: a client named by them → says which server it is connected to', async (t) => {
  const network = fakeNetwork();
  const resolveSrv = async () => [record('one')];
  const deps = { dial: network.dial, resolveSrv };
  const zk = new ZooKeeper('srv:_zookeeper._tcp.example.com/app', { deps });
  await new Promise(setImmediate);
  const connection = network.connect();
  connection.accept();
  t.after(async () => {
    const closed = zk.close();
    connection.handlers?.onClose();
    await closed;
  });
  assert.equal(zk.server, 'one:2181');
  assert.equal(zk.chroot, '/app');
});
