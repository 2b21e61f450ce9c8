// One machine, and the others played by hand; whole ensembles are in election-ensemble.test.ts.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NO_SERVER } from '../../../../src/base/server-id.ts';
import {
  type CountedNotification,
  FastLeaderElection,
} from '../../../../src/core/zab/election/fast-leader-election.ts';
import { QuorumHierarchical } from '../../../../src/core/zab/members/quorum-hierarchical.ts';
import { QuorumMaj } from '../../../../src/core/zab/members/quorum-maj.ts';
import type { QuorumVerifier } from '../../../../src/core/zab/members/quorum-verifier.ts';
import { ServerState } from '../../../../src/protocol/records/election.ts';

const { LOOKING, FOLLOWING, LEADING, OBSERVING } = ServerState;
const TIMES = {
  minNotificationIntervalMs: 200,
  maxNotificationIntervalMs: 60_000,
  finalizeWaitMs: 200,
};

function majority(voterCount: number, observers: number[] = []): QuorumMaj {
  const voters = new Set(Array.from({ length: voterCount }, (_, index) => index + 1));
  return new QuorumMaj({ version: 0, voters, observers: new Set(observers), configText: 'config' });
}

interface Given {
  readonly myid?: number;
  readonly verifier?: QuorumVerifier;
  readonly isVoter?: boolean;
  /** With whom there are election connections from the start. */
  readonly connected?: number[];
}

/** Server 1 of three voters unless told otherwise. */
function machine({ myid = 1, verifier = majority(3), isVoter = true, connected }: Given = {}) {
  const election = new FastLeaderElection({ ...TIMES, myid, isVoter }, verifier);
  for (const sid of connected ?? []) election.onPeerUp(sid);
  return election;
}

/** A vote of an empty server in round 1 unless told otherwise. */
function says(leader: number, change: Partial<CountedNotification> = {}): CountedNotification {
  const { state = LOOKING, zxid = 0, electionEpoch = 1, peerEpoch = 0 } = change;
  return {
    ...{ state, leader, zxid, electionEpoch, peerEpoch },
    version: 2,
    config: '',
    ...change,
  };
}

/** Such as `following 3`; null while nothing is decided. */
function outcome({ result }: FastLeaderElection): string | null {
  return result === null ? null : `${result.state} ${result.vote.leader}`;
}

const EMPTY = { zxid: 0, peerEpoch: 0 };
const STATE_NAMES = ['looking', 'following', 'leading', 'observing'];

/** What is to be sent, one short text for each receiver. */
function sent(election: FastLeaderElection): string[] {
  return election.takeMessages().map(({ to, notification }) => {
    const { state, leader, zxid, electionEpoch, peerEpoch } = notification;
    const who = leader === NO_SERVER ? 'nobody' : leader;
    const numbers = zxid === NO_SERVER ? '' : ` zxid ${zxid} epoch ${peerEpoch}`;
    return `${to}: ${STATE_NAMES[state]} ${who}${numbers} round ${electionEpoch}`;
  });
}

test('election: starts looking → own vote to every other voter, round counted up', () => {
  const election = machine();
  assert.deepEqual([election.state, election.deadlineMs], ['looking', null]);
  election.lookForLeader(1000, { zxid: 7, peerEpoch: 2 });
  assert.deepEqual(sent(election), [
    '2: looking 1 zxid 7 epoch 2 round 1',
    '3: looking 1 zxid 7 epoch 2 round 1',
  ]);
  assert.deepEqual(sent(election), []);
  assert.equal(outcome(election), null);
  assert.equal(election.deadlineMs, 1200);
  election.lookForLeader(1100, { zxid: 8, peerEpoch: 2 });
  assert.deepEqual(election.proposal, { leader: 1, zxid: 8, peerEpoch: 2, electionEpoch: 2 });
});

test('election: messages → carry the configuration', () => {
  const election = machine();
  election.lookForLeader(0, EMPTY);
  assert.deepEqual(
    election.takeMessages().map(({ notification }) => notification.config),
    ['config', 'config'],
  );
});

test('election: the only voter → leads at once', () => {
  const election = machine({ verifier: majority(1) });
  election.lookForLeader(0, EMPTY);
  assert.deepEqual(election.result, {
    state: 'leading',
    vote: { leader: 1, zxid: 0, peerEpoch: 0, electionEpoch: 1 },
  });
  assert.deepEqual([election.state, election.deadlineMs], ['leading', null]);
});

