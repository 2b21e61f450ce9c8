import assert from 'node:assert/strict';
import { test } from 'node:test';
import { QuorumMaj } from '../../../../src/core/zab/members/quorum-maj.ts';

const majority = (voters: number[], observers: number[] = []) =>
  new QuorumMaj({
    version: 0,
    voters: new Set(voters),
    observers: new Set(observers),
    configText: 'server.1=…',
  });

test('majority: of 0 to 7 voters → more than half', () => {
  const needed = [1, 1, 2, 2, 3, 3, 4, 4];
  for (const [count, least] of needed.entries()) {
    const voters = Array.from({ length: count }, (_, index) => index + 1);
    const verifier = majority(voters);
    for (let acks = 0; acks <= count; acks++) {
      const isQuorum = verifier.containsQuorum(new Set(voters.slice(0, acks)));
      assert.equal(isQuorum, acks >= least, `${acks} of ${count}`);
    }
  }
});

test('majority: acks of observers and strangers → not counted', () => {
  const verifier = majority([1, 2, 3], [4, 5]);
  assert.equal(verifier.containsQuorum(new Set([1, 4, 5, 9])), false);
  assert.equal(verifier.containsQuorum(new Set([1, 3, 4])), true);
});

test('majority: every server → weight 1, and what it was made from', () => {
  const verifier = majority([1, 2], [3]);
  assert.deepEqual([verifier.weightOf(1), verifier.weightOf(3)], [1, 1]);
  assert.deepEqual([...verifier.voters, ...verifier.observers], [1, 2, 3]);
  assert.deepEqual([verifier.version, verifier.configText], [0, 'server.1=…']);
});

test('majority: lists that cannot be → refused with a sentence', () => {
  assert.throws(() => majority([1, 2], [2]), /^Error: Server 2 is a voter and an observer at once/);
  assert.throws(() => majority([1, 2 ** 53]), /^Error: Server id 9007199254740992 is not/);
  assert.throws(() => majority([], [1.5]), /^Error: Server id 1.5 is not a whole number/);
});
