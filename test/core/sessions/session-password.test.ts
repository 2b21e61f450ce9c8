import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isSessionPassword, sessionPassword } from '../../../src/core/sessions/session-password.ts';

/** The last two were given by a Java server. */
const VECTORS: readonly [bigint, string][] = [
  [0x0000000000000001n, '054cc74a37327db215e702e20c73f005'],
  [0x0100000000000001n, '054cc74a37327db215e702e20c73f005'],
  [0x010000abcdef0000n, '6392a56db477dd0a797bc8b31d917902'],
  [0x01000018dd800000n, '727be06e172d2a5aa0a8ac73b8d42529'],
  [0x01000018dd800002n, '4c39ec6ed7956bd0b622de1c11c3fc8e'],
];

test('password: known ids → the bytes that every server of an ensemble computes', () => {
  for (const [id, hex] of VECTORS) {
    assert.equal(Buffer.from(sessionPassword(id)).toString('hex'), hex);
  }
});

test('password: a negative id → as its 64 bits', () => {
  assert.deepEqual(sessionPassword(-1n), sessionPassword(2n ** 64n - 1n));
});

test('password: wrong bytes, another length, null, or session 0 → refused', () => {
  const id = 0x0100000000000001n;
  const good = sessionPassword(id);
  assert.equal(isSessionPassword(id, good), true);
  for (let at = 0; at < good.length; at++) {
    const bad = good.slice();
    bad[at] = (bad[at] ?? 0) ^ 1;
    assert.equal(isSessionPassword(id, bad), false);
  }
  assert.equal(isSessionPassword(id, good.subarray(0, 15)), false);
  assert.equal(isSessionPassword(id, new Uint8Array([...good, 0])), false);
  assert.equal(isSessionPassword(id, null), false);
  assert.equal(isSessionPassword(0n, sessionPassword(0n)), false);
});
