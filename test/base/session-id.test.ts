// Session ids as they are printed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeSessionId, SESSION_ID_NONE } from '../../src/base/session-id.ts';

test('session id: signed as on the wire → printed as the unsigned hex that ZooKeeper prints', () => {
  assert.equal(describeSessionId(0x100001234560000n), '0x100001234560000');
  assert.equal(describeSessionId(-1n), '0xffffffffffffffff');
  assert.equal(describeSessionId(-(2n ** 63n)), '0x8000000000000000');
  assert.equal(describeSessionId(SESSION_ID_NONE), '0x0');
});
