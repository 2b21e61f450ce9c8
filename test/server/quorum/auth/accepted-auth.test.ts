import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { AcceptedAuth } from '../../../../src/server/quorum/auth/accepted-auth.ts';
import { listenOnLoopback } from '../../../io/net/socket-pairs.ts';
import { Events } from '../election-ports.ts';
import { makeAuth, packet, readPacket, responseTo, type TestAuthOptions } from './auth-pairs.ts';

/** What came on the connection before is `first`; what becomes of it is `seen`. */
async function accept(t: TestContext, options: TestAuthOptions = {}, first = '') {
  const { open } = await listenOnLoopback(t);
  const { server, client } = await open();
  const ended = new Promise<void>((resolve) => {
    client.once('end', resolve).once('close', resolve);
  });
  const events = new Events();
  const seen: string[] = [];
  const see = (what: string) => {
    seen.push(what);
    events.changed();
  };
  const accepted = new AcceptedAuth(server.tcp, makeAuth(options), {
    onPassed: (bytes) => {
      server.tcp.start(server);
      see(`passed ${Buffer.from(bytes).toString('latin1')}`);
    },
    onRefused: (reason) => see(`refused: ${reason}`),
    onGone: () => see('gone'),
  });
  t.after(() => accepted.cancel());
  accepted.start(Buffer.from(first, 'latin1'));
  return {
    ...{ accepted, client, server, seen, ended },
    sees: (what: string) => events.until(() => seen.includes(what)),
  };
}

test('accepted auth: the right password → SUCCESS with a proof; what comes behind is passed on', async (t) => {
  const { client, server, sees } = await accept(t);
  client.write(packet(0, ''));
  const challenge = await readPacket(client);
  assert.equal(challenge.status, 0);
  assert.match(challenge.token, /^realm="zk-quorum-sasl-md5",nonce=/);
  client.write(Buffer.concat([packet(0, responseTo(challenge.token)), Buffer.from('hello')]));
  const end = await readPacket(client);
  assert.equal(end.status, 1);
  assert.match(end.token, /^rspauth=[0-9a-f]{32}$/);
  await sees('passed hello');
  client.write(' again');
  await server.until(() => server.received.toString() === ' again');
});

test('accepted auth: a wrong password, another authzid, other bytes → ERROR, and refused', async (t) => {
  for (const [answer, reason] of [
    [(c: string) => packet(0, responseTo(c, { password: 'x' })), 'the password is wrong'],
    [(c: string) => packet(0, responseTo(c, { authzid: 'root' })), 'another authzid'],
    [() => Buffer.alloc(20), 'no packet of SASL'],
  ] as const) {
    const { client, sees, ended } = await accept(t);
    client.write(packet(0, ''));
    client.write(answer((await readPacket(client)).token));
    assert.deepEqual(await readPacket(client), { status: -1, token: '' });
    await sees(`refused: ${reason}`);
    client.resume();
    await ended;
  }
});

test('accepted auth: it does not authenticate → refused where it must, passed as it is where not', async (t) => {
  const must = await accept(t, {}, 'plain');
  must.client.write(' bytes');
  await must.sees('refused: it does not authenticate, which is required');
  const may = await accept(t, { isRequired: false }, 'plain');
  may.client.write(' bytes');
  await may.sees('passed plain bytes');
});

test('accepted auth: it failed where it need not → ERROR, and passed, as in Java', async (t) => {
  const { client, sees } = await accept(t, { isRequired: false });
  client.write(packet(0, ''));
  const { token } = await readPacket(client);
  client.write(Buffer.concat([packet(0, responseTo(token, { password: 'x' })), Buffer.from('on')]));
  assert.deepEqual(await readPacket(client), { status: -1, token: '' });
  await sees('passed on');
});

test('accepted auth: silent, gone or cancelled → cut off in time, told, not told', async (t) => {
  const silent = await accept(t, { timeoutMs: 5 });
  await silent.sees('refused: no authentication in time');
  const gone = await accept(t);
  gone.client.destroy();
  await gone.sees('gone');
  const cancelled = await accept(t);
  cancelled.accepted.cancel();
  cancelled.client.resume();
  await cancelled.ended;
  assert.deepEqual(cancelled.seen, []);
});
