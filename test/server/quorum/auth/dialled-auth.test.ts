/** By way of MemberDial, which makes them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeAuth, packet } from './auth-pairs.ts';
import { dialMember } from './dialled-member.ts';

test('dialled auth: a server that is no SASL server, refuses, or proves nothing → said so', async (t) => {
  for (const [answer, reason] of [
    [Buffer.alloc(16), 'no packet of SASL'],
    [packet(-1, ''), 'it refuses the name or the password'],
    [packet(1, ''), 'the server sent no DIGEST-MD5 challenge; is SASL configured there?'],
    [packet(1, 'realm="r",nonce="n"'), 'it is satisfied too early'],
    [
      Buffer.concat([packet(0, 'realm="r",nonce="n"'), packet(1, 'rspauth=0')]),
      'the server did not prove that it knows the password',
    ],
  ] as const) {
    const { server, sees } = await dialMember(t, { auth: makeAuth() });
    (await server()).tcp.write(answer);
    await sees(`failed: 127.0.0.1 ${reason}`);
  }
});

test('dialled auth: silent, gone or cancelled → an end in time, told, not told', async (t) => {
  const silent = await dialMember(t, { auth: makeAuth({ timeoutMs: 5 }) });
  await silent.sees('failed: 127.0.0.1 no answer to SASL in time');
  const gone = await dialMember(t, { auth: makeAuth() });
  (await gone.server()).tcp.destroy();
  await gone.sees('failed: 127.0.0.1 it ended the connection during SASL');
  const cancelled = await dialMember(t, { auth: makeAuth() });
  const server = await cancelled.server();
  await server.until(() => server.received.length > 0);
  cancelled.dial.cancel();
  await server.until(() => server.closes === 1);
  assert.deepEqual(cancelled.seen, []);
});
