/**
 * A Learner and a Leader whose other side is the test: it writes whatever packets it likes, and
 * reads what comes back. Nothing here keeps to the protocol by itself.
 */
import { makeZxid, type Zxid } from '../../../src/base/zxid.ts';
import { Leader } from '../../../src/core/zab/leader.ts';
import { Learner } from '../../../src/core/zab/learner.ts';
import { EnsembleConfigs } from '../../../src/core/zab/members/ensemble-configs.ts';
import { encoded } from '../../../src/core/zab/packet-body.ts';
import { QuorumLink } from '../../../src/core/zab/quorum-link.ts';
import { BinaryWriter } from '../../../src/protocol/jute/binary-writer.ts';
import { JuteError } from '../../../src/protocol/jute/jute-error.ts';
import { QuorumPacketDecoder } from '../../../src/protocol/quorum-packet-decoder.ts';
import {
  AckEpoch,
  encodeLearnerInfo,
  LeaderInfo,
  QuorumPacketType,
  writeQuorumPacket,
} from '../../../src/protocol/records/quorum.ts';
import { ensembleOf } from './members/ensemble-of.ts';
import { entryOf, type ToyHistory } from './toy-history.ts';

const OPTIONS = { tickTimeMs: 100, initLimitTicks: 10, syncLimitTicks: 5 };
const PACKET_BYTES_MAX = 1 << 16;
const NAMES = new Map<number, string>(
  Object.entries(QuorumPacketType).map(([name, type]) => [type, name]),
);

export interface SentPacket {
  readonly type: number;
  readonly zxid: Zxid;
  readonly data?: Uint8Array | null;
}

export function packetBytes({ type, zxid, data = null }: SentPacket): Uint8Array {
  const writer = new BinaryWriter();
  writeQuorumPacket(writer, { type, zxid, data, authinfo: null });
  return writer.take();
}

export const leaderInfo = (epoch: number): SentPacket => ({
  type: QuorumPacketType.LEADERINFO,
  zxid: makeZxid(epoch, 0),
  data: encoded(LeaderInfo, { protocolVersion: 0x10000 }),
});

export const proposal = (zxid: Zxid, type: number = QuorumPacketType.PROPOSAL): SentPacket => ({
  type,
  zxid,
  data: entryOf(zxid).payload,
});

export const learnerInfo = (sid: number, acceptedEpoch: number, isObserver = false) => ({
  type: isObserver ? QuorumPacketType.OBSERVERINFO : QuorumPacketType.FOLLOWERINFO,
  zxid: makeZxid(acceptedEpoch, 0),
  data: encodeLearnerInfo(sid, 0),
});

export const ackEpoch = (currentEpoch: number, zxid: Zxid): SentPacket => ({
  type: QuorumPacketType.ACKEPOCH,
  zxid,
  data: encoded(AckEpoch, { currentEpoch }),
});

function createLink(id: number): QuorumLink {
  const remote = { address: `10.0.0.${id}`, port: 1 };
  return new QuorumLink({ onDirty() {} }, { id, remote, packetBytesMax: PACKET_BYTES_MAX });
}

/** `ACK 0x200000000`: one line for each packet; what a snapshot is made of is not looked at. */
function takeSent(link: QuorumLink): string[] {
  const decoder = new QuorumPacketDecoder(1 << 20);
  decoder.push(Uint8Array.from(link.output));
  link.release(true);
  const lines: string[] = [];
  while (decoder.next()) {
    lines.push(`${NAMES.get(decoder.type)} 0x${decoder.zxid.toString(16)}`);
    if (decoder.type === QuorumPacketType.SNAP) break;
  }
  return lines;
}

/** Server 3 of three; the leader, server 1, is the test. */
export class ScriptedLeader {
  readonly history: ToyHistory;
  readonly learner: Learner;
  readonly applied: Zxid[] = [];
  end: string | null = null;
  isServing = false;
  nowMs = 0;
  #link: QuorumLink | null = null;

