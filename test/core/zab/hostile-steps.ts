/**
 * What a hostile peer may do, as numbers: each step is drawn from a list of acts, types, zxids and
 * bodies, so that a random generator finds sequences and a list of numbers repeats them. The checks
 * are what no stranger may bring about, whatever it sends.
 */
import assert from 'node:assert/strict';
import { epochOf, makeZxid, type Zxid } from '../../../src/base/zxid.ts';
import { encoded } from '../../../src/core/zab/packet-body.ts';
import type { QuorumLink } from '../../../src/core/zab/quorum-link.ts';
import { BinaryWriter } from '../../../src/protocol/jute/binary-writer.ts';
import {
  AckEpoch,
  ActivatedConfig,
  encodeInformAndActivate,
  encodeLearnerInfo,
  LeaderInfo,
  QuorumPacketType,
  SessionTimeout,
  SessionValidity,
} from '../../../src/protocol/records/quorum.ts';
import {
  ackEpoch,
  leaderInfo,
  learnerInfo,
  proposal,
  ScriptedLeader,
  ScriptedLearners,
  type SentPacket,
} from './scripted-peers.ts';
import { entryOf, isGapless, ToyHistory } from './toy-history.ts';

/** What is done, and three numbers that choose how. */
export type HostileStep = readonly [act: number, a: number, b: number, c: number];

const z = makeZxid;
const LEADER_INFO = { protocolVersion: 0x10000 };
export const TYPES: readonly number[] = [
  ...Object.values(QuorumPacketType),
  0,
  -1,
  20,
  2 ** 31 - 1,
];

function choose<T>(items: readonly T[], number: number): T {
  return items[number % items.length] as T;
}

/** As ids that are no voter's: who may say that it is one is believed, without authentication. */
const STRANGERS = [1, 4, 9, 0, -1, -(2 ** 63), Number.MAX_SAFE_INTEGER];

function bodies(zxid: Zxid): readonly (Uint8Array | null)[] {
  return [
    null,
    new Uint8Array(0),
    new Uint8Array(3),
    new Uint8Array(40).fill(0xff),
    entryOf(zxid).payload,
    encoded(LeaderInfo, LEADER_INFO),
    encoded(LeaderInfo, { protocolVersion: 1 }),
    ...[-1, 0, 1, 5, 2 ** 31 - 1].map((currentEpoch) => encoded(AckEpoch, { currentEpoch })),
    ...STRANGERS.map((sid) => encodeLearnerInfo(sid, 0)),
    encodeLearnerInfo(4, 2 ** 40),
    encoded(SessionTimeout, { sessionId: 7n, timeOut: -1 }),
    encoded(SessionValidity, { sessionId: 7n, valid: true }),
    forwarded(1),
    forwarded(9),
    forwarded(-11),
  ];
}

/** A packet of the type as it would be right, had its time come. */
export function plausible(type: number, epoch: number, zxid: Zxid): SentPacket {
  switch (type) {
    case QuorumPacketType.LEADERINFO:
      return leaderInfo(epoch);
    case QuorumPacketType.FOLLOWERINFO:
    case QuorumPacketType.OBSERVERINFO:
      return { ...learnerInfo(9, 1), type };
    case QuorumPacketType.ACKEPOCH:
      return ackEpoch(1, zxid);
    case QuorumPacketType.PROPOSAL:
    case QuorumPacketType.INFORM:
      return proposal(zxid, type);
    case QuorumPacketType.COMMITANDACTIVATE:
      return { type, zxid, data: encoded(ActivatedConfig, { designatedLeader: 1 }) };
    case QuorumPacketType.INFORMANDACTIVATE:
      return { type, zxid, data: encodeInformAndActivate(1, entryOf(zxid).payload) };
    case QuorumPacketType.REVALIDATE:
      return { type, zxid: -1, data: encoded(SessionTimeout, { sessionId: 7n, timeOut: 1 }) };
    case QuorumPacketType.NEWLEADER:
      return { type, zxid: z(epoch, 0) };
    default:
      return { type, zxid };
  }
}

function forwarded(type: number): Uint8Array {
  const writer = new BinaryWriter();
  writer.long(7n);
  writer.int(1);
  writer.int(type);
  writer.int(-1);
  return writer.take();
}

/** Around where the other side stands. */
function zxidsAround(last: Zxid, epoch: number): readonly Zxid[] {
  const e = Math.min(Math.max(epoch, 0), 2 ** 21 - 2);
  return [
    ...[last, last + 1, last - 1, last + 2, 0, -1, 1, z(1, 3), z(1, 4)],
    ...[z(e, 0), z(e, 1), z(e, 2), z(e + 1, 0), z(e + 1, 1), z(2 ** 21 - 1, 1), -(2 ** 52)],
  ];
}

