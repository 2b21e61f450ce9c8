import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NO_SERVER } from '../../../../src/base/server-id.ts';
import { makeZxid } from '../../../../src/base/zxid.ts';
import {
  type Candidate,
  type CastVote,
  isBetterVote,
  isSameVote,
} from '../../../../src/core/zab/election/vote.ts';
import { QuorumHierarchical } from '../../../../src/core/zab/members/quorum-hierarchical.ts';
import { QuorumMaj } from '../../../../src/core/zab/members/quorum-maj.ts';
import { ServerState } from '../../../../src/protocol/records/election.ts';

const members = { version: 0, voters: new Set([1, 2, 3]), observers: new Set<number>() };
const majority = new QuorumMaj({ ...members, configText: '' });

const candidate = (peerEpoch: number, zxid: number, leader: number): Candidate => ({
  ...{ peerEpoch, zxid, leader },
});

test('vote: of two candidates → epoch decides, then zxid, then server id', () => {
  // Each is better than all before it.
  const ascending = [
    candidate(NO_SERVER, NO_SERVER, NO_SERVER),
    candidate(0, -1, 3),
    candidate(0, 0, 1),
    candidate(0, 0, 2),
    candidate(0, 7, 1),
    candidate(1, 0, 1),
    candidate(1, makeZxid(1, 5), 2),
    candidate(1, makeZxid(1, 5), 3),
    candidate(1, makeZxid(1, 6), 1),
    candidate(2, makeZxid(1, 4), 1),
    candidate(2, makeZxid(2, 0), 1),
  ];
  for (const [i, a] of ascending.entries()) {
    for (const [j, b] of ascending.entries()) {
      assert.equal(isBetterVote(majority, a, b), i > j, `${i} against ${j}`);
    }
  }
});

test('vote: higher server id but lower epoch or zxid → not better (ZOOKEEPER-1419)', () => {
  assert.equal(isBetterVote(majority, candidate(1, 9, 3), candidate(2, 0, 1)), false);
  assert.equal(isBetterVote(majority, candidate(2, 1, 3), candidate(2, 2, 1)), false);
});

test('vote: candidate of weight 0 or without a group → never better', () => {
  const groups = new Map([[1, [1, 2, 3]]]);
  const weights = new Map([[2, 0]]);
  const verifier = new QuorumHierarchical({ ...members, configText: '', groups, weights });
  assert.equal(isBetterVote(verifier, candidate(9, 9, 2), candidate(0, 0, 1)), false);
  assert.equal(isBetterVote(verifier, candidate(9, 9, 4), candidate(0, 0, 1)), false);
  assert.equal(isBetterVote(verifier, candidate(9, 9, 3), candidate(0, 0, 1)), true);
});

test('vote: which votes count together', () => {
  const { LOOKING, FOLLOWING, LEADING } = ServerState;
  const base = { leader: 3, zxid: 7, electionEpoch: 4, peerEpoch: 2, version: 2 };
  const cast = (state: ServerState, change: Partial<CastVote> = {}): CastVote => ({
    ...{ ...base, state },
    ...change,
  });
  const rows: [a: CastVote, b: CastVote, isSame: boolean][] = [
    [cast(LOOKING), cast(LOOKING), true],
    [cast(LOOKING), cast(FOLLOWING), true],
    [cast(LOOKING), cast(LOOKING, { zxid: 8 }), false],
    [cast(LOOKING), cast(LOOKING, { electionEpoch: 5 }), false],
    [cast(LOOKING), cast(LOOKING, { peerEpoch: 3 }), false],
    [cast(LOOKING), cast(FOLLOWING, { electionEpoch: 5 }), false],
    [cast(LEADING), cast(LOOKING, { zxid: 8 }), false],
    [cast(LOOKING), cast(LOOKING, { version: 0 }), true],
    // Out of election only the leader and its epoch count.
    [cast(LEADING), cast(FOLLOWING, { zxid: 8, electionEpoch: 9 }), true],
    [cast(LEADING), cast(FOLLOWING, { peerEpoch: 3 }), false],
    [cast(LEADING), cast(FOLLOWING, { leader: 2 }), false],
    // One of them from before notifications had a version: only the leader.
    [cast(LEADING), cast(FOLLOWING, { peerEpoch: 3, version: 0 }), true],
    [cast(LEADING, { version: 0 }), cast(FOLLOWING, { peerEpoch: 3, version: 1 }), true],
    [cast(LEADING, { version: 0 }), cast(FOLLOWING, { peerEpoch: 3, version: 0 }), false],
    [cast(LEADING, { version: 1 }), cast(FOLLOWING, { peerEpoch: 3, version: 2 }), false],
    [cast(LEADING, { version: 0 }), cast(FOLLOWING, { leader: 1, version: 2 }), false],
  ];
  for (const [index, [a, b, isSame]] of rows.entries()) {
    assert.equal(isSameVote(a, b), isSame, `row ${index}`);
    assert.equal(isSameVote(b, a), isSame, `row ${index}, the other way`);
  }
});