test('election: a better vote → taken over and told to all; a worse one → not', () => {
  const election = machine({ myid: 2 });
  election.lookForLeader(0, EMPTY);
  sent(election);
  election.onNotification(10, 1, says(1));
  assert.deepEqual(sent(election), []);
  election.onNotification(20, 3, says(3));
  assert.deepEqual(sent(election), [
    '1: looking 3 zxid 0 epoch 0 round 1',
    '3: looking 3 zxid 0 epoch 0 round 1',
  ]);
});

test('election: all who are connected voted the same → decided without any wait', () => {
  const all = machine({ connected: [2, 3] });
  all.lookForLeader(0, EMPTY);
  all.onNotification(10, 3, says(3));
  assert.equal(outcome(all), null);
  all.onNotification(20, 2, says(3));
  assert.equal(outcome(all), 'following 3');
  const pair = machine({ connected: [2] });
  pair.lookForLeader(0, EMPTY);
  pair.onNotification(10, 2, says(2));
  assert.equal(outcome(pair), 'following 2');
});

test('election: decided at once → the vote that others need for it still leaves', () => {
  const election = machine({ connected: [2] });
  election.lookForLeader(0, EMPTY);
  sent(election);
  election.onNotification(10, 2, says(2));
  assert.deepEqual(sent(election), [
    '2: looking 2 zxid 0 epoch 0 round 1',
    '3: looking 2 zxid 0 epoch 0 round 1',
  ]);
});

test('election: somebody connected has not voted → waits 200 ms, then decides', () => {
  const election = machine({ connected: [2, 3] });
  election.lookForLeader(0, EMPTY);
  election.onNotification(150, 2, says(2));
  election.onTimer(200);
  assert.equal(election.deadlineMs, 350);
  election.onTimer(349);
  assert.equal(outcome(election), null);
  election.onTimer(350);
  assert.equal(outcome(election), 'following 2');
});

test('election: a better vote during the wait → the wait is over, the better one wins', () => {
  const election = machine({ verifier: majority(5), connected: [2, 3, 4, 5] });
  election.lookForLeader(0, EMPTY);
  election.onNotification(10, 2, says(3));
  election.onNotification(20, 3, says(3));
  assert.equal(election.deadlineMs, 200);
  election.onNotification(30, 5, says(5, { zxid: 9 }));
  election.onTimer(220);
  assert.equal(outcome(election), null);
  for (const sid of [2, 3, 4]) election.onNotification(230, sid, says(5, { zxid: 9 }));
  assert.equal(outcome(election), 'following 5');
});

test('election: the only one to wait for is gone → decided', () => {
  const election = machine({ connected: [2, 3] });
  election.lookForLeader(0, EMPTY);
  election.onNotification(10, 2, says(2));
  assert.equal(outcome(election), null);
  election.onPeerDown(3);
  assert.equal(outcome(election), 'following 2');
});

test('election: proposed leader is not connected → not decided before the wait is over', () => {
  const election = machine({ connected: [2] });
  election.lookForLeader(0, EMPTY);
  election.onNotification(10, 2, says(3));
  assert.equal(outcome(election), null);
  election.onTimer(200);
  election.onTimer(210);
  assert.equal(outcome(election), 'following 3');
});

test('election: vote of a higher round → round taken over, votes so far forgotten', () => {
  const election = machine({ myid: 2, verifier: majority(5), connected: [1, 3] });
  election.lookForLeader(0, { zxid: 5, peerEpoch: 1 });
  election.onNotification(1, 1, says(2, { zxid: 5, peerEpoch: 1 }));
  sent(election);
  election.onNotification(2, 3, says(3, { zxid: 1, peerEpoch: 1, electionEpoch: 4 }));
  assert.equal(election.logicalClock, 4);
  // Its candidate is no better than ourselves.
  assert.deepEqual(sent(election)[0], '1: looking 2 zxid 5 epoch 1 round 4');
  // 1 and 2 in the old round and 3 in the new one are no quorum.
  election.onTimer(1000);
  assert.equal(outcome(election), null);
  // Compared with ourselves, not with what was proposed in the old round.
  election.onNotification(1010, 4, says(5, { zxid: 6, peerEpoch: 1, electionEpoch: 4 }));
  election.onNotification(1020, 3, says(4, { zxid: 5, peerEpoch: 1, electionEpoch: 9 }));
  assert.equal(election.proposal.leader, 4);
});

