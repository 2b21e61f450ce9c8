// Whole ensembles of election machines: every run is a function of its seed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Prng } from '../../../../src/base/prng.ts';
import { makeZxid } from '../../../../src/base/zxid.ts';
import { ServerState } from '../../../../src/protocol/records/election.ts';
import { ElectionRig, type History } from './election-rig.ts';

const range = (first: number, last: number): number[] =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);

/** The leader once all are settled; how long that took is in `rig.nowMs`. */
function settle(rig: ElectionRig, limitMs: number): number | null {
  rig.runUntil(() => rig.settledLeader() !== null, rig.nowMs + limitMs);
  return rig.settledLeader();
}

function randomHistories(prng: Prng, sids: readonly number[]): Record<number, History> {
  const entries = sids.map((sid) => {
    const peerEpoch = prng.below(4);
    const zxid = peerEpoch === 0 ? 0 : makeZxid(peerEpoch - prng.below(2), prng.below(4));
    return [sid, { peerEpoch, zxid }] as const;
  });
  return Object.fromEntries(entries);
}

const describeAll = (rig: ElectionRig): string =>
  [...rig.servers.values()]
    .map(({ sid, election, leader, epoch }) =>
      JSON.stringify({
        ...{ sid, leader, epoch, state: election?.state, round: election?.logicalClock },
        ...{ vote: election?.currentVote, proposal: election?.proposal },
      }),
    )
    .join('\n');

test('ensemble: 1 to 7 voters, the leader crashes → the next elected without any timer', () => {
  for (const voters of range(1, 7)) {
    for (const seed of range(1, 20)) {
      const rig = new ElectionRig({ voters, seed });
      rig.start(...range(1, voters));
      assert.notEqual(settle(rig, 5000), null, `${voters} voters, seed ${seed}`);
      const leader = rig.settledLeader() ?? 0;
      // Now everybody is connected with everybody else.
      rig.run(100);
      rig.crash(leader);
      const fromMs = rig.nowMs;
      if (voters < 3) continue;
      assert.notEqual(
        settle(rig, 5000),
        null,
        `${voters} voters, seed ${seed}\n${describeAll(rig)}`,
      );
      assert.ok(
        rig.nowMs - fromMs < 60,
        `${voters} voters, seed ${seed}: ${rig.nowMs - fromMs} ms`,
      );
    }
  }
});

test('ensemble: all start with mixed epochs and zxids → one leader, ahead of a quorum (1419)', () => {
  for (const seed of range(1, 300)) {
    const prng = new Prng(seed);
    const voters = 1 + (seed % 7);
    const histories = randomHistories(prng, range(1, voters));
    const rig = new ElectionRig({ voters, seed, histories, latencyMs: [1, 1 + prng.below(60)] });
    for (const sid of range(1, voters)) rig.after(prng.below(300), () => rig.start(sid));
    rig.run(300);
    const leader = settle(rig, 10_000);
    assert.notEqual(leader, null, `seed ${seed}\n${describeAll(rig)}`);
    const own = histories[leader ?? 0] ?? { zxid: 0, peerEpoch: 0 };
    const behind = range(1, voters).filter((sid) => {
      const other = histories[sid] ?? own;
      if (other.peerEpoch !== own.peerEpoch) return other.peerEpoch < own.peerEpoch;
      return other.zxid <= own.zxid;
    });
    assert.ok(behind.length > voters / 2, `seed ${seed}`);
  }
});

/** Crashes, restarts, cuts and partitions for a while; in the end all is well again. */
function torment(rig: ElectionRig, forMs: number): void {
  const { prng } = rig;
  const sids = [...rig.servers.keys()];
  const blocked: [number, number][] = [];
  for (const untilMs = rig.nowMs + forMs; rig.nowMs < untilMs; ) {
    const [a, b] = [prng.pick(sids), prng.pick(sids)];
    const isUp = rig.server(a).election !== null;
    const fault = prng.pick(['crash', 'cut', 'block'] as const);
    if (!isUp) rig.start(a);
    else if (fault === 'crash') rig.crash(a);
    else if (fault === 'cut') rig.cut(a, b);
    else if (a !== b) blocked.push([a, b]);
    for (const [from, to] of blocked) rig.block(from, to);
    const healed = blocked.length > 2 ? blocked.shift() : undefined;
    if (healed) rig.unblock(...healed);
    rig.run(prng.between(1, prng.pick([10, 100, 800])));
  }
  for (const pair of blocked) rig.unblock(...pair);
  for (const sid of sids) if (rig.server(sid).election === null) rig.start(sid);
}

test('ensemble: faults of every kind, then peace → one leader, followed by all', () => {
  for (const seed of range(1, 400)) {
    const prng = new Prng(seed);
    const voters = 1 + (seed % 7);
    const observers = seed % 2 === 0 ? [101, 102] : [];
    const histories = randomHistories(prng, [...range(1, voters), ...observers]);
    const latencyMs = prng.pick([
      [1, 3],
      [1, 60],
      [250, 350],
    ] as const);
    const rig = new ElectionRig({ voters, observers, seed, histories, latencyMs });
    rig.start(...range(1, voters), ...observers);
    torment(rig, 5000);
    const fromMs = rig.nowMs;
    const leader = settle(rig, 60_000);
    assert.notEqual(leader, null, `seed ${seed}\n${describeAll(rig)}`);
    assert.ok((leader ?? 0) <= voters, `seed ${seed}: an observer leads`);
    const tookMs = rig.nowMs - fromMs;
    assert.ok(tookMs < 600 + 10 * latencyMs[1], `seed ${seed}: ${tookMs} ms`);
  }
});