function chunksOf(bytes: Uint8Array, cut: number): readonly Uint8Array[] {
  const at = cut % 4 === 0 ? (cut >> 2) % (bytes.length + 1) : bytes.length;
  return [bytes.slice(0, at), bytes.slice(at)].filter(({ length }) => length > 0);
}

// --- Against a leader -------------------------------------------------------------------------------

/** A leader that serves, server 2 that follows it honestly, and strangers on all other links. */
class LeaderUnderAttack {
  readonly script = new ScriptedLearners(new ToyHistory([z(1, 1)], { accepted: 1, current: 1 }));
  readonly #honest: QuorumLink;
  readonly #strangers: QuorumLink[];
  readonly #acked: Zxid[] = [];

  constructor() {
    this.#honest = this.script.follow(2, z(1, 1), 1);
    this.#strangers = [this.script.connect(), this.script.connect(), this.script.connect()];
  }

  step([act, a, b, c]: HostileStep): void {
    const { script } = this;
    switch (act % 8) {
      case 0:
        return this.#proposeHonestly();
      case 1:
        return script.sync();
      case 2:
        script.send(this.#honest, { type: QuorumPacketType.PING, zxid: 0 });
        return script.advance(60);
      case 3:
        return this.#reconnect(a % 3);
      case 4:
        return this.#send(
          a % 3,
          chunksOf(
            Uint8Array.from({ length: b % 50 }, (_, i) => c >> i),
            c,
          ),
        );
      case 5:
        return this.#goOn(a % 3, c);
      default:
        return this.#sendPacket(a % 3, choose(TYPES, b), c);
    }
  }

  #proposeHonestly(): void {
    const { script } = this;
    const zxid = script.leader.lastProposed + 1;
    script.propose(zxid);
    script.sync();
    script.send(this.#honest, { type: QuorumPacketType.ACK, zxid });
    this.#acked.push(zxid);
  }

  #reconnect(index: number): void {
    const { script } = this;
    script.leader.onLinkDown(this.#stranger(index));
    this.#strangers[index] = script.connect();
  }

