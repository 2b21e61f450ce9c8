import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Liveness } from '../../../src/client/machine/liveness.ts';

function connected(isReadOnly = false): Liveness {
  const liveness = new Liveness({ connectionTimeoutMs: 2000 });
  liveness.nowMs = 1000;
  liveness.onSession(9000);
  liveness.onSend();
  liveness.onUp(isReadOnly);
  return liveness;
}

test('liveness: an attempt → over after the connection time-out', () => {
  const liveness = new Liveness({ connectionTimeoutMs: 2000 });
  liveness.nowMs = 50;
  liveness.onWait(100);
  assert.equal(liveness.deadlineMs('waiting'), 150);
  liveness.onDial();
  assert.equal(liveness.deadlineMs('dialing'), 2050);
  liveness.nowMs = 2050;
  assert.ok(liveness.isAttemptOver && liveness.isDialDue);
});

test('liveness: up → ping a third after the last send, read time-out two thirds after the last byte', () => {
  const liveness = connected();
  assert.equal(liveness.deadlineMs('up'), 4000);
  liveness.nowMs = 4000;
  assert.ok(liveness.isPingDue && !liveness.isReadOver);
  liveness.onSend();
  assert.equal(liveness.deadlineMs('up'), 7000);
  liveness.onReceive();
  liveness.nowMs = 7000;
  liveness.onSend();
  liveness.nowMs = 9999;
  assert.ok(!liveness.isReadOver);
  liveness.nowMs = 10_000;
  assert.ok(liveness.isReadOver);
});

test('liveness: a program that was busy for long → a ping first, then time for its answer', () => {
  const liveness = connected();
  liveness.nowMs = 50_000;
  assert.ok(liveness.isPingDue && !liveness.isReadOver);
  liveness.onSend();
  liveness.nowMs = 52_999;
  assert.ok(!liveness.isReadOver);
  liveness.nowMs = 53_000;
  assert.ok(liveness.isReadOver);
});

test('liveness: a server that takes writes → no other one is looked for', () => {
  const liveness = connected();
  liveness.nowMs = 1_000_000;
  assert.ok(!liveness.isProbeDue);
});

test('liveness: a read-only server → others are asked, ever more rarely', () => {
  const liveness = connected(true);
  assert.equal(liveness.deadlineMs('up'), 1100);
  const pauses: number[] = [];
  for (let i = 0; i < 12; i++) {
    liveness.onSend();
    liveness.onReceive();
    const startMs = liveness.nowMs;
    while (!liveness.isProbeDue) liveness.nowMs += 50;
    pauses.push(liveness.nowMs - startMs);
    liveness.onProbe();
  }
  assert.deepEqual(pauses.slice(0, 4), [100, 200, 400, 800]);
  assert.equal(pauses.at(-1), 60_000);
});

test('liveness: an unanswered request → over after two time-outs, 30 s at least', () => {
  const liveness = connected();
  liveness.nowMs = 30_999;
  assert.ok(!liveness.isReplyOver(1000));
  liveness.nowMs = 31_000;
  assert.ok(liveness.isReplyOver(1000));
  liveness.onSession(40_000);
  assert.ok(!liveness.isReplyOver(1000));
});

test('liveness: nothing to wait for → no deadline', () => {
  assert.equal(connected().deadlineMs('over'), Infinity);
});