test('ensemble: observers with the highest ids and histories → never lead (764, 769)', () => {
  for (const seed of range(1, 50)) {
    const observers = [100, 200, 300];
    const history = { zxid: makeZxid(9, 9), peerEpoch: 9 };
    const histories = Object.fromEntries(observers.map((sid) => [sid, history]));
    const rig = new ElectionRig({ voters: 3, observers, seed, histories });
    rig.start(...observers, 1);
    rig.run(2000);
    assert.equal(rig.settledLeader(), null, `seed ${seed}: one voter of three`);
    rig.start(2);
    assert.ok([1, 2].includes(settle(rig, 1000) ?? 0), `seed ${seed}\n${describeAll(rig)}`);
    for (const sid of observers) assert.equal(rig.electionOf(sid).state, 'observing');
  }
});

test('ensemble: three servers, one restarts again and again → it joins, no timer needed', () => {
  for (const seed of range(1, 20)) {
    const rig = new ElectionRig({ voters: 3, seed });
    rig.start(1, 2, 3);
    for (let restart = 0; restart < 20; restart++) {
      const leader = settle(rig, 1000);
      assert.notEqual(leader, null, `seed ${seed}, restart ${restart}\n${describeAll(rig)}`);
      rig.run(50);
      const sid = 1 + (restart % 3);
      rig.crash(sid);
      rig.run(200);
      const successor = rig.settledLeader();
      if (sid !== leader) assert.equal(successor, leader, `seed ${seed}, restart ${restart}`);
      rig.start(sid);
      const fromMs = rig.nowMs;
      assert.equal(settle(rig, 1000), successor, `seed ${seed}, restart ${restart}`);
      assert.ok(rig.nowMs - fromMs < 60, `seed ${seed}, restart ${restart}`);
    }
  }
});

test('ensemble: members with votes of different rounds and epochs → late server joins (1732)', () => {
  for (const seed of range(1, 50)) {
    const rig = new ElectionRig({ voters: 5, seed });
    rig.start(1, 2, 3);
    assert.notEqual(settle(rig, 1000), null);
    // The round of the others grows while they are alone, and that of the restarted ones begins anew.
    for (const sid of [4, 1, 2, 4]) {
      if (rig.server(sid).election !== null) rig.crash(sid);
      rig.run(500);
      rig.start(sid);
      assert.notEqual(settle(rig, 3000), null, `seed ${seed}\n${describeAll(rig)}`);
    }
    rig.start(5);
    const leader = settle(rig, 100);
    assert.notEqual(leader, null, `seed ${seed}\n${describeAll(rig)}`);
    const votes = range(1, 5).map((sid) => rig.electionOf(sid).currentVote);
    assert.equal(new Set(votes.map((vote) => vote?.leader)).size, 1);
    assert.equal(new Set(votes.map((vote) => vote?.peerEpoch)).size, 1);
  }
});

test('ensemble: the leader flaps on links of 300 ms → elections end all the same (975)', () => {
  for (const seed of range(1, 50)) {
    const rig = new ElectionRig({ voters: 5, seed, latencyMs: [250, 350] });
    rig.start(...range(1, 5));
    for (let flap = 0; flap < 5; flap++) {
      const leader = settle(rig, 10_000);
      assert.notEqual(leader, null, `seed ${seed}, flap ${flap}\n${describeAll(rig)}`);
      rig.crash(leader ?? 0);
      rig.run(rig.prng.below(1000));
      rig.start(leader ?? 0);
    }
    assert.notEqual(settle(rig, 10_000), null, `seed ${seed}`);
  }
});

test('ensemble: the same seed → the same run', () => {
  const [first, second] = [0, 0].map(() => {
    const rig = new ElectionRig({ voters: 5, observers: [9], seed: 77, latencyMs: [1, 60] });
    rig.start(1, 2, 3, 4, 5, 9);
    torment(rig, 3000);
    return `${rig.deliveredCount} ${rig.nowMs} ${describeAll(rig)}`;
  });
  assert.equal(first, second);
});

test('ensemble: a stranger says that the last round of all is on → leaders are elected as before', () => {
  for (const seed of range(1, 20)) {
    const rig = new ElectionRig({ voters: 5, seed });
    rig.start(...range(1, 5));
    assert.notEqual(settle(rig, 5000), null);
    const first = rig.settledLeader() ?? 0;
    rig.crash(first);
    const rest = range(1, 5).filter((sid) => sid !== first);
    const vote = { leader: rest[0] ?? 0, zxid: 0, peerEpoch: 0, electionEpoch: 2 ** 52 };
    for (const sid of rest) {
      const liar = rest.find((other) => other !== sid) ?? 0;
      const said = { ...vote, state: ServerState.LOOKING, version: 2, config: '' };
      rig.after(5, () => rig.electionOf(sid).onNotification(rig.nowMs, liar, said));
    }
    rig.run(20);
    for (let turn = 0; turn < 4; turn++) {
      assert.notEqual(settle(rig, 5000), null, `seed ${seed}, turn ${turn}\n${describeAll(rig)}`);
      const leader = rig.settledLeader() ?? 0;
      rig.run(100);
      rig.crash(leader);
      rig.run(10);
      rig.start(leader);
    }
  }
});