test('election: in the old round one followed, in another epoch → not counted in the new', () => {
  const election = machine({ connected: [2, 3] });
  election.lookForLeader(0, EMPTY);
  election.onNotification(1, 2, says(3, { state: FOLLOWING, peerEpoch: 5 }));
  election.onNotification(2, 3, says(3, { electionEpoch: 4, peerEpoch: 6 }));
  election.onNotification(3, 3, says(3, { state: LEADING, electionEpoch: 4, peerEpoch: 7 }));
  assert.equal(outcome(election), null);
  // Of the same round it is: there, only the leader must be the same.
  election.onNotification(4, 2, says(3, { state: FOLLOWING, electionEpoch: 4, peerEpoch: 5 }));
  assert.equal(outcome(election), 'following 3');
});

test('election: vote of an older round → not counted, the sender is told our proposal (1514)', () => {
  const election = machine({ connected: [2, 3] });
  for (const nowMs of [0, 1, 2]) election.lookForLeader(nowMs, EMPTY);
  sent(election);
  election.onNotification(10, 3, says(3, { zxid: 99, electionEpoch: 2 }));
  assert.deepEqual(sent(election), ['3: looking 1 zxid 0 epoch 0 round 3']);
  assert.equal(election.proposal.leader, 1);
  election.onNotification(20, 3, says(1, { electionEpoch: 2 }));
  election.onTimer(10_000);
  assert.equal(outcome(election), null);
});

test('election: asked by one who looks while we do not → our vote with our state', () => {
  const election = machine({ connected: [2] });
  election.lookForLeader(0, EMPTY);
  election.onNotification(10, 2, says(2, { zxid: 4 }));
  sent(election);
  election.onNotification(500, 3, says(3, { zxid: 50, electionEpoch: 8 }));
  assert.deepEqual(sent(election), ['3: following 2 zxid 4 epoch 0 round 1']);
  election.onNotification(501, 3, says(2, { state: FOLLOWING }));
  election.onNotification(502, 2, says(2, { state: LEADING }));
  assert.deepEqual(sent(election), []);
  assert.deepEqual([election.state, election.logicalClock], ['following', 1]);
});

test('election: after synchronisation → the epoch of the leader is told', () => {
  const election = machine({ connected: [2] });
  election.lookForLeader(0, EMPTY);
  election.onNotification(10, 2, says(2, { zxid: 4 }));
  election.updateVote(7);
  sent(election);
  election.onNotification(500, 3, says(3));
  assert.deepEqual(sent(election), ['3: following 2 zxid 4 epoch 7 round 1']);
  assert.deepEqual([election.currentVote?.peerEpoch, election.result?.vote.peerEpoch], [7, 0]);
});

test('election: joining an ensemble → only with a quorum and the word of the leader itself', () => {
  const late = { zxid: 9, electionEpoch: 6, peerEpoch: 3 };
  const election = machine({ verifier: majority(5), connected: [2, 3, 4, 5] });
  election.lookForLeader(0, { zxid: 9, peerEpoch: 4 });
  for (const sid of [2, 3, 5]) {
    election.onNotification(10, sid, says(4, { ...late, state: FOLLOWING }));
  }
  election.onTimer(1000);
  assert.equal(outcome(election), null);
  election.onNotification(1010, 4, says(4, { ...late, state: LEADING }));
  assert.equal(outcome(election), 'following 4');
  assert.deepEqual(election.result?.vote, { leader: 4, ...late });
  assert.equal(election.logicalClock, 6);
});

test('election: the leader says so, but no quorum follows → not joined', () => {
  const late = { electionEpoch: 6, peerEpoch: 3 };
  const election = machine({ verifier: majority(5), connected: [2, 3, 4, 5] });
  election.lookForLeader(0, EMPTY);
  election.onNotification(10, 4, says(4, { ...late, state: LEADING }));
  election.onNotification(11, 3, says(4, { ...late, state: FOLLOWING }));
  assert.equal(outcome(election), null);
  election.onNotification(12, 5, says(4, { ...late, state: FOLLOWING, peerEpoch: 4 }));
  assert.equal(outcome(election), null);
});

test('election: members differ in zxid and round of their votes → joined all the same (1805)', () => {
  const election = machine({ connected: [2, 3] });
  election.lookForLeader(0, EMPTY);
  election.onNotification(
    10,
    3,
    says(3, { state: LEADING, zxid: 8, electionEpoch: 2, peerEpoch: 5 }),
  );
  election.onNotification(
    11,
    2,
    says(3, { state: FOLLOWING, zxid: 4, electionEpoch: 7, peerEpoch: 5 }),
  );
  assert.equal(outcome(election), 'following 3');
});

