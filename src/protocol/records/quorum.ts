/**
 * QuorumPacket: what leader and learners send each other on the quorum port, and what the bodies of
 * the packets hold. Packets have no length of their own: they lie back to back on the stream (see
 * quorum-packet-decoder.ts).
 *
 * PROPOSAL, COMMIT, ACK, INFORM, REQUEST and PING are written straight into the link's output, at
 * the rate of the writes of the whole ensemble; for the rest a record is good enough.
 */
import { assert } from '../../base/assert.ts';
import type { ServerId } from '../../base/server-id.ts';
import type { SessionId } from '../../base/session-id.ts';
import { describeZxid, type Zxid } from '../../base/zxid.ts';
import { BinaryReader } from '../jute/binary-reader.ts';
import { BinaryWriter } from '../jute/binary-writer.ts';
import { JuteError } from '../jute/jute-error.ts';
import { bool, buffer, type Infer, int, record, sessionId, vector } from '../jute/schema.ts';
import { Id } from './acl.ts';
import {
  checkedServerId,
  checkedZxid,
  readSafeLong,
  readServerId,
  writeSafeLong,
  writeServerId,
} from './server-id.ts';

/** Numbers and capitals of the wire (ZooKeeper's Leader). M is the learner master, L the learner. */
export const QuorumPacketType = {
  /** L→M, zxid -1: ForwardedRequest, then the request's body; authinfo: who its client is. */
  REQUEST: 1,
  /** M→L: the txn as it goes into the log: header, txn, digest. */
  PROPOSAL: 2,
  /** L→M: everything up to zxid is on the disk. */
  ACK: 3,
  COMMIT: 4,
  /** M→L without data; L→M with the sessions touched since the last one. */
  PING: 5,
  /** L→M: SessionTimeout; M→L: SessionValidity. */
  REVALIDATE: 6,
  /** M→L, zxid 0: answers the oldest sync that the learner asked for. */
  SYNC: 7,
  /** M→observer: a proposal and its commit in one. */
  INFORM: 8,
  /** M→L: ActivatedConfig. */
  COMMITANDACTIVATE: 9,
  /** M→L, zxid (epoch, 0): the text of the last seen configuration. */
  NEWLEADER: 10,
  /** L→M, zxid (acceptedEpoch, 0): LearnerInfo. */
  FOLLOWERINFO: 11,
  /** M→L, zxid -1. */
  UPTODATE: 12,
  /** M→L: zxid is the leader's last committed one. */
  DIFF: 13,
  /** M→L: zxid is where to truncate to. */
  TRUNC: 14,
  /** M→L: zxid is the snapshot's; its bytes follow the packet, then SNAPSHOT_SIGNATURE. */
  SNAP: 15,
  /** As FOLLOWERINFO. */
  OBSERVERINFO: 16,
  /** M→L, zxid (new epoch, 0): LeaderInfo. */
  LEADERINFO: 17,
  /** L→M: zxid is the learner's last logged one; AckEpoch. */
  ACKEPOCH: 18,
  /** M→observer: ActivatedConfig, then as PROPOSAL. */
  INFORMANDACTIVATE: 19,
} as const;

export type QuorumPacketType = (typeof QuorumPacketType)[keyof typeof QuorumPacketType];

/** `type` may be a number that nobody knows: such a packet is passed over. */
export type QuorumPacket = Infer<typeof QuorumPacket>;
export const QuorumPacket = record('QuorumPacket', {
  type: int,
  zxid: checkedZxid,
  data: buffer,
  authinfo: vector(Id),
});

export function writeQuorumPacket(writer: BinaryWriter, packet: QuorumPacket): void {
  QuorumPacket.write(writer, packet);
}

/** A packet of nothing but a zxid. */
function writeBare(writer: BinaryWriter, type: QuorumPacketType, zxid: Zxid): void {
  writer.int(type);
  writeSafeLong(writer, zxid);
  writer.int(-1);
  writer.int(-1);
}

