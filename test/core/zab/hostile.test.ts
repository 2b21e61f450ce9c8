/** Peers that do not keep to the protocol: nothing that they send moves an epoch, a vote or a txn. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { makeZxid } from '../../../src/base/zxid.ts';
import { encoded } from '../../../src/core/zab/packet-body.ts';
import type { QuorumLink } from '../../../src/core/zab/quorum-link.ts';
import { QuorumPacketType, SessionValidity } from '../../../src/protocol/records/quorum.ts';
import {
  attackLeader,
  attackLearner,
  type HostileStep,
  plausible,
  TYPES,
} from './hostile-steps.ts';
import {
  ackEpoch,
  leaderInfo,
  learnerInfo,
  packetBytes,
  proposal,
  ScriptedLeader,
  ScriptedLearners,
  type SentPacket,
} from './scripted-peers.ts';
import { ToyHistory } from './toy-history.ts';

const z = makeZxid;
const T = QuorumPacketType;
const NAMES = new Map<number, string>(Object.entries(T).map(([name, type]) => [type, name]));
const nameOf = (type: number) => NAMES.get(type) ?? `type ${type}`;

// --- Every packet in every phase of a leader ------------------------------------------------------

interface LeaderScene {
  readonly script: ScriptedLearners;
  readonly link: QuorumLink;
}

function newLeader(): ScriptedLearners {
  return new ScriptedLearners(new ToyHistory([z(1, 1)], { accepted: 1, current: 1 }));
}

function servingLeader(): ScriptedLearners {
  const script = newLeader();
  script.follow(2, z(1, 1), 1);
  return script;
}

function joined(script: ScriptedLearners, ...packets: readonly SentPacket[]): LeaderScene {
  const link = script.connect();
  script.send(link, ...packets);
  assert.equal(link.closeReason, null);
  return { script, link };
}

const LEADER_SCENES: readonly [phase: string, make: () => LeaderScene, legal: readonly number[]][] =
  [
    ['connected', () => joined(newLeader()), [T.FOLLOWERINFO, T.OBSERVERINFO]],
    ['connected', () => joined(servingLeader()), [T.FOLLOWERINFO, T.OBSERVERINFO]],
    ['discovery', () => joined(newLeader(), learnerInfo(9, 1)), []],
    ['epochSent', () => joined(servingLeader(), learnerInfo(9, 1)), [T.ACKEPOCH]],
    [
      'epochAcked',
      () => {
        const script = newLeader();
        script.send(script.connect(), learnerInfo(2, 1));
        script.sync();
        return joined(script, learnerInfo(9, 1), ackEpoch(1, z(1, 1)));
      },
      [],
    ],
    [
      'synchronization',
      () => joined(servingLeader(), learnerInfo(9, 1), ackEpoch(1, z(1, 1))),
      // An ack of what it has is early, and moves nothing.
      [T.PING, T.ACK],
    ],
    [
      'broadcast',
      () =>
        joined(servingLeader(), learnerInfo(9, 1), ackEpoch(1, z(1, 1)), {
          type: T.ACK,
          zxid: z(2, 0),
        }),
      [T.PING, T.REVALIDATE, T.REQUEST, T.ACK],
    ],
  ];

/** All that nobody outside may move. */
function describeLeader({ history, leader, committed, asked, end }: ScriptedLearners): unknown {
  const { epoch, lastProposed, lastCommitted, phase } = leader;
  return {
    ...history.epochs,
    zxids: history.zxids,
    epoch,
    lastProposed,
    lastCommitted,
    phase,
    committed: [...committed],
    asked: [...asked],
    end,
  };
}

function learnerPhase({ script, link }: LeaderScene): string {
  return [...script.leader.learners].find((each) => each.link === link)?.phase ?? 'gone';
}

for (const [phase, make, legal] of LEADER_SCENES) {
  test(`hostile: every packet to a leader whose learner is ${phase} → closed, counted, nothing moves`, () => {
    for (const type of TYPES) {
      if (legal.includes(type)) continue;
      const scene = make();
      assert.equal(learnerPhase(scene), phase);
      const before = describeLeader(scene.script);
      scene.script.send(scene.link, plausible(type, 2, z(1, 1)));
      assert.notEqual(scene.link.closeReason, null, nameOf(type));
      assert.doesNotMatch(scene.link.closeReason ?? '', /\d{2}/, 'a reason is a fixed text');
      scene.script.sync();
      assert.deepEqual(describeLeader(scene.script), before, nameOf(type));
    }
  });

  test(`hostile: garbage bodies to a leader whose learner is ${phase} → closed, or nothing moves`, () => {
    for (const type of TYPES) {
      for (const length of [0, 1, 3, 7, 11, 15, 17]) {
        const scene = make();
        const before = describeLeader(scene.script);
        scene.script.send(scene.link, { type, zxid: -1, data: new Uint8Array(length).fill(0xfe) });
        scene.script.sync();
        // What is long enough is a question, and no more than that.
        scene.script.asked.length = 0;
        assert.deepEqual(describeLeader(scene.script), before, nameOf(type));
      }
    }
  });
}