test('election: members differ in the epoch of their votes → joined once they agree (1732)', () => {
  const election = machine({ connected: [2, 3] });
  election.lookForLeader(0, EMPTY);
  election.onNotification(10, 3, says(3, { state: LEADING, electionEpoch: 2, peerEpoch: 6 }));
  election.onNotification(11, 2, says(3, { state: FOLLOWING, electionEpoch: 2, peerEpoch: 5 }));
  assert.equal(outcome(election), null);
  election.onNotification(12, 2, says(3, { state: FOLLOWING, electionEpoch: 2, peerEpoch: 6 }));
  assert.equal(outcome(election), 'following 3');
});

test('election: the same, but one from before versions → only the leader must be the same', () => {
  const election = machine({ connected: [2, 3] });
  election.lookForLeader(0, EMPTY);
  election.onNotification(10, 3, says(3, { state: LEADING, electionEpoch: 2, peerEpoch: 6 }));
  const old = says(3, { state: FOLLOWING, electionEpoch: 2, peerEpoch: 5 });
  election.onNotification(11, 2, { ...old, version: 0 });
  assert.equal(outcome(election), 'following 3');
});

test('election: said to lead, but not in this round → not believed', () => {
  const election = machine({ connected: [2, 3] });
  for (const nowMs of [0, 1]) election.lookForLeader(nowMs, EMPTY);
  for (const sid of [2, 3]) election.onNotification(10, sid, says(1, { state: FOLLOWING }));
  assert.equal(outcome(election), null);
  for (const sid of [2, 3]) {
    election.onNotification(20, sid, says(1, { state: FOLLOWING, electionEpoch: 2 }));
  }
  assert.equal(outcome(election), 'leading 1');
});

test('election: a leader that looks again → its former word does not count', () => {
  const late = { electionEpoch: 6, peerEpoch: 3 };
  const election = machine({ verifier: majority(5), connected: [2, 3, 4, 5] });
  for (let nowMs = 0; nowMs < 9; nowMs++) election.lookForLeader(nowMs, EMPTY);
  election.onNotification(10, 4, says(4, { ...late, state: LEADING }));
  election.onNotification(11, 3, says(4, { ...late, state: FOLLOWING }));
  election.onNotification(12, 4, says(4, { electionEpoch: 7 }));
  election.onNotification(13, 2, says(4, { ...late, state: FOLLOWING }));
  election.onNotification(14, 5, says(4, { ...late, state: FOLLOWING }));
  assert.equal(outcome(election), null);
});

test('election: votes of the round from one who has decided → count with those who look', () => {
  const election = machine({ verifier: majority(5), connected: [4, 5] });
  election.lookForLeader(0, EMPTY);
  election.onNotification(10, 5, says(5));
  election.onNotification(20, 4, says(5, { state: FOLLOWING }));
  assert.equal(outcome(election), 'following 5');
});

test('election: empty database of ours or of another → its vote is not trusted', () => {
  const other = machine({ connected: [2] });
  other.lookForLeader(0, EMPTY);
  other.onNotification(10, 2, says(1, { zxid: -1 }));
  other.onTimer(1000);
  assert.equal(outcome(other), null);
  const own = machine({ connected: [2, 3] });
  own.lookForLeader(0, { zxid: -1, peerEpoch: 0 });
  for (const sid of [2, 3]) own.onNotification(10, sid, says(3, { zxid: 7 }));
  own.onTimer(1000);
  assert.equal(outcome(own), null);
  own.onNotification(1010, 2, says(3, { state: FOLLOWING, zxid: 7 }));
  own.onNotification(1020, 3, says(3, { state: LEADING, zxid: 7 }));
  assert.equal(outcome(own), 'following 3');
});

test('election: nothing decided → the vote is repeated, ever more rarely', () => {
  const election = machine();
  election.lookForLeader(0, EMPTY);
  sent(election);
  const gaps: number[] = [];
  for (let nowMs = 0; gaps.length < 11; ) {
    const deadlineMs = election.deadlineMs ?? 0;
    gaps.push(deadlineMs - nowMs);
    nowMs = deadlineMs;
    election.onTimer(nowMs - 1);
    assert.deepEqual(sent(election), []);
    election.onTimer(nowMs);
    assert.equal(sent(election).length, 2);
  }
  const doubling = [200, 400, 800, 1600, 3200, 6400, 12_800, 25_600, 51_200];
  assert.deepEqual(gaps, [...doubling, 60_000, 60_000]);
});

test('election: a new connection while looking → the vote is told again, to voters only', () => {
  const election = machine({ verifier: majority(3, [7]) });
  election.onPeerUp(2);
  assert.deepEqual(sent(election), []);
  election.lookForLeader(0, EMPTY);
  sent(election);
  election.onPeerUp(3);
  election.onPeerUp(7);
  assert.deepEqual(sent(election), ['3: looking 1 zxid 0 epoch 0 round 1']);
});

