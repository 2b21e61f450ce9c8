import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LearnerSessionTracker } from '../../../src/core/sessions/learner-session-tracker.ts';
import { firstSessionId } from '../../../src/core/sessions/session-ids.ts';

function open(localSessionsEnabled = false): LearnerSessionTracker {
  const options = { serverId: 3, tickTimeMs: 1000, localSessionsEnabled };
  return new LearnerSessionTracker(options, { monotonicMs: 0, seedMs: 5, lastZxid: 0 });
}

test('learner tracker: new sessions → ids of this server, past those that are known', () => {
  const tracker = open();
  const first = firstSessionId(5, 3);
  tracker.admit(first + 1n, 4000);
  const ids = [1, 2].map(() => tracker.create(0, 4000).id);
  assert.deepEqual(ids, [first, first + 2n]);
});

test('learner tracker: touched sessions → each once, with its time-out, until they are taken', () => {
  const tracker = open();
  const a = tracker.admit(7n, 4000);
  const b = tracker.admit(8n, 5000);
  tracker.admit(9n, 6000);
  for (const session of [b, a, b]) assert.equal(tracker.touch(session, 0), true);
  assert.deepEqual(tracker.takeTouched(), [
    [8n, 5000],
    [7n, 4000],
  ]);
  assert.deepEqual(tracker.takeTouched(), []);
});

test('learner tracker: admitted again with another time-out → the same session, the new one counts', () => {
  const tracker = open();
  const session = tracker.admit(7n, 4000);
  assert.equal(tracker.admit(7n, 9000), session);
  tracker.touch(session, 0);
  assert.deepEqual(tracker.takeTouched(), [[7n, 9000]]);
});

test('learner tracker: closing or closed → not touched, and nothing is told of it', () => {
  const tracker = open();
  const a = tracker.admit(7n, 4000);
  const b = tracker.admit(8n, 4000);
  for (const session of [a, b]) tracker.touch(session, 0);
  tracker.setClosing(a);
  tracker.remove(8n);
  tracker.remove(8n);
  assert.deepEqual([tracker.touch(a, 0), tracker.touch(b, 0)], [false, false]);
  assert.deepEqual(tracker.takeTouched(), []);
  assert.deepEqual([tracker.get(7n), tracker.get(8n)], [a, undefined]);
});

test('learner tracker: local sessions → expired here when they are not touched, never told', () => {
  const tracker = open(true);
  const [a, b] = [tracker.create(0, 4000), tracker.create(0, 4000)];
  assert.ok(a.isLocal && b.isLocal);
  tracker.touch(a, 3000);
  assert.deepEqual(tracker.takeTouched(), []);
  assert.deepEqual(tracker.takeExpired(5000), [b]);
  assert.equal(tracker.touch(b, 5000), false);
  assert.deepEqual(tracker.localBuckets(), [[8000, [a]]]);
});

test('learner tracker: a local session is upgraded → the leader hears of it, it expires nowhere here', () => {
  const tracker = open(true);
  const session = tracker.create(0, 4000);
  tracker.upgrade(session);
  assert.equal(session.isLocal, false);
  assert.deepEqual(tracker.takeTouched(), [[session.id, 4000]]);
  assert.deepEqual(tracker.takeExpired(60_000), []);
});
