import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AcceptedAuth } from '../../../src/server/quorum/auth/accepted-auth.ts';
import { makeAuth } from './auth/auth-pairs.ts';
import { dialMember } from './auth/dialled-member.ts';

const greeting = Buffer.from('I am 3.');

test('member dial: without SASL → the greeting, and then the connection', async (t) => {
  const { server, sees } = await dialMember(t, { auth: null, greeting });
  await sees('connected ');
  const end = await server();
  await end.until(() => end.received.equals(greeting));
  end.tcp.write(Buffer.from('hi'));
  await sees('bytes hi');
});

test('member dial: with SASL → greeting, exchange, and then the connection with what came', async (t) => {
  const auth = makeAuth();
  const { server, until, seen } = await dialMember(t, { auth, greeting });
  const end = await server();
  await end.until(() => end.received.length > greeting.length);
  assert.deepEqual(end.received.subarray(0, greeting.length), greeting);
  assert.deepEqual(seen, []);
  const accepted = new AcceptedAuth(end.tcp, auth, {
    onPassed: () => end.tcp.write(Buffer.from('hello')),
    onRefused: (reason) => assert.fail(reason),
    onGone: () => {},
  });
  accepted.start(end.received.subarray(greeting.length));
  // With the end of the exchange, or behind it.
  await until(() => seen.join('').replace('bytes ', '') === 'connected hello');
});

test('member dial: a wrong password → failed, with the reason', async (t) => {
  const { server, sees } = await dialMember(t, { auth: makeAuth({ password: 'x' }) });
  const end = await server();
  await end.until(() => end.received.length > 0);
  new AcceptedAuth(end.tcp, makeAuth(), {
    onPassed: () => assert.fail('passed'),
    onRefused: () => {},
    onGone: () => {},
  }).start(end.received);
  await sees('failed: 127.0.0.1 it refuses the name or the password');
});