test('election: observer → proposes nobody, counts the votes of voters, and observes', () => {
  const verifier = majority(3, [9]);
  const election = machine({ myid: 9, isVoter: false, verifier, connected: [1, 2, 3] });
  election.lookForLeader(0, { zxid: 2 ** 40, peerEpoch: 200 });
  assert.deepEqual(sent(election), [
    '1: looking nobody round 1',
    '2: looking nobody round 1',
    '3: looking nobody round 1',
  ]);
  election.onNotification(5, 3, says(3, { state: LEADING, electionEpoch: 4 }));
  election.onNotification(6, 1, says(3, { state: FOLLOWING, electionEpoch: 4 }));
  assert.equal(outcome(election), 'observing 3');
});

test('election: observer hears voters who look → decides with a quorum of them', () => {
  const verifier = majority(3, [9]);
  const election = machine({ myid: 9, isVoter: false, verifier, connected: [1, 2, 3] });
  election.lookForLeader(0, EMPTY);
  election.onNotification(5, 3, says(3, { electionEpoch: 4 }));
  election.onNotification(6, 1, says(3, { electionEpoch: 4 }));
  election.onNotification(7, 2, says(3, { electionEpoch: 4 }));
  assert.equal(outcome(election), 'observing 3');
});

test('election: votes of or for an observer with a high id → never counted (764, 769)', () => {
  const election = machine({ verifier: majority(3, [9]), connected: [2, 9] });
  election.lookForLeader(0, EMPTY);
  election.onNotification(5, 9, says(1, { zxid: 99 }));
  election.onNotification(6, 2, says(9, { zxid: 99 }));
  election.onTimer(1000);
  assert.deepEqual([election.result, election.proposal.leader], [null, 1]);
  assert.deepEqual(
    election.takeAnomalies().map(({ kind, from, count }) => ({ kind, from, count })),
    [{ kind: 'unknownLeader', from: 2, count: 1 }],
  );
});

test('election: a server without a vote asks while we look → told each proposal once', () => {
  const election = machine({ verifier: majority(3, [9]), connected: [2, 3, 9] });
  const ask = says(NO_SERVER, { zxid: NO_SERVER, peerEpoch: NO_SERVER });
  election.lookForLeader(0, EMPTY);
  sent(election);
  election.onNotification(5, 9, ask);
  assert.deepEqual(sent(election), ['9: looking 1 zxid 0 epoch 0 round 1']);
  election.onNotification(6, 9, ask);
  assert.deepEqual(sent(election), []);
  election.onNotification(7, 3, says(3));
  sent(election);
  election.onNotification(8, 9, ask);
  assert.deepEqual(sent(election), ['9: looking 3 zxid 0 epoch 0 round 1']);
  election.onPeerDown(9);
  election.onNotification(9, 9, ask);
  assert.equal(sent(election).length, 1);
  // And the outcome without being asked.
  election.onNotification(10, 2, says(3));
  assert.deepEqual(sent(election), ['9: following 3 zxid 0 epoch 0 round 1']);
});

test('election: a server without a vote asks when all is decided → told at once, every time', () => {
  const election = machine({ verifier: majority(1, [9]) });
  election.lookForLeader(0, EMPTY);
  const ask = says(NO_SERVER, { zxid: NO_SERVER, peerEpoch: NO_SERVER });
  for (const nowMs of [1, 2]) {
    election.onNotification(nowMs, 9, ask);
    assert.deepEqual(sent(election), ['9: leading 1 zxid 0 epoch 0 round 1']);
  }
  election.onNotification(3, 9, { ...ask, state: OBSERVING });
  assert.deepEqual(sent(election), []);
});

test('election: candidate of weight 0 → leads nowhere', () => {
  const members = { version: 0, voters: new Set([1, 2, 3]), observers: new Set<number>() };
  const verifier = new QuorumHierarchical({
    ...{ ...members, configText: '', groups: new Map([[1, [1, 2, 3]]]) },
    weights: new Map([[3, 0]]),
  });
  const election = machine({ verifier, connected: [2, 3] });
  election.lookForLeader(0, EMPTY);
  election.onNotification(1, 3, says(3, { zxid: 99 }));
  assert.equal(election.proposal.leader, 1);
  election.onNotification(2, 2, says(2));
  assert.equal(election.proposal.leader, 2);
});

