import assert from 'node:assert/strict';
import { test } from 'node:test';
import { firstSessionId, SessionIds } from '../../../src/core/sessions/session-ids.ts';

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

test('session id: of one start → in sequence', () => {
  const ids = new SessionIds(3, { seedMs: 5, lastZxid: 0 });
  const first = firstSessionId(5, 3);
  assert.deepEqual([ids.next(), ids.next()], [first, first + 1n]);
});

test('session id: the epoch counts as txns → another leader, other ids', () => {
  const before = new SessionIds(3, { seedMs: 5, lastZxid: 2 ** 32 + 7 }).next();
  const after = new SessionIds(3, { seedMs: 5, lastZxid: 2 ** 33 }).next();
  assert.ok(after > before + 65_536n);
});

test('session id: a former id is ahead of the clock → a later start makes ids by its clock all the same', () => {
  const lastZxid = 15 * 2 ** 32;
  const highestId = new SessionIds(3, { seedMs: 1000, lastZxid }).next();
  assert.ok(highestId > firstSessionId(3000, 3));
  const local = new SessionIds(3, { seedMs: 2000, lastZxid, highestId }).next();
  // No txn tells of a local session: the highest id that is remembered is the same.
  const later = new SessionIds(3, { seedMs: 3000, lastZxid, highestId }).next();
  assert.ok(later > local && local > highestId);
});

test('session id: the clock set back → behind the highest that is remembered', () => {
  const highestId = new SessionIds(3, { seedMs: 90_000, lastZxid: 7 }).next();
  assert.ok(new SessionIds(3, { seedMs: 5, lastZxid: 8, highestId }).next() > highestId);
});