test('hostile: acks of what was never proposed, of another epoch, of the future → closed', () => {
  for (const zxid of [z(2, 1), z(2, 2 ** 31), z(3, 0), z(3, 1), z(2 ** 21 - 1, 1)]) {
    const script = servingLeader();
    const { link } = joined(script, learnerInfo(3, 1), ackEpoch(1, z(1, 1)), {
      type: T.ACK,
      zxid: z(2, 0),
    });
    script.send(link, { type: T.ACK, zxid });
    assert.equal(link.closeReason, 'ack of what was never proposed');
    script.propose(z(2, 1));
    assert.deepEqual(script.committed, []);
  }
});

test('hostile: an ack of NEWLEADER of another epoch → the epoch is not established', () => {
  for (const zxid of [z(1, 0), z(3, 0), z(2, 1), 0, -1]) {
    const script = newLeader();
    const link = script.connect();
    script.send(link, learnerInfo(2, 1));
    script.sync();
    script.send(link, ackEpoch(1, z(1, 1)));
    script.sync();
    script.send(link, { type: T.ACK, zxid });
    assert.equal(link.isClosing, zxid > z(1, 1));
    assert.equal(script.leader.phase, 'synchronization');
  }
});

test('hostile: an observer, or a stranger as a follower, acks everything → nothing is committed', () => {
  for (const [sid, isObserver] of [
    [4, true],
    [9, false],
    [2, true],
  ] as const) {
    const script = servingLeader();
    const { link } = joined(script, learnerInfo(sid, 1, isObserver), ackEpoch(1, z(1, 1)));
    script.send(link, { type: T.ACK, zxid: z(2, 0) });
    script.propose(z(2, 1));
    script.send(link, { type: T.ACK, zxid: z(2, 1) });
    script.sync();
    assert.deepEqual(script.committed, []);
  }
});

test('hostile: strangers with any accepted epoch → no epoch is chosen from theirs', () => {
  for (const epoch of [2, 100, 2 ** 21 - 1]) {
    const script = newLeader();
    for (const sid of [4, 9, 77]) script.send(script.connect(), learnerInfo(sid, epoch));
    script.send(script.connect(), learnerInfo(2, 1));
    script.sync();
    assert.equal(script.leader.epoch, 2);
    assert.equal(script.end, null);
  }
});

// --- Every packet in every stage of a learner -------------------------------------------------------

const HELD = [z(1, 1), z(1, 2), z(1, 3)];

function learnerIn(stage: string, isObserver = false): ScriptedLeader {
  const script = new ScriptedLeader(new ToyHistory(HELD, { accepted: 1, current: 1 }), isObserver);
  const steps: readonly [stage: string, act: () => void][] = [
    ['discovery', () => {}],
    ['accepting', () => script.send(leaderInfo(5))],
    ['acknowledged', () => script.sync()],
    ['synchronization', () => script.send({ type: T.DIFF, zxid: z(1, 3) })],
    ['settling', () => script.send({ type: T.NEWLEADER, zxid: z(5, 0) })],
    ['ready', () => script.sync()],
    ['broadcast', () => script.send({ type: T.UPTODATE, zxid: -1 })],
  ];
  for (const [reached, act] of steps) {
    act();
    assert.equal(script.learner.stage, reached, script.end ?? '');
    if (reached === stage) break;
  }
  return script;
}

const AFTER_SYNC = [T.PROPOSAL, T.PING];
const LEARNER_STAGES: readonly [stage: string, legal: readonly number[]][] = [
  ['discovery', [T.LEADERINFO]],
  ['accepting', []],
  ['acknowledged', [T.DIFF, T.TRUNC, T.SNAP]],
  ['synchronization', [...AFTER_SYNC, T.NEWLEADER]],
  ['settling', AFTER_SYNC],
  ['ready', [...AFTER_SYNC, T.UPTODATE]],
  ['broadcast', [...AFTER_SYNC, T.REVALIDATE, T.SYNC]],
];

for (const [stage, legal] of LEARNER_STAGES) {
  for (const isObserver of [false, true]) {
    const who = isObserver ? 'an observer' : 'a follower';
    test(`hostile: every packet to ${who} in ${stage} → the leader is left, nothing moves`, () => {
      for (const type of TYPES) {
        const isInform = type === T.INFORM || type === T.INFORMANDACTIVATE;
        const isInformed = isObserver && isInform && legal.includes(T.PROPOSAL);
        if (legal.includes(type) || isInformed) continue;
        const script = learnerIn(stage, isObserver);
        script.send(plausible(type, 5, z(5, 1)));
        assert.notEqual(script.end, null, nameOf(type));
        assert.notEqual(script.link.closeReason, null, nameOf(type));
        assert.doesNotMatch(script.link.closeReason ?? '', /\d/, 'a reason is a fixed text');
        assert.deepEqual(script.history.zxids, HELD, nameOf(type));
        assert.deepEqual(script.applied, []);
      }
    });
  }
}