test('election: another server with our own id → counted and reported, nothing else', () => {
  const election = machine({ connected: [1, 2] });
  election.lookForLeader(0, EMPTY);
  sent(election);
  for (const nowMs of [1, 2]) election.onNotification(nowMs, 1, says(1, { zxid: 99 }));
  assert.deepEqual(sent(election), []);
  assert.equal(election.proposal.zxid, 0);
  const [anomaly] = election.takeAnomalies();
  assert.deepEqual([anomaly?.kind, anomaly?.from, anomaly?.count], ['ownSid', 1, 2]);
  assert.equal(anomaly?.notification.zxid, 99);
  assert.deepEqual(election.takeAnomalies(), []);
});

test('election: a round beyond all sense → ignored and reported', () => {
  const election = machine({ connected: [2] });
  election.lookForLeader(0, EMPTY);
  election.onNotification(1, 2, says(2, { electionEpoch: Number.MAX_SAFE_INTEGER }));
  assert.equal(election.logicalClock, 1);
  assert.deepEqual(
    election.takeAnomalies().map(({ kind }) => kind),
    ['roundTooHigh'],
  );
});

test('election: between two elections → nobody is answered, votes wait for the next', () => {
  const election = machine({ verifier: majority(3, [9]), connected: [2, 3] });
  election.lookForLeader(0, EMPTY);
  for (const sid of [2, 3]) election.onNotification(1, sid, says(3));
  assert.equal(election.state, 'following');
  sent(election);
  election.leaveRole();
  assert.deepEqual([election.state, election.result, election.deadlineMs], ['looking', null, null]);
  election.onNotification(10, 2, says(1, { electionEpoch: 2 }));
  election.onNotification(11, 2, says(2, { electionEpoch: 2 }));
  election.onNotification(12, 9, says(NO_SERVER));
  election.onPeerDown(3);
  assert.deepEqual(sent(election), []);
  election.lookForLeader(20, EMPTY);
  assert.equal(outcome(election), 'following 2');
  assert.deepEqual(sent(election), [
    '2: looking 2 zxid 0 epoch 0 round 2',
    '3: looking 2 zxid 0 epoch 0 round 2',
    '9: following 2 zxid 0 epoch 0 round 2',
  ]);
});

test('election: a flood between two elections → bounded, the newest kept', () => {
  const election = machine({ verifier: majority(3), connected: [2] });
  election.onNotification(0, 2, says(2));
  for (let sid = 1000; sid < 1100; sid++) election.onNotification(0, sid, says(sid));
  election.lookForLeader(1, EMPTY);
  assert.equal(outcome(election), null);
  // The 100 strangers were answered, the voter that came before them was forgotten.
  assert.equal(sent(election).length, 102);
});

test('election: a reconfiguration under way → quorums of both, voters of both are told', () => {
  const election = machine({ connected: [2, 3, 4, 5] });
  const next = new QuorumMaj({
    ...{ version: 0x100000005, configText: 'next' },
    ...{ voters: new Set([1, 4, 5]), observers: new Set<number>() },
  });
  election.setVerifier(majority(3), next);
  election.lookForLeader(0, EMPTY);
  assert.deepEqual(
    election.takeMessages().map(({ to }) => to),
    [2, 3, 4, 5],
  );
  for (const sid of [2, 3]) election.onNotification(1, sid, says(3));
  election.onTimer(1000);
  assert.equal(outcome(election), null);
  for (const sid of [4, 5]) election.onNotification(1010, sid, says(3));
  assert.equal(outcome(election), 'following 3');
});

test('election: removed from the voters → takes part without a candidate', () => {
  const election = machine({ myid: 3, connected: [1, 2] });
  election.setVerifier(majority(2));
  election.lookForLeader(0, EMPTY);
  assert.equal(election.proposal.leader, NO_SERVER);
  for (const sid of [1, 2]) election.onNotification(1, sid, says(2));
  assert.equal(outcome(election), 'following 2');
  election.setVerifier(majority(2, [3]));
  election.lookForLeader(2, EMPTY);
  for (const sid of [1, 2]) election.onNotification(3, sid, says(2, { electionEpoch: 2 }));
  assert.equal(outcome(election), 'observing 2');
});

