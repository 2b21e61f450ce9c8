/**
 * LearnerHandler: what the leader knows of one learner, and what it sends to it. One for each
 * connection; its phases are those of ZAB.
 *
 * While a snapshot is being sent nothing else may come between its bytes: packets are held back
 * and follow it. The snapshot is cut into slices, the next one when the connection has room.
 */
import { assert } from '../../base/assert.ts';
import type { ServerId } from '../../base/server-id.ts';
import type { Epoch, Zxid } from '../../base/zxid.ts';
import { BinaryWriter } from '../../protocol/jute/binary-writer.ts';
import {
  ActivatedConfig,
  encodeInformAndActivate,
  QuorumPacketType,
  writeCommit,
  writeInform,
  writeProposal,
  writeQuorumPacket,
} from '../../protocol/records/quorum.ts';
import type { SyncPlan } from './learner-sync.ts';
import { encoded } from './packet-body.ts';
import type { QuorumLink } from './quorum-link.ts';
import type { Entry, SnapshotSending } from './zab-history.ts';

export type LearnerPhase =
  /** It has not said who it is. */
  | 'connected'
  /** Its accepted epoch is known; it waits for the new one. */
  | 'discovery'
  /** LEADERINFO is on its way: ACKEPOCH must follow. */
  | 'epochSent'
  /** ACKEPOCH has come; it waits until a quorum's has. */
  | 'epochAcked'
  /** It gets the leader's history, and from now on all that is proposed. */
  | 'synchronization'
  | 'broadcast';

const NEXT: Readonly<Record<LearnerPhase, LearnerPhase | null>> = {
  connected: 'discovery',
  discovery: 'epochSent',
  epochSent: 'epochAcked',
  epochAcked: 'synchronization',
  synchronization: 'broadcast',
  broadcast: null,
};

const SLICE_BYTES = 256 * 1024;
/** More than this behind a snapshot that does not move, and the learner is given up. */
const HELD_BYTES_MAX = 128 * 1024 * 1024;

export class LearnerHandler {
  readonly link: QuorumLink;
  readonly #heldBytesMax: number;
  phase: LearnerPhase = 'connected';
  sid: ServerId = -1;
  /** It said FOLLOWERINFO: it gets proposals, and its acks count where it is a voter. */
  isFollower = false;
  isVoter = false;
  acceptedEpoch: Epoch = -1;
  /** Where its log ends, by its ACKEPOCH. */
  peerZxid: Zxid = -1;
  hasAckedNewLeader = false;
  /** It has acknowledged all proposals up to here. */
  lastAcked: Zxid = -1;
  lastHeardMs: number;
  readonly connectedMs: number;
  #lastProposed: Zxid = -1;
  /** A proposal that it had not acknowledged at the time, or -1. */
  #lagZxid: Zxid = -1;
  /** -1: to be read from the clock when it is looked at. */
  #lagSinceMs = -1;
  #snapshot: SnapshotSending | null = null;
  #held: BinaryWriter | null = null;

  constructor(link: QuorumLink, nowMs: number, heldBytesMax = HELD_BYTES_MAX) {
    this.link = link;
    this.#heldBytesMax = heldBytesMax;
    this.lastHeardMs = nowMs;
    this.connectedMs = nowMs;
  }

  transitionTo(phase: LearnerPhase): void {
    assert(NEXT[this.phase] === phase, `from ${this.phase} to ${phase}`);
    this.phase = phase;
  }

  /** It gets every proposal or, as an observer, every commit. */
  get isForwarding(): boolean {
    return this.phase === 'synchronization' || this.phase === 'broadcast';
  }

  get writer(): BinaryWriter {
    return this.#held ?? this.link.writer;
  }

  send(type: QuorumPacketType, zxid: Zxid, data: Uint8Array | null = null): void {
    writeQuorumPacket(this.writer, { type, zxid, data, authinfo: null });
  }

  propose({ zxid, payload }: Entry): void {
    if (this.link.isClosing) return;
    writeProposal(this.writer, zxid, payload);
    this.#lastProposed = zxid;
    if (this.#lagZxid < 0) this.#noteLag(zxid);
    this.#limitHeld();
  }

  #noteLag(zxid: Zxid): void {
    this.#lagZxid = zxid;
    this.#lagSinceMs = -1;
  }

  commit(entries: readonly Entry[]): void {
    if (this.link.isClosing) return;
    const { writer } = this;
    if (this.isFollower) {
      for (const { zxid } of entries) writeCommit(writer, zxid);
      return;
    }
    for (const { zxid, payload } of entries) writeInform(writer, zxid, payload);
    this.#limitHeld();
  }

  /** Commits a reconfiguration and says who leads under it. */
  activate({ zxid, payload }: Entry, designated: ServerId): void {
    if (this.isFollower) {
      const { COMMITANDACTIVATE } = QuorumPacketType;
      this.send(
        COMMITANDACTIVATE,
        zxid,
        encoded(ActivatedConfig, { designatedLeader: designated }),
      );
      return;
    }
    const { INFORMANDACTIVATE } = QuorumPacketType;
    this.send(INFORMANDACTIVATE, zxid, encodeInformAndActivate(designated, payload));
  }

  /** Whoever takes nothing of the snapshot must not cost the leader its memory. */
  #limitHeld(): void {
    if ((this.#held?.at ?? 0) > this.#heldBytesMax) this.link.close('snapshot takes too long');
  }

  /** True while a proposal without an ack is no older than this. */
  keepsUp(nowMs: number, lagMsMax: number): boolean {
    if (this.lastAcked >= this.#lastProposed) {
      this.#lagZxid = -1;
      return true;
    }
    if (this.#lagZxid < 0 || this.lastAcked >= this.#lagZxid) this.#noteLag(this.#lastProposed);
    if (this.#lagSinceMs < 0) this.#lagSinceMs = nowMs;
    return nowMs - this.#lagSinceMs <= lagMsMax;
  }

  /** Begins synchronization: the plan's packets; what is proposed from now on follows them. */
  synchronize(plan: SyncPlan, openSnapshot: () => SnapshotSending): void {
    this.transitionTo('synchronization');
    if (plan.kind === 'SNAP') {
      const snapshot = openSnapshot();
      this.send(QuorumPacketType.SNAP, snapshot.zxid);
      this.#snapshot = snapshot;
      this.#held = new BinaryWriter();
      this.link.hasMore = true;
      return this.sendSnapshot();
    }
    const type = plan.kind === 'DIFF' ? QuorumPacketType.DIFF : QuorumPacketType.TRUNC;
    this.send(type, plan.zxid);
    for (const { zxid, payload } of plan.entries) {
      writeProposal(this.writer, zxid, payload);
      writeCommit(this.writer, zxid);
    }
  }

  get isSendingSnapshot(): boolean {
    return this.#snapshot !== null;
  }

  /** As much of the snapshot as the connection has room for; to be called again when it has. */
  sendSnapshot(): void {
    const { link } = this;
    if (this.#snapshot === null || link.isCongested || link.isClosing) return;
    if (this.#snapshot.next(link.writer, SLICE_BYTES)) return;
    link.hasMore = false;
    this.release();
    const held = this.#held;
    this.#held = null;
    if (held !== null) link.writer.raw(held.bytes, 0, held.at);
  }

  /** The link is gone. */
  release(): void {
    this.#snapshot?.release();
    this.#snapshot = null;
  }
}