/** `payload` is header, txn and digest, as they are in the log. */
export function writeProposal(writer: BinaryWriter, zxid: Zxid, payload: Uint8Array): void {
  writer.int(QuorumPacketType.PROPOSAL);
  writeSafeLong(writer, zxid);
  writer.buffer(payload);
  writer.int(-1);
}

export function writeInform(writer: BinaryWriter, zxid: Zxid, payload: Uint8Array): void {
  writer.int(QuorumPacketType.INFORM);
  writeSafeLong(writer, zxid);
  writer.buffer(payload);
  writer.int(-1);
}

export function writeAck(writer: BinaryWriter, zxid: Zxid): void {
  writeBare(writer, QuorumPacketType.ACK, zxid);
}

export function writeCommit(writer: BinaryWriter, zxid: Zxid): void {
  writeBare(writer, QuorumPacketType.COMMIT, zxid);
}

/** How the data of a REQUEST begins; the rest of it is the request's body. */
export type ForwardedRequest = Infer<typeof ForwardedRequest>;
export const ForwardedRequest = record('ForwardedRequest', { sessionId, cxid: int, type: int });
const FORWARDED_REQUEST_BYTES = 16;

export interface RequestPacket extends ForwardedRequest {
  readonly body: Uint8Array;
  /** Never null for an operation that is checked against ACLs: Java would refuse it. */
  readonly authinfo: readonly Id[] | null;
}

const authinfoVector = vector(Id);

export function writeRequest(writer: BinaryWriter, request: RequestPacket): void {
  writer.int(QuorumPacketType.REQUEST);
  writeSafeLong(writer, -1);
  writer.int(FORWARDED_REQUEST_BYTES + request.body.length);
  ForwardedRequest.write(writer, request);
  writer.raw(request.body, 0, request.body.length);
  authinfoVector.write(writer, request.authinfo);
}

/** A session and its timeout in milliseconds. */
export type TouchedSession = readonly [id: SessionId, timeoutMs: number];
const TOUCHED_SESSION_BYTES = 12;

/** `touched` is null from a leader. */
export function writePing(
  writer: BinaryWriter,
  zxid: Zxid,
  touched: readonly TouchedSession[] | null,
): void {
  if (touched === null) {
    writeBare(writer, QuorumPacketType.PING, zxid);
    return;
  }
  writer.int(QuorumPacketType.PING);
  writeSafeLong(writer, zxid);
  writer.int(touched.length * TOUCHED_SESSION_BYTES);
  for (const [id, timeoutMs] of touched) {
    writer.long(id);
    writer.int(timeoutMs);
  }
  writer.int(-1);
}

/** The data of a learner's PING, to its end. */
export function readTouchedSessions(reader: BinaryReader): TouchedSession[] {
  if (reader.remaining % TOUCHED_SESSION_BYTES !== 0) {
    throw new JuteError(`${reader.remaining} bytes are no list of sessions and timeouts`);
  }
  const touched: TouchedSession[] = [];
  while (reader.remaining > 0) touched.push([reader.long(), reader.int()]);
  return touched;
}

/** Asks whether a session that a client takes up is alive. */
export type SessionTimeout = Infer<typeof SessionTimeout>;
export const SessionTimeout = record('SessionTimeout', { sessionId, timeOut: int });

export type SessionValidity = Infer<typeof SessionValidity>;
export const SessionValidity = record('SessionValidity', { sessionId, valid: bool });

/** Who leads under the configuration that begins to count. */
export type ActivatedConfig = Infer<typeof ActivatedConfig>;
export const ActivatedConfig = record('ActivatedConfig', { designatedLeader: checkedServerId });

/** The data of an INFORMANDACTIVATE. */
export function encodeInformAndActivate(leader: ServerId, payload: Uint8Array): Uint8Array {
  const writer = new BinaryWriter(8 + payload.length);
  ActivatedConfig.write(writer, { designatedLeader: leader });
  writer.raw(payload, 0, payload.length);
  return writer.take();
}

/** Of leaders and learners since 3.4: with LEADERINFO and ACKEPOCH. */
export const QUORUM_PROTOCOL_VERSION = 0x10000;

export type LeaderInfo = Infer<typeof LeaderInfo>;
export const LeaderInfo = record('LeaderInfo', { protocolVersion: int });