test('election: who elected us changes its mind → revoked before, not after the epoch (3109)', () => {
  const lead = () => {
    const election = machine({ myid: 2, connected: [1] });
    election.lookForLeader(0, EMPTY);
    election.onNotification(10, 1, says(2));
    assert.deepEqual([outcome(election), election.isRevoked], ['leading 2', false]);
    return election;
  };
  const deserted = lead();
  // The vote that it has cast, and the vote of one that did not elect us: nothing new.
  deserted.onNotification(12, 1, says(2));
  deserted.onNotification(13, 3, says(3));
  assert.equal(deserted.isRevoked, false);
  deserted.onNotification(14, 1, says(3));
  assert.equal(deserted.isRevoked, true);
  deserted.lookForLeader(15, EMPTY);
  assert.equal(deserted.isRevoked, false);
  const restarted = lead();
  restarted.onNotification(11, 1, says(1, { electionEpoch: 0 }));
  assert.equal(restarted.isRevoked, true);
  const established = lead();
  established.updateVote(1);
  established.onNotification(14, 1, says(3));
  assert.equal(established.isRevoked, false);
});

test('election: the leader we follow looks for another → revoked; others may look', () => {
  const election = machine({ connected: [2] });
  election.lookForLeader(0, EMPTY);
  election.onNotification(10, 2, says(2));
  election.onNotification(11, 3, says(3));
  assert.deepEqual([outcome(election), election.isRevoked], ['following 2', false]);
  election.onNotification(12, 2, says(2, { electionEpoch: 2 }));
  assert.equal(election.isRevoked, true);
});

test('election: followed, now looks in our round → told our vote, which it has not counted', () => {
  const election = machine({ connected: [2, 3] });
  election.lookForLeader(0, { zxid: 9, peerEpoch: 0 });
  election.onNotification(5, 2, says(3, { state: FOLLOWING, electionEpoch: 0 }));
  sent(election);
  election.onNotification(6, 2, says(2));
  assert.deepEqual(sent(election), ['2: looking 1 zxid 9 epoch 0 round 1']);
  election.onNotification(7, 2, says(2));
  assert.deepEqual(sent(election), []);
});

test('election: news after long silence → the vote is repeated soon, not in a minute', () => {
  const late = { electionEpoch: 6, peerEpoch: 3 };
  const news: ((election: FastLeaderElection) => void)[] = [
    (election) => election.onPeerUp(4),
    (election) => election.onNotification(7000, 2, says(3, { ...late, state: LEADING })),
    (election) => election.onNotification(7000, 3, says(3, { ...late, state: LEADING })),
  ];
  for (const [index, happen] of news.entries()) {
    const election = machine({ verifier: majority(5), connected: [2, 3] });
    election.lookForLeader(0, EMPTY);
    election.onNotification(1, 2, says(4, { ...late, state: FOLLOWING }));
    for (let nowMs = 0; nowMs <= 6200; nowMs += 200) election.onTimer(nowMs);
    assert.equal(election.deadlineMs, 12_600);
    election.onNotification(6900, 2, says(4, { ...late, state: FOLLOWING }));
    assert.equal(election.deadlineMs, 12_600, 'it has said so before');
    happen(election);
    assert.equal(election.deadlineMs, 6400, `news ${index}`);
  }
});

test('election: as Java 3.9.5 said it to a third server that joins → follows its leader', () => {
  const election = machine({ myid: 3, connected: [1, 2] });
  election.lookForLeader(0, EMPTY);
  // On a new connection Java repeats what it said last to anybody: a vote of an election long over.
  election.onNotification(2, 1, says(2));
  election.onNotification(3, 1, says(2, { state: FOLLOWING, peerEpoch: 1 }));
  election.onNotification(3, 2, says(2));
  assert.equal(outcome(election), null);
  election.onNotification(7, 2, says(2, { state: LEADING, peerEpoch: 1 }));
  assert.equal(outcome(election), 'following 2');
  assert.equal(election.currentVote?.peerEpoch, 1);
});

test('election: as Java 3.9.5 said it when its leader 2 had been killed → we lead', () => {
  const election = machine({ myid: 3, connected: [1, 2] });
  election.lookForLeader(0, EMPTY);
  election.lookForLeader(8458, { zxid: 0x100000005, peerEpoch: 1 });
  election.onNotification(8460, 1, says(2, { state: FOLLOWING, peerEpoch: 1 }));
  election.onPeerDown(2);
  sent(election);
  election.onNotification(8475, 1, says(1, { electionEpoch: 2, peerEpoch: 1 }));
  assert.deepEqual(sent(election), ['1: looking 3 zxid 4294967301 epoch 1 round 2']);
  const vote = { zxid: 0x100000005, electionEpoch: 2, peerEpoch: 1 };
  election.onNotification(8481, 1, says(3, vote));
  assert.equal(outcome(election), 'leading 3');
});

