import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SessionlessConnections } from '../../../src/server/throttle/sessionless-connections.ts';

test('sessionless: time over without a session → taken out once, oldest first', () => {
  const list = new SessionlessConnections<string>(10);
  list.add('a', 0);
  list.add('b', 0);
  list.add('c', 5);
  assert.deepEqual(list.takeExpired(9), []);
  assert.deepEqual(list.takeExpired(10), ['a', 'b']);
  assert.deepEqual(list.takeExpired(14), []);
  assert.deepEqual(list.takeExpired(100), ['c']);
  assert.equal(list.expiredCount, 3);
  assert.equal(list.size, 0);
});

test('sessionless: a session in time, or gone → never taken out', () => {
  const list = new SessionlessConnections<string>(10);
  list.add('a', 0);
  list.add('b', 0);
  list.remove('a');
  list.remove('a');
  assert.deepEqual(list.takeExpired(10), ['b']);
  assert.equal(list.expiredCount, 1);
});