/** -1: the epoch had been accepted before, so this acknowledgement does not count. */
export type AckEpoch = Infer<typeof AckEpoch>;
export const AckEpoch = record('AckEpoch', { currentEpoch: int });

export interface LearnerInfo {
  /** Null when the learner did not say: the leader gives it a number. */
  readonly serverId: ServerId | null;
  /** 1 before 3.4: no LEADERINFO is sent to such a learner, and no ACKEPOCH comes. */
  readonly protocolVersion: number;
  /** Null before 3.5. */
  readonly configVersion: Zxid | null;
}

/** The data of FOLLOWERINFO and OBSERVERINFO: 8, 12 or 20 bytes; Java lets more follow. */
export function readLearnerInfo(data: Uint8Array | null): LearnerInfo {
  if (data === null) return { serverId: null, protocolVersion: 1, configVersion: null };
  const reader = new BinaryReader(data);
  return {
    serverId: readServerId(reader),
    protocolVersion: reader.remaining >= 4 ? reader.int() : 1,
    configVersion: reader.remaining >= 8 ? readSafeLong(reader) : null,
  };
}

export function encodeLearnerInfo(serverId: ServerId, configVersion: Zxid): Uint8Array {
  const writer = new BinaryWriter();
  writeServerId(writer, serverId);
  writer.int(QUORUM_PROTOCOL_VERSION);
  writeSafeLong(writer, configVersion);
  return writer.take();
}

/** A ustring that follows the snapshot of a SNAP (the signature in ZooKeeper's Learner). */
export const SNAPSHOT_SIGNATURE = 'BenWasHere';

/** The text of a configuration, in NEWLEADER and in notifications: plain UTF-8. */
export function encodeConfigText(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'utf8'));
}

/** Bytes that are no UTF-8 become U+FFFD, as in Java; the parser then refuses the text. */
export function decodeConfigText(bytes: Uint8Array | null): string {
  if (bytes === null) return '';
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}

const typeNames: ReadonlyMap<number, string> = new Map(
  Object.entries(QuorumPacketType).map(([name, type]) => [type, name]),
);

/** One line for traces, whatever the packet holds: `REQUEST -1 0x1000 cxid=3 op=1 #42 auth=1`. */
export function describeQuorumPacket(packet: QuorumPacket): string {
  const { type, data, authinfo } = packet;
  const parts = [typeNames.get(type) ?? `UNKNOWN${type}`, describeZxid(packet.zxid)];
  if (data !== null) parts.push(describeData(type, data), `#${data.length}`);
  if (authinfo !== null) parts.push(`auth=${authinfo.length}`);
  return parts.filter((part) => part !== '').join(' ');
}

function describeData(type: number, data: Uint8Array): string {
  try {
    return describeBody(type, data);
  } catch (error) {
    assert(error instanceof JuteError, String(error));
    return 'malformed';
  }
}

function describeBody(type: number, data: Uint8Array): string {
  switch (type) {
    case QuorumPacketType.REQUEST: {
      const request = ForwardedRequest.read(new BinaryReader(data));
      return `${sessionId.describe(request.sessionId)} cxid=${request.cxid} op=${request.type}`;
    }
    case QuorumPacketType.REVALIDATE: {
      const reader = new BinaryReader(data);
      const session = sessionId.describe(reader.long());
      return reader.remaining === 1 ? `${session} valid=${reader.bool()}` : session;
    }
    case QuorumPacketType.FOLLOWERINFO:
    case QuorumPacketType.OBSERVERINFO: {
      const info = readLearnerInfo(data);
      return `sid=${info.serverId} config=${info.configVersion}`;
    }
    case QuorumPacketType.ACKEPOCH:
      return `currentEpoch=${AckEpoch.read(new BinaryReader(data)).currentEpoch}`;
    case QuorumPacketType.COMMITANDACTIVATE:
    case QuorumPacketType.INFORMANDACTIVATE:
      return `leader=${ActivatedConfig.read(new BinaryReader(data)).designatedLeader}`;
    default:
      return '';
  }
}