  #stranger(index: number): QuorumLink {
    return this.#strangers[index] as QuorumLink;
  }

  /** As far as an observer gets that keeps to the protocol. */
  #goOn(index: number, c: number): void {
    const { script } = this;
    const link = this.#stranger(index);
    script.send(link, learnerInfo(choose([4, 9], c), 1, c % 3 === 0), ackEpoch(1, z(1, c % 3)));
    script.leader.onLinkDrained(link);
    script.send(link, { type: QuorumPacketType.ACK, zxid: z(script.leader.epoch, 0) });
  }

  #sendPacket(index: number, type: number, c: number): void {
    const { leader } = this.script;
    const zxids = zxidsAround(leader.lastProposed, leader.epoch);
    const zxid = choose(zxids, c);
    const data = choose(bodies(zxid), c >> 4);
    const right = plausible(type, leader.epoch, zxid).data ?? null;
    this.#send(index, chunksOf(packet(type, zxid, c % 512 < 256 ? right : data), c >> 9));
  }

  #send(index: number, chunks: readonly Uint8Array[]): void {
    const link = this.#stranger(index);
    for (const chunk of chunks) this.script.send(link, chunk);
    link.release(true);
    if (link.isClosing) this.#reconnect(index);
  }

  check(): void {
    const { script } = this;
    this.#honest.release(true);
    assert.equal(script.end, null);
    assert.equal(this.#honest.isClosing, false, this.#honest.closeReason ?? '');
    assert.deepEqual(script.history.epochs, { accepted: 2, current: 2 });
    assert.equal(script.leader.epoch, 2);
    assert.equal(script.history.zxids.length, 1 + this.#acked.length);
    assert.deepEqual(script.committed, this.#acked, 'committed is what the honest one has');
    assert.equal(script.leader.outstandingEntries.length, 0);
  }
}

function packet(type: number, zxid: Zxid, data: Uint8Array | null): Uint8Array {
  const writer = new BinaryWriter();
  writer.int(type);
  writer.longFromNumber(zxid);
  writer.buffer(data);
  writer.int(-1);
  return writer.take();
}

export function attackLeader(steps: readonly HostileStep[]): void {
  const attack = new LeaderUnderAttack();
  for (const step of steps) {
    attack.step(step);
    attack.check();
  }
}

// --- Against a learner ------------------------------------------------------------------------------

const COMMITTING: readonly number[] = [
  QuorumPacketType.COMMIT,
  QuorumPacketType.INFORM,
  QuorumPacketType.COMMITANDACTIVATE,
  QuorumPacketType.INFORMANDACTIVATE,
];
const HELD = [z(1, 1), z(1, 2), z(1, 3)];

/** A learner whose leader sends whatever it likes. */
class LearnerUnderAttack {
  readonly script: ScriptedLeader;
  #accepted = 1;
  #current = 1;
  /** What COMMIT, INFORM and their like have named. */
  readonly #committed = new Set<Zxid>();

  constructor(isObserver: boolean) {
    const history = new ToyHistory(HELD, { accepted: 1, current: 1 });
    this.script = new ScriptedLeader(history, isObserver);
  }

  get isOver(): boolean {
    return this.script.end !== null;
  }

  step([act, a, b, c]: HostileStep): void {
    const { script } = this;
    if (act % 8 < 2) return script.sync();
    if (act % 8 === 2) return this.#advance();
    if (act % 8 < 5) return this.#goOn(a);
    const { history } = script;
    const zxids = zxidsAround(history.lastZxid, history.epochs.accepted);
    const type = choose(TYPES, b);
    const zxid = choose(zxids, c);
    const data = choose([...bodies(zxid), snapshot()], c >> 4);
    const right = plausible(type, history.epochs.accepted, zxid).data ?? null;
    const bytes = packet(type, zxid, c % 512 < 400 ? right : data);
    if (COMMITTING.includes(type)) this.#committed.add(zxid);
    for (const chunk of chunksOf(bytes, c >> 9)) {
      if (!this.isOver && !script.link.isClosing) script.send(chunk);
    }
  }

  /** Honestly up to some point: what comes at once ends the role before it is of interest. */
  begin(steps: number): void {
    for (let i = 0; i < steps && !this.isOver; i++) {
      this.#goOn(i === 1 ? steps : 0);
      this.script.sync();
    }
  }

  #advance(): void {
    const { script } = this;
    script.nowMs += 60;
    script.learner.setNow(script.nowMs);
    script.learner.onTick();
  }

  /** What an honest leader would send next, or nearly. */
  #goOn(a: number): void {
    const { script } = this;
    const { history, learner } = script;
    const last = history.lastZxid;
    const epoch = Math.min(history.epochs.accepted, 2 ** 21 - 2);
    switch (learner.stage) {
      case 'discovery':
        return script.send(packet(17, z(1 + (a % 3), 0), encoded(LeaderInfo, LEADER_INFO)));
      case 'acknowledged': {
        const type = choose([13, 14, 15], a);
        script.send(packet(type, type === 14 ? z(1, 1 + (a % 4)) : last, null));
        if (type === 15 && !this.isOver) script.send(snapshot());
        return;
      }
      case 'ready':
        return script.send(packet(12, -1, null));
      case 'synchronization':
        return script.send(packet(10, z(epoch, 0), null));
      default: {
        const zxid = a % 64 === 63 || epochOf(last) < epoch ? z(epoch, 1) : last + 1;
        const kind = choose([2, 8], learner.isObserver ? a >> 1 : 0);
        const isCommitted = kind === 8 || a % 2 === 0;
        if (isCommitted) this.#committed.add(zxid);
        script.send(packet(kind, zxid, entryOf(zxid).payload));
        if (kind === 2 && isCommitted && !this.isOver) script.send(packet(4, zxid, null));
      }
    }
  }

  check(): void {
    const { history, applied } = this.script;
    const { accepted, current } = history.epochs;
    assert.ok(accepted >= this.#accepted && current >= this.#current, 'an epoch has gone down');
    assert.ok(current <= accepted, 'an epoch is current before it is accepted');
    this.#accepted = accepted;
    this.#current = current;
    assert.ok(epochOf(history.lastZxid) <= accepted, 'an entry of an epoch that was not accepted');
    assert.ok(isGapless(history.zxids), `a gap in the log: ${history.zxids}`);
    assert.ok(isGapless(applied), `applied ${applied}`);
    assert.ok(
      applied.every((zxid) => this.#committed.has(zxid)),
      'applied, and not committed',
    );
    const first = this.script.learner.pendingEntries[0]?.zxid ?? Number.POSITIVE_INFINITY;
    assert.ok((applied.at(-1) ?? -1) < first, 'applied before what was proposed before');
  }
}

function snapshot(): Uint8Array {
  const writer = new BinaryWriter();
  writer.int(HELD.length);
  for (const zxid of HELD) writer.longFromNumber(zxid);
  return writer.take();
}

export function attackLearner(steps: readonly HostileStep[]): void {
  for (const isObserver of [false, true]) {
    const attack = new LearnerUnderAttack(isObserver);
    attack.begin((steps[0]?.[1] ?? 0) % 12);
    attack.check();
    for (const step of steps) {
      if (attack.isOver) break;
      attack.step(step);
      attack.script.link.release(true);
      attack.check();
    }
  }
}
