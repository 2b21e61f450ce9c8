import assert from 'node:assert/strict';
import { test } from 'node:test';
import { firstSessionId } from '../../../src/core/sessions/session-ids.ts';
import { SessionTracker } from '../../../src/core/sessions/session-tracker.ts';

function open(): SessionTracker {
  const start = { monotonicMs: 0, seedMs: 5, lastZxid: 0 };
  return new SessionTracker({ tickTimeMs: 1000, serverId: 1 }, start);
}

test('tracker: new sessions → ids in sequence, past those that are known', () => {
  const tracker = open();
  const first = firstSessionId(5, 1);
  tracker.add(first + 1n, 0, 4000);
  const ids = [1, 2, 3].map(() => tracker.create(0, 4000).id);
  assert.deepEqual(ids, [first, first + 2n, first + 3n]);
});

test('tracker: a known id again → an assertion', () => {
  const tracker = open();
  tracker.add(7n, 0, 4000);
  assert.throws(() => tracker.add(7n, 0, 4000), /known already/);
});

test('tracker: silent for longer than its time-out → expired, closing, and still known until removed', () => {
  const tracker = open();
  const session = tracker.add(7n, 0, 4000);
  assert.deepEqual(tracker.takeExpired(4999), []);
  assert.deepEqual(tracker.takeExpired(5000), [session]);
  assert.equal(session.isClosing, true);
  assert.equal(tracker.get(7n), session);
  tracker.remove(7n);
  tracker.remove(7n);
  assert.equal(tracker.get(7n), undefined);
  assert.equal(tracker.size, 0);
});

test('tracker: closing → touching says so and does not bring it back', () => {
  const tracker = open();
  const session = tracker.add(7n, 0, 4000);
  assert.equal(tracker.touch(session, 3000), true);
  tracker.setClosing(session);
  assert.equal(tracker.touch(session, 3000), false);
  assert.deepEqual(tracker.buckets(), []);
  assert.deepEqual(tracker.takeExpired(100_000), []);
});

test('tracker: expired → touching does not bring it back either', () => {
  const tracker = open();
  const session = tracker.add(7n, 0, 4000);
  tracker.takeExpired(5000);
  assert.equal(tracker.touch(session, 5000), false);
  assert.deepEqual(tracker.buckets(), []);
});

const OPTIONS = { tickTimeMs: 1000, serverId: 1 };

test('session tracker: the clock set back over a restart → ids go on above those seen', () => {
  const start = { monotonicMs: 0, seedMs: 1_000_000, lastZxid: 0 };
  const highestId = new SessionTracker(OPTIONS, start).create(0, 5000).id;
  const back = { monotonicMs: 0, seedMs: 500_000, lastZxid: 1, highestId };
  const { id } = new SessionTracker(OPTIONS, back).create(0, 5000);
  // Later ones than the highest may have ended and be forgotten: the count begins anew.
  assert.equal(id >> 16n, (highestId >> 16n) + 1n);
});

test('session tracker: the clock set back, sessions of a later life forgotten → other ids', () => {
  const highestId = firstSessionId(1_000_000, 1);
  const ids = new Set<bigint>();
  // Each life has two sessions, with createSession and closeSession, and remembers the first only.
  for (let life = 0; life < 4; life++) {
    const start = { monotonicMs: 0, seedMs: 500_000, lastZxid: 1 + life * 4, highestId };
    const tracker = new SessionTracker(OPTIONS, start);
    for (let i = 0; i < 2; i++) ids.add(tracker.create(0, 5000).id);
  }
  assert.equal(ids.size, 8);
});

test('session tracker: two starts in one millisecond, nothing remembered → other ids', () => {
  const start = { monotonicMs: 0, seedMs: 500_000, lastZxid: 7 };
  const before = new SessionTracker(OPTIONS, start);
  const [first, second] = [before.create(0, 5000).id, before.create(0, 5000).id];
  const after = new SessionTracker(OPTIONS, { ...start, lastZxid: 11 }).create(0, 5000).id;
  assert.ok(first < second && second < after);
});

test('session tracker: a zxid beyond the bits of an id → the server in the top byte stays', () => {
  const lastZxid = 2 ** 53 - 1;
  const seedMs = 2 ** 40 - 1;
  for (const serverId of [1, 0xfe]) {
    const options = { tickTimeMs: 1000, serverId };
    const { id } = new SessionTracker(options, { monotonicMs: 0, seedMs, lastZxid }).create(0, 5);
    assert.equal(BigInt.asUintN(64, id) >> 56n, BigInt(serverId));
  }
});

test('session tracker: a highest id of another server → not followed', () => {
  const highestId = (2n << 56n) + 5n;
  const start = { monotonicMs: 0, seedMs: 500_000, lastZxid: 0, highestId };
  const { id } = new SessionTracker(OPTIONS, start).create(0, 5000);
  assert.equal(id >> 56n, 1n);
});