test('election: a reconfiguration names the leader → the result at once, told to who asks', () => {
  for (const [myid, expected] of [
    [2, 'leading 2'],
    [1, 'following 2'],
    [9, 'observing 2'],
  ] as const) {
    const election = machine({ myid, verifier: majority(3, [9]), connected: [3] });
    election.setVerifier(majority(3, [9]));
    election.designate(2, 7);
    assert.equal(outcome(election), expected);
    assert.equal(election.deadlineMs, null);
    election.onNotification(1, 3, says(3));
    assert.match(sent(election).join(), new RegExp(`3: ${expected} zxid 7`));
  }
});

test('election: a leader stands, but what was seen proposed would need this server → followed', () => {
  const election = machine({ myid: 3, connected: [1, 2] });
  const seen = new QuorumMaj({
    ...{ version: 0x100000005, configText: 'next' },
    ...{ voters: new Set([2, 3]), observers: new Set<number>() },
  });
  election.setVerifier(majority(3), seen);
  election.lookForLeader(0, EMPTY);
  const established = { electionEpoch: 4, peerEpoch: 2 };
  election.onNotification(1, 1, says(2, { ...established, state: ServerState.FOLLOWING }));
  election.onNotification(1, 2, says(2, { ...established, state: ServerState.LEADING }));
  assert.equal(outcome(election), 'following 2');
});

test('election: one of two voters, the other leads by name → its word is enough', () => {
  const election = machine({ myid: 1, verifier: majority(2), connected: [2] });
  election.lookForLeader(0, EMPTY);
  election.onNotification(1, 2, says(2, { state: LEADING, electionEpoch: 4, peerEpoch: 2 }));
  assert.equal(outcome(election), 'following 2');
});

test('election: in no list yet, a later round than the voters have → votes with them in theirs', () => {
  const election = machine({ myid: 4 });
  for (let i = 0; i < 3; i++) election.lookForLeader(0, { zxid: 7, peerEpoch: 2 });
  sent(election);
  election.onNotification(10, 1, says(1, { zxid: 9, peerEpoch: 2 }));
  assert.equal(sent(election)[0], '1: looking 1 zxid 9 epoch 2 round 1');
  election.onNotification(20, 2, says(2, { zxid: 3 }));
  assert.deepEqual(sent(election), []);
});

test('election: a voter of the next configuration only, another has as much → votes for that one', () => {
  const election = machine({ myid: 4, connected: [1] });
  election.setVerifier(majority(3), majority(4));
  election.lookForLeader(0, { zxid: 9, peerEpoch: 2 });
  assert.deepEqual([election.proposal.leader, election.proposal.zxid], [NO_SERVER, 9]);
  election.onTimer(TIMES.minNotificationIntervalMs);
  election.onNotification(210, 1, says(1, { zxid: 9, peerEpoch: 2 }));
  assert.equal(election.proposal.leader, 1);
  election.onTimer(10 * TIMES.minNotificationIntervalMs);
  assert.equal(election.proposal.leader, 1);
});

test('election: a voter of the next configuration only, the others have less → proposes itself, not at once', () => {
  const election = machine({ myid: 4, connected: [1] });
  election.setVerifier(majority(3), majority(4));
  election.lookForLeader(0, { zxid: 9, peerEpoch: 2 });
  election.onNotification(10, 1, says(1, { zxid: 8, peerEpoch: 2 }));
  assert.equal(election.proposal.leader, NO_SERVER);
  election.onTimer(TIMES.minNotificationIntervalMs);
  assert.equal(election.proposal.leader, NO_SERVER);
  election.onTimer(3 * TIMES.minNotificationIntervalMs);
  assert.equal(election.proposal.leader, 4);
});

test('election: an observer of this configuration, a voter of the next → proposes nobody', () => {
  const election = machine({ myid: 4, connected: [1] });
  election.setVerifier(majority(3, [4]), majority(4));
  election.lookForLeader(0, { zxid: 9, peerEpoch: 2 });
  election.onNotification(10, 1, says(1, { zxid: 8, peerEpoch: 2 }));
  for (const turn of [1, 3, 7]) election.onTimer(turn * TIMES.minNotificationIntervalMs);
  assert.equal(election.proposal.leader, 1);
});

test('election: a voter that proposes nobody → no stranger is reported', () => {
  const election = machine({ myid: 1, connected: [4] });
  election.setVerifier(majority(3), majority(4));
  election.lookForLeader(0, EMPTY);
  election.onNotification(10, 4, says(NO_SERVER, { zxid: 9, peerEpoch: 2 }));
  assert.deepEqual(election.takeAnomalies(), []);
  assert.equal(election.proposal.leader, 1);
});
