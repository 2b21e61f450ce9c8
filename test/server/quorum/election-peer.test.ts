/** The peer over real sockets; which side keeps a connection is tested with the election port. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import type { HostAndPort } from '../../../src/core/zab/members/ensemble-server.ts';
import { ElectionPeer } from '../../../src/server/quorum/election-peer.ts';
import { MemberDial } from '../../../src/server/quorum/member-dial.ts';
import { listenOnLoopback } from '../../io/net/socket-pairs.ts';
import { Events } from './election-ports.ts';

interface PeerFacts {
  readonly configured?: readonly HostAndPort[];
  readonly isLarger?: boolean;
  readonly dialBackMs?: number;
}

function makePeer(t: TestContext, facts: PeerFacts) {
  const events = new Events();
  const seen: string[] = [];
  const see = (what: string) => {
    seen.push(what);
    events.changed();
  };
  const peer = new ElectionPeer(
    {
      dial: (learned, on) =>
        new MemberDial(
          {
            addresses: [...learned, ...(facts.configured ?? [])],
            keepAlive: false,
            timeoutMs: 5_000,
            auth: null,
          },
          on,
        ),
      keeps(tcp) {
        if (facts.isLarger !== false) return true;
        tcp.end(1_000);
        return false;
      },
      onMessage: (bytes) => {
        see(`message ${Buffer.from(bytes)}`);
        return null;
      },
      onUp: () => see('up'),
      onDown: () => see('down'),
      onMalformed: (reason) => see(reason),
      onUnreachable: (reason, failures) => see(`${failures}: ${reason}`),
    },
    { firstMs: 1, maxMs: 4, dialBackMs: facts.dialBackMs ?? 1_000 },
  );
  t.after(() => peer.close());
  return { peer, seen, sees: (what: string) => events.until(() => seen.includes(what)) };
}

const NOBODY = { host: '127.0.0.1', port: 1 };

test('peer: nobody answers → tried again and again while a message waits, with the count', async (t) => {
  const { peer, seen, sees } = makePeer(t, { configured: [NOBODY] });
  assert.equal(peer.isIdle, true);
  peer.send(Buffer.from('vote'));
  assert.equal(peer.isIdle, false);
  await sees('4: 127.0.0.1:1 ECONNREFUSED');
  assert.equal(peer.unreachableReason, '127.0.0.1:1 ECONNREFUSED');
  assert.equal(seen.length, 4);
});

test('peer: asked for a connection without a message → one attempt', async (t) => {
  const { peer, seen, sees } = makePeer(t, { configured: [NOBODY] });
  peer.connect();
  await sees('1: 127.0.0.1:1 ECONNREFUSED');
  assert.equal(peer.isIdle, true);
  assert.equal(seen.length, 1);
});

test('peer: asked to dial back → at the address that it was told first', async (t) => {
  const { listener } = await listenOnLoopback(t);
  const { peer, seen, sees } = makePeer(t, { configured: [NOBODY] });
  peer.dialBack([{ host: '127.0.0.1', port: listener.port }]);
  await sees('up');
  assert.equal(peer.isConnected, true);
  assert.deepEqual(seen, ['up']);
});

test('peer: the smaller one is not dialled back → it says so and asks again', async (t) => {
  const { listener } = await listenOnLoopback(t);
  const { peer, sees } = makePeer(t, {
    configured: [{ host: '127.0.0.1', port: listener.port }],
    isLarger: false,
    dialBackMs: 5,
  });
  peer.send(Buffer.from('vote'));
  await sees('2: it does not dial back');
});

test('peer: a connection replaced by another → the last message goes out on the new one', async (t) => {
  const { open } = await listenOnLoopback(t);
  const [first, second] = [await open(), await open()];
  const { peer, seen } = makePeer(t, {});
  peer.adopt(first.server.tcp);
  const before = once(first.client, 'data');
  peer.send(Buffer.from('vote'));
  assert.equal(String((await before)[0]), 'vote');
  const after = once(second.client, 'data');
  peer.adopt(second.server.tcp);
  assert.equal(String((await after)[0]), 'vote');
  await new Promise((resolve) => first.client.once('close', resolve).resume().end());
  assert.deepEqual(seen, ['up', 'down', 'up']);
});

test('peer: the connection ends with a message not yet taken → dialled for it', async (t) => {
  const { listener, open } = await listenOnLoopback(t);
  const { server, client } = await open();
  const { peer, seen, sees } = makePeer(t, {
    configured: [{ host: '127.0.0.1', port: listener.port }],
  });
  peer.adopt(server.tcp);
  client.pause();
  for (let i = 0; i < 100; i++) peer.send(Buffer.alloc(500_000));
  client.resetAndDestroy();
  await sees('down');
  await new Promise<void>((resolve) => setImmediate(resolve));
  await sees('up');
  assert.equal(peer.isIdle, false);
  assert.ok(seen.length >= 2);
});
