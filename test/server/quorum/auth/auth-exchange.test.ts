import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { AuthExchange } from '../../../../src/server/quorum/auth/auth-exchange.ts';
import { listenOnLoopback } from '../../../io/net/socket-pairs.ts';
import { Events } from '../election-ports.ts';
import { packet, readPacket } from './auth-pairs.ts';

/** Takes what packets come, and is over after one whose token is `end`. */
async function exchange(t: TestContext, timeoutMs = 30_000) {
  const { open } = await listenOnLoopback(t);
  const { server, client } = await open();
  const events = new Events();
  const seen: string[] = [];
  const see = (what: string) => {
    seen.push(what);
    events.changed();
  };
  const subject = new AuthExchange(server.tcp, timeoutMs, {
    takePacket() {
      const taken = subject.readPacket();
      if (taken === null) return false;
      const token = String(Buffer.from(taken.token ?? []));
      if (token === 'end') subject.end();
      see(token);
      return true;
    },
    onWrong: (reason) => see(`wrong: ${reason}`),
    onTimeout: () => see('too late'),
    onGone: () => see('gone'),
  });
  t.after(() => subject.cancel());
  return { subject, client, seen, sees: (what: string) => events.until(() => seen.includes(what)) };
}

test('auth exchange: packets in pieces and together → each once; what comes behind the end is kept', async (t) => {
  const { subject, client, seen, sees } = await exchange(t);
  const first = packet(0, 'one');
  subject.start(first.subarray(0, 5));
  client.write(first.subarray(5));
  await sees('one');
  subject.send({ status: 0, token: Buffer.from('two') });
  assert.deepEqual(await readPacket(client), { status: 0, token: 'two' });
  client.write(Buffer.concat([packet(0, 'three'), packet(1, 'end'), packet(0, 'behind')]));
  await sees('end');
  assert.deepEqual(seen, ['one', 'three', 'end']);
  assert.deepEqual(Buffer.from(subject.bytes), packet(0, 'behind'));
  assert.equal(subject.end(), false);
});

test('auth exchange: no packet, silence, the other side goes → each is told', async (t) => {
  const wrong = await exchange(t);
  wrong.subject.start(Buffer.alloc(20));
  assert.deepEqual(wrong.seen, ['wrong: no packet of SASL']);
  const silent = await exchange(t, 5);
  silent.subject.start(Buffer.alloc(0));
  await silent.sees('too late');
  const gone = await exchange(t);
  gone.subject.start(Buffer.alloc(0));
  gone.client.destroy();
  await gone.sees('gone');
});