  constructor(history: ToyHistory, isObserver = false, delayMs = 0) {
    this.history = history;
    this.learner = new Learner({
      options: { ...OPTIONS, myid: 3 },
      history,
      leader: 1,
      isObserver,
      configVersion: 0,
      nowMs: 0,
      host: {
        dial: () => {
          this.#link = createLink(1);
          return this.#link;
        },
        decode: (entry) => {
          if (entry.payload.length !== 8) throw new JuteError('no txn');
          return null;
        },
        apply: (entry) => this.applied.push(entry.zxid),
        onEstablished: () => {
          this.isServing = true;
        },
        onLeaderConfig() {},
        onActivated() {},
        onRevalidated() {},
        onSyncAnswered() {},
        takeTouched: () => [],
        leave: (reason) => {
          this.end = reason;
        },
        note() {},
      },
    });
    this.learner.start(delayMs);
    if (this.#link !== null) this.learner.onLinkUp(this.#link);
  }

  get link(): QuorumLink {
    if (this.#link === null) throw new Error('nothing was dialled');
    return this.#link;
  }

  send(...packets: readonly (SentPacket | Uint8Array)[]): void {
    for (const packet of packets) {
      const bytes = packet instanceof Uint8Array ? packet : packetBytes(packet);
      this.learner.receive(this.link, bytes);
    }
  }

  /** The learner's disk does all that it has to. */
  sync(): void {
    for (let event = this.history.sync(); event !== null; event = this.history.sync()) {
      if (event.kind === 'epochSaved') this.learner.onEpochSaved(event.which);
      else if (event.kind === 'truncated') this.learner.onTruncated();
      else if (event.kind === 'adopted') this.learner.onAdopted();
      else this.learner.onHistoryMoved();
    }
  }

  takeSent(): string[] {
    return takeSent(this.link);
  }
}

/** Server 1 of three, which leads; its learners are the test. */
export class ScriptedLearners {
  readonly history: ToyHistory;
  readonly leader: Leader;
  readonly committed: Zxid[] = [];
  readonly asked: string[] = [];
  readonly notes: string[] = [];
  end: string | null = null;
  nowMs = 0;
  #lastLinkId = 0;

  constructor(history: ToyHistory, syncQuorum = false) {
    this.history = history;
    this.leader = new Leader({
      options: { ...OPTIONS, myid: 1, syncQuorum },
      configs: new EnsembleConfigs({
        current: ensembleOf([1, 2, 3], [4]),
        isDynamic: false,
        standaloneEnabled: true,
      }),
      history,
      nowMs: 0,
      host: {
        seeConfig() {},
        activateConfig() {},
        handOver() {},
        onEstablished() {},
        onSyncAnswered: () => this.asked.push('own sync answered'),
        commit: (through) => this.committed.push(through),
        onRequest: (learner, { cxid, type }) =>
          this.asked.push(`request of ${learner.sid}: ${cxid} ${type}`),
        revalidate: (learner, sessionId) => {
          this.asked.push(`revalidate of ${learner.sid}: ${sessionId}`);
          return true;
        },
        touch: (sessionId) => this.asked.push(`touch ${sessionId}`),
        stepDown: (reason) => {
          this.end = reason;
        },
        note: (message) => this.notes.push(message),
      },
    });
    this.leader.start();
  }

  connect(): QuorumLink {
    const link = createLink(++this.#lastLinkId);
    this.leader.onLinkUp(link);
    return link;
  }

  send(link: QuorumLink, ...packets: readonly (SentPacket | Uint8Array)[]): void {
    for (const packet of packets) {
      // As the driver does: nothing is read from a link that is closing.
      if (link.isClosing) return;
      const bytes = packet instanceof Uint8Array ? packet : packetBytes(packet);
      this.leader.receive(link, bytes);
    }
  }

  sync(): void {
    for (let event = this.history.sync(); event !== null; event = this.history.sync()) {
      if (event.kind === 'epochSaved') this.leader.onEpochSaved(event.which);
      else if (event.kind === 'synced') this.leader.onSynced(event.through);
    }
  }

  /** An honest follower, up to the ack of NEWLEADER. */
  follow(sid: number, zxid: Zxid, currentEpoch: number): QuorumLink {
    const link = this.connect();
    this.send(link, learnerInfo(sid, currentEpoch));
    this.sync();
    this.send(link, ackEpoch(currentEpoch, zxid));
    this.sync();
    this.send(link, { type: QuorumPacketType.ACK, zxid: makeZxid(this.leader.epoch, 0) });
    return link;
  }

  propose(zxid: Zxid): void {
    const entry = entryOf(zxid);
    this.history.append(zxid, entry.payload);
    this.leader.propose(entry);
  }

  advance(ms: number): void {
    this.nowMs += ms;
    this.leader.setNow(this.nowMs);
    this.leader.onTick();
  }

  takeSent(link: QuorumLink): string[] {
    return takeSent(link);
  }
}
