/**
 * P15: at the moment a packet or a vote leaves a server, what it promises is on that server's stable
 * storage. P3: who has accepted an epoch accepts no lower one; that follows from P2 and the first.
 */
import type { ServerId } from '../../../base/server-id.ts';
import { describeZxid, epochOf, makeZxid } from '../../../base/zxid.ts';
import { BinaryReader } from '../../../protocol/jute/binary-reader.ts';
import { readNotification, ServerState } from '../../../protocol/records/election.ts';
import { AckEpoch, QuorumPacketType } from '../../../protocol/records/quorum.ts';
import { Violated } from '../../violated.ts';
import type { TappedPacket } from '../net/packet-tap.ts';
import type { DiskEpochs } from './epochs.ts';

/** A server's disk, as it is without its memory. */
export interface StableDisk {
  readonly sid: ServerId;
  readonly epochs: DiskEpochs;
  /** Every entry up to here is there. */
  readonly through: number;
  /** What was there at any time. */
  readonly highest: { readonly zxid: number; readonly epoch: number };
  /** Where a recovery would end. */
  recoveredThrough(): number;
}

/** What the sender of a packet has committed when it leaves. */
export interface Committed {
  readonly through: number;
  readonly isLeading: boolean;
}

/** What both ends of a connection have said on it. */
export interface LinkFacts {
  /** Of the LEADERINFO. */
  epoch: number;
  /** Where the leader's committed history ended when it began to synchronize. */
  syncTarget: number;
  hasAckedNewLeader: boolean;
}

export function newLinkFacts(): LinkFacts {
  return { epoch: -1, syncTarget: -1, hasAckedNewLeader: false };
}

const SYNCS: ReadonlySet<number> = new Set([
  QuorumPacketType.DIFF,
  QuorumPacketType.TRUNC,
  QuorumPacketType.SNAP,
]);

/**
 * Where the history ends to which a learner is brought; -1 for packets that bring it to none. A follower
 * that feeds observers has committed what it has applied: maybe in the same step, behind the packet,
 * and then it follows as INFORM.
 */
export function syncTargetOf(
  { type, zxid }: Pick<TappedPacket, 'type' | 'zxid'>,
  { through, isLeading }: Committed,
): number {
  if (!SYNCS.has(type)) return -1;
  const mayFollow = type === QuorumPacketType.DIFF && !isLeading;
  return Math.max(0, mayFollow ? Math.min(zxid, through) : through);
}

export function checkPromise(disk: StableDisk, packet: TappedPacket, facts: LinkFacts): void {
  switch (packet.type) {
    case QuorumPacketType.LEADERINFO:
      facts.epoch = epochOf(packet.zxid);
      return checkAccepted(disk, facts.epoch, 'LEADERINFO');
    case QuorumPacketType.ACKEPOCH:
      return checkAckEpoch(disk, packet, facts);
    case QuorumPacketType.ACK:
      return checkAck(disk, packet.zxid, facts);
    default:
  }
}

function checkAccepted({ sid, epochs }: StableDisk, epoch: number, what: string): void {
  if (epochs.accepted >= epoch) return;
  const message = `server ${sid}: ${what} of epoch ${epoch}, accepted is ${epochs.accepted}`;
  throw Violated.of('P15', message);
}

function checkAckEpoch(disk: StableDisk, { zxid, data }: TappedPacket, facts: LinkFacts): void {
  checkAccepted(disk, facts.epoch, 'ACKEPOCH');
  checkThrough(disk, zxid, 'ACKEPOCH');
  const { currentEpoch } = AckEpoch.read(new BinaryReader(data ?? new Uint8Array(0)));
  if (currentEpoch <= disk.epochs.current) return;
  const message = `server ${disk.sid}: ACKEPOCH says ${currentEpoch}, not ${disk.epochs.current}`;
  throw Violated.of('P15', message);
}

function checkAck(disk: StableDisk, zxid: number, facts: LinkFacts): void {
  if (zxid !== makeZxid(facts.epoch, 0)) return checkThrough(disk, zxid, 'ACK');
  if (disk.epochs.current !== facts.epoch) {
    const { current } = disk.epochs;
    const message = `server ${disk.sid}: ACK of epoch ${facts.epoch}, current is ${current}`;
    throw Violated.of('P15', message);
  }
  if (facts.hasAckedNewLeader) return;
  facts.hasAckedNewLeader = true;
  const through = disk.recoveredThrough();
  if (through >= facts.syncTarget) return;
  const message =
    `server ${disk.sid}: ACK of NEWLEADER, and its disk ends at ${describeZxid(through)}, ` +
    `not ${describeZxid(facts.syncTarget)}`;
  throw Violated.of('P15', message);
}

function checkThrough({ sid, through }: StableDisk, zxid: number, what: string): void {
  if (zxid <= through) return;
  const message = `server ${sid}: ${what} of ${describeZxid(zxid)}, durable is ${describeZxid(through)}`;
  throw Violated.of('P15', message);
}

/** A vote for oneself says how far one's own history goes, or once went: others repeat old ones. */
export function checkVote({ sid, highest }: StableDisk, bytes: Uint8Array): void {
  const read = readNotification(bytes);
  if (read.kind !== 'notification' || read.state !== ServerState.LOOKING) return;
  if (read.leader !== sid || (read.zxid <= highest.zxid && read.peerEpoch <= highest.epoch)) return;
  const message =
    `server ${sid} votes with ${describeZxid(read.zxid)} in epoch ${read.peerEpoch}; ` +
    `it never had more than ${describeZxid(highest.zxid)} and ${highest.epoch}`;
  throw Violated.of('P15', message);
}