test('hostile: garbage bodies to a learner → left as malformed, nothing moves', () => {
  for (const [stage, type] of [
    ['discovery', T.LEADERINFO],
    ['synchronization', T.PROPOSAL],
    ['broadcast', T.PROPOSAL],
    ['broadcast', T.REVALIDATE],
  ] as const) {
    for (const data of [null, new Uint8Array(0), new Uint8Array(3)]) {
      const script = learnerIn(stage);
      script.send({ type, zxid: z(5, 1), data });
      assert.equal(script.link.closeReason, 'malformed packet', `${nameOf(type)} in ${stage}`);
      assert.deepEqual(script.history.zxids, HELD);
    }
  }
});

test('hostile: NEWLEADER of another epoch → left, no epoch becomes current', () => {
  for (const epoch of [0, 1, 4, 6, 2 ** 21 - 1]) {
    const script = learnerIn('synchronization');
    script.send({ type: T.NEWLEADER, zxid: z(epoch, 0) });
    script.sync();
    assert.match(script.end ?? '', /another epoch/);
    assert.deepEqual(script.history.epochs, { accepted: 5, current: 1 });
  }
});

test('hostile: COMMIT without, before, after and beside its PROPOSAL → left, nothing is applied', () => {
  for (const zxid of [z(1, 3), z(1, 4), z(5, 2), z(6, 1), 0, -1]) {
    const script = learnerIn('broadcast');
    script.send(proposal(z(5, 1)), { type: T.COMMIT, zxid });
    assert.notEqual(script.end, null);
    assert.deepEqual(script.applied, []);
  }
  const twice = learnerIn('broadcast');
  const commit = { type: T.COMMIT, zxid: z(5, 1) };
  twice.send(proposal(z(5, 1)), commit, commit);
  assert.deepEqual(twice.applied, [z(5, 1)]);
  assert.notEqual(twice.end, null);
});

test('hostile: proposals with a gap, twice, backwards, of an old epoch → left, nothing is logged', () => {
  for (const zxid of [z(5, 2), z(1, 3), z(1, 5), z(4, 2), z(5, 0), 0, -7]) {
    const script = learnerIn('broadcast');
    script.send(proposal(zxid));
    assert.notEqual(script.end, null);
    assert.deepEqual(script.history.zxids, HELD);
  }
});

test('hostile: a snapshot that is cut anywhere → the history is as it was', () => {
  const bytes = new Uint8Array(4 + 8 * 2);
  bytes[3] = 2;
  for (let length = 0; length < bytes.length; length++) {
    const script = learnerIn('acknowledged');
    script.send({ type: T.SNAP, zxid: z(1, 9) }, bytes.subarray(0, length));
    script.learner.onLinkDown(script.link);
    script.sync();
    assert.match(script.end ?? '', /connection to the leader is lost/);
    assert.deepEqual(script.history.zxids, HELD);
    assert.deepEqual(script.history.epochs, { accepted: 5, current: 1 });
  }
});

test('hostile: a packet whose length is beyond the limit → the end before it is gathered', () => {
  const bytes = packetBytes(proposal(z(5, 1)));
  for (const length of [0x7fffffff, -2, 1 << 20]) {
    const huge = Uint8Array.from(bytes);
    new DataView(huge.buffer).setInt32(12, length);
    const script = learnerIn('broadcast');
    script.send(huge);
    assert.equal(script.link.closeReason, 'malformed packet');
    const leader = servingLeader();
    const link = leader.connect();
    leader.send(link, huge);
    assert.equal(link.closeReason, 'malformed packet');
  }
});

test('hostile: answers that nobody asked for → no harm', () => {
  const script = learnerIn('broadcast');
  const data = encoded(SessionValidity, { sessionId: 7n, valid: true });
  script.send({ type: T.SYNC, zxid: 0 }, { type: T.REVALIDATE, zxid: -1, data });
  assert.equal(script.end, null);
});

// --- Anything at all ----------------------------------------------------------------------------------

const nat = fc.nat({ max: 2 ** 20 });
const steps: fc.Arbitrary<HostileStep[]> = fc.array(fc.tuple(nat, nat, nat, nat), {
  maxLength: 40,
});

test('hostile: random sequences of strangers to a leader → it serves, and nothing moves', () => {
  fc.assert(fc.property(steps, attackLeader), { numRuns: 300 });
});

test('hostile: random sequences to a learner → epochs rise, entries have no gap, no error', () => {
  fc.assert(fc.property(steps, attackLearner), { numRuns: 300 });
});
