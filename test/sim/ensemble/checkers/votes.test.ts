import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeZxid } from '../../../../src/base/zxid.ts';
import { QuorumMaj } from '../../../../src/core/zab/members/quorum-maj.ts';
import { encodeNotification, ServerState } from '../../../../src/protocol/records/election.ts';
import { VoteChecker } from '../../../../src/sim/ensemble/checkers/votes.ts';

const VOTE = { leader: 1, zxid: makeZxid(1, 4), electionEpoch: 2, peerEpoch: 1 };
const CONFIGS = [
  new QuorumMaj({ version: 0, voters: new Set([1, 2, 3]), observers: new Set(), configText: '' }),
];

function bytesOf(state: ServerState, changes: Partial<typeof VOTE> = {}): Uint8Array {
  return encodeNotification({ state, ...VOTE, ...changes, config: '' });
}

test('votes: a quorum has cast the vote in this round → elected', () => {
  const checker = new VoteChecker();
  checker.onSent(2, bytesOf(ServerState.LOOKING));
  checker.onElected(1, VOTE, CONFIGS);
});

test('votes: the other vote was cast in another round → P19', () => {
  const checker = new VoteChecker();
  checker.onSent(2, bytesOf(ServerState.LOOKING, { electionEpoch: 1 }));
  assert.throws(() => checker.onElected(1, VOTE, CONFIGS), /P19/);
});

test('votes: others follow that leader, of this epoch or since this round → elected', () => {
  const checker = new VoteChecker();
  checker.onSent(2, bytesOf(ServerState.FOLLOWING, { electionEpoch: 9 }));
  checker.onElected(3, VOTE, CONFIGS);
  checker.onSent(2, bytesOf(ServerState.FOLLOWING, { peerEpoch: 7 }));
  checker.onElected(3, { ...VOTE, peerEpoch: 5 }, CONFIGS);
});
