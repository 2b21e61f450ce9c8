import assert from 'node:assert/strict';
import { test } from 'node:test';
import { firstSessionId, SessionTracker } from '../../../src/core/sessions/session-tracker.ts';

function open(): SessionTracker {
  return new SessionTracker({ tickTimeMs: 1000, serverId: 1 }, { monotonicMs: 0, seedMs: 5 });
}

test('session id: the server in the top byte, 40 bits of time, 16 bits to count in', () => {
  assert.equal(firstSessionId(0, 1), 0x0100000000000000n);
  assert.equal(firstSessionId(1, 1), 0x0100000000010000n);
  assert.equal(firstSessionId(0x18dd80, 1), 0x01000018dd800000n);
  assert.equal(firstSessionId(2 ** 40 + 3, 2), 0x0200000000030000n);
  assert.equal(firstSessionId(1.9, 1), firstSessionId(1, 1));
  assert.equal(firstSessionId(0, 0xfe), BigInt.asIntN(64, 0xfe00000000000000n));
});

test('session id: the one that means a container → one more', () => {
  assert.equal(firstSessionId(0, 0x80), -(2n ** 63n) + 1n);
});

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

test('session tracker: the clock set back over a restart → ids go on above those seen', () => {
  const options = { tickTimeMs: 1000, serverId: 1 };
  const before = new SessionTracker(options, { monotonicMs: 0, seedMs: 1_000_000 });
  const highestId = before.create(0, 5000).id;
  const after = new SessionTracker(options, { monotonicMs: 0, seedMs: 500_000, highestId });
  // Later ones than that may have ended and be forgotten: the count begins anew.
  assert.equal(after.create(0, 5000).id, ((highestId >> 16n) + 1n) << 16n);
});

test('session tracker: a highest id of another server → not followed', () => {
  const options = { tickTimeMs: 1000, serverId: 1 };
  const start = { monotonicMs: 0, seedMs: 500_000, highestId: (2n << 56n) + 5n };
  const { id } = new SessionTracker(options, start).create(0, 5000);
  assert.equal(id >> 56n, 1n);
});
