import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeUnreachable } from '../../../src/server/quorum/reachability.ts';

function describe(connected: readonly number[], reasons: Readonly<Record<number, string>> = {}) {
  return describeUnreachable(
    { own: 1, voters: [1, 2, 3, 4, 5] },
    {
      isConnected: (sid) => connected.includes(sid),
      unreachableReason: (sid) => reasons[sid] ?? '',
    },
  );
}

test('reachability: more than half of the voters, with this one → nothing to say', () => {
  assert.equal(describe([3, 4]), null);
  assert.equal(describe([2, 3, 4, 5]), null);
});

test('reachability: half or less → who is missing, and why as far as it is known', () => {
  assert.equal(
    describe([4], { 2: 'zoo2:3888 ENOTFOUND' }),
    'server 2 (zoo2:3888 ENOTFOUND), server 3, server 5',
  );
});

test('reachability: two voters → both are needed', () => {
  const alone = { isConnected: () => false, unreachableReason: () => 'ECONNREFUSED' };
  assert.equal(describeUnreachable({ own: 1, voters: [1, 2] }, alone), 'server 2 (ECONNREFUSED)');
});
