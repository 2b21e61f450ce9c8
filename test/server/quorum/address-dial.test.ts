import assert from 'node:assert/strict';
import type { LookupFunction } from 'node:net';
import { type TestContext, test } from 'node:test';
import type { HostAndPort } from '../../../src/core/zab/members/ensemble-server.ts';
import { AddressDial } from '../../../src/server/quorum/address-dial.ts';
import { listenOnLoopback } from '../../io/net/socket-pairs.ts';

interface DialFacts {
  readonly addresses: readonly HostAndPort[];
  readonly timeoutMs?: number;
  readonly lookup?: LookupFunction;
}

/** The port that it got through to, or the reason why to none. */
function dial(t: TestContext, { addresses, timeoutMs = 5_000, lookup }: DialFacts) {
  return new Promise<number | string>((resolve) => {
    const attempt = new AddressDial(
      { addresses, timeoutMs, keepAlive: false, lookup },
      {
        onConnected(tcp) {
          resolve(tcp.port);
          tcp.destroy();
        },
        onFailed: resolve,
      },
    );
    t.after(() => attempt.cancel());
  });
}

test('dial: the first address is dead, the second answers → the second', async (t) => {
  const { listener } = await listenOnLoopback(t);
  const alive = { host: '127.0.0.1', port: listener.port };
  assert.equal(await dial(t, { addresses: [{ host: '127.0.0.1', port: 1 }, alive] }), alive.port);
});

test('dial: the first never answers → the second after its time', async (t) => {
  const { listener } = await listenOnLoopback(t);
  const addresses = [
    { host: 'zoo1', port: 3888 },
    { host: '127.0.0.1', port: listener.port },
  ];
  const lookup = () => {};
  assert.equal(await dial(t, { addresses, timeoutMs: 20, lookup }), listener.port);
});

test('dial: nobody answers → every address with its reason', async (t) => {
  const addresses = [
    { host: '127.0.0.1', port: 1 },
    { host: '127.0.0.2', port: 2 },
  ];
  const reason = await dial(t, { addresses });
  assert.equal(reason, '127.0.0.1:1 ECONNREFUSED, 127.0.0.2:2 ECONNREFUSED');
});

test('dial: no address → a failure, after the caller has what it made', async () => {
  let isMade = false;
  const reason = await new Promise((resolve) => {
    new AddressDial(
      { addresses: [], timeoutMs: 1, keepAlive: false },
      { onConnected: () => assert.fail(), onFailed: (why) => resolve([why, isMade]) },
    );
    isMade = true;
  });
  assert.deepEqual(reason, ['no address is known', true]);
});

test('dial: cancelled between two addresses → nobody is told', async (t) => {
  const { listener } = await listenOnLoopback(t);
  const alive = { host: '127.0.0.1', port: listener.port };
  let told = 0;
  const attempt = new AddressDial(
    { addresses: [alive, alive], timeoutMs: 1000, keepAlive: false },
    { onConnected: () => told++, onFailed: () => told++ },
  );
  attempt.cancel();
  assert.equal(await dial(t, { addresses: [alive] }), alive.port);
  assert.equal(told, 0);
});
