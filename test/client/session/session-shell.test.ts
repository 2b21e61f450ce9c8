import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { ZooKeeper } from '../../../src/client/index.ts';
import { frame, writeStat } from '../machine/machine-rig.ts';
import { type FakeNetwork, fakeNetwork, framesOf } from './fake-dial.ts';

function connected(t: TestContext) {
  const network: FakeNetwork = fakeNetwork();
  const zk = new ZooKeeper('a:1', { deps: { dial: network.dial } });
  const connection = network.connect();
  connection.accept();
  t.after(async () => {
    const closed = zk.close();
    connection.handlers?.onClose();
    await closed;
  });
  return { network, zk, connection };
}

const reply = (xid: number) =>
  frame((writer) => {
    writer.int(xid);
    writer.longFromNumber(9);
    writer.int(0);
    writeStat(writer);
  });
const event = (path: string) =>
  frame((writer) => {
    writer.int(-1);
    writer.longFromNumber(-1);
    writer.int(0);
    writer.int(3);
    writer.int(3);
    writer.ustring(path);
  });

test('session shell: all requests of one turn → one write', async (t) => {
  const { zk, connection } = connected(t);
  await connection.written(1);
  const replies = ['/1', '/2', '/3'].map((path) => zk.exists(path));
  await connection.written(2);
  assert.equal(framesOf(connection.writes[1] as Uint8Array).length, 3);
  // Requests that the readers of one chunk of replies make leave in one write, too.
  const followers = replies.map((each) => each.then(() => zk.exists('/next')));
  connection.say(Buffer.concat([reply(1), reply(2), reply(3)]));
  await connection.written(3);
  assert.equal(framesOf(connection.writes[2] as Uint8Array).length, 3);
  connection.say(Buffer.concat([reply(4), reply(5), reply(6)]));
  await Promise.all(followers);
});

test('session shell: reply, event, reply in one chunk → seen in that order', async (t) => {
  const { zk, connection } = connected(t);
  const seen: string[] = [];
  const first = zk.exists('/a', { watch: () => seen.push('event') }).then(() => seen.push('first'));
  const second = zk.exists('/b').then(() => seen.push('second'));
  await connection.written(2);
  connection.say(Buffer.concat([reply(1), event('/a'), reply(2)]));
  await Promise.all([first, second]);
  assert.deepEqual(seen, ['first', 'event', 'second']);
});

test('session shell: reply and event in chunks of one turn → seen in that order', async (t) => {
  const { zk, connection } = connected(t);
  connection.sharesTurns = true;
  const seen: string[] = [];
  const first = zk.exists('/a', { watch: () => seen.push('event') }).then(() => seen.push('first'));
  const second = zk.exists('/b').then(() => seen.push('second'));
  await connection.written(2);
  connection.say(reply(1));
  connection.say(event('/a'));
  connection.say(reply(2));
  await Promise.all([first, second]);
  assert.deepEqual(seen, ['first', 'event', 'second']);
});

test('session shell: attempt failed → the next one, with the reason in the state', async (t) => {
  const network = fakeNetwork();
  const zk = new ZooKeeper('a:1,b:1', { shuffleHosts: false, deps: { dial: network.dial } });
  t.after(() => zk.close());
  network.attempts[0]?.events.onFailed('ECONNREFUSED');
  while (network.attempts.length < 2) await new Promise(setImmediate);
  assert.deepEqual(
    network.attempts.map(({ host }) => host),
    ['a', 'b'],
  );
  await assert.rejects(zk.connected({ timeoutMs: 1 }), /RequestTimeout: connect: not connected/);
});

test('session shell: closed while dialling → the attempt is cancelled', async () => {
  const network = fakeNetwork();
  const zk = new ZooKeeper('a:1', { deps: { dial: network.dial } });
  const waiting = assert.rejects(zk.connected(), /InvalidState/);
  await zk.close();
  await waiting;
  assert.equal(network.attempts[0]?.isCancelled, true);
});
