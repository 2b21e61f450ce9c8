/** What servers say to each other, in ZooKeeper's words and in one short line. */
import { describeSessionId } from '../../base/session-id.ts';
import { counterOf, describeZxid, epochOf } from '../../base/zxid.ts';
import { BinaryReader } from '../../protocol/jute/binary-reader.ts';
import { OpCode } from '../../protocol/op-code.ts';
import { readNotification, ServerState } from '../../protocol/records/election.ts';
import {
  AckEpoch,
  ForwardedRequest,
  QuorumPacketType,
  readLearnerInfo,
  readTouchedSessions,
} from '../../protocol/records/quorum.ts';
import { readPayload } from '../disk/log-records.ts';
import { describePacket, type TappedPacket } from '../ensemble/net/packet-tap.ts';

const STATES = Object.keys(ServerState);
const OPS = new Map<number, string>(Object.entries(OpCode).map(([name, code]) => [code, name]));
/** `create` and `create2` differ in what is answered only. */
OPS.set(OpCode.create2, 'create');

export function describeVote(bytes: Uint8Array): string | null {
  const read = readNotification(bytes);
  if (read.kind === 'ignored') return null;
  const { leader, zxid, electionEpoch, peerEpoch, state } = read;
  // An observer has no vote: it wants to hear those of the others.
  if (leader < 0) return `who leads? (no vote), round ${electionEpoch}, ${STATES[state]}`;
  const vote = `vote (leader ${leader}, zxid ${describeZxid(zxid)}, epoch ${peerEpoch})`;
  return `${vote}, round ${electionEpoch}, ${STATES[state]}`;
}

export function describeQuorumPacket(packet: TappedPacket): string {
  const { type, zxid, data } = packet;
  const reader = new BinaryReader(data ?? new Uint8Array(0));
  const epoch = epochOf(zxid);
  switch (type) {
    case QuorumPacketType.FOLLOWERINFO:
    case QuorumPacketType.OBSERVERINFO: {
      const name = type === QuorumPacketType.FOLLOWERINFO ? 'FOLLOWERINFO' : 'OBSERVERINFO';
      return `${name} (sid ${readLearnerInfo(data).serverId}, acceptedEpoch ${epoch})`;
    }
    case QuorumPacketType.LEADERINFO:
      return `LEADERINFO (epoch ${epoch})`;
    case QuorumPacketType.ACKEPOCH: {
      const { currentEpoch } = AckEpoch.read(reader);
      return `ACKEPOCH (currentEpoch ${currentEpoch}, last zxid ${describeZxid(zxid)})`;
    }
    case QuorumPacketType.NEWLEADER:
      return `NEWLEADER (epoch ${epoch})`;
    case QuorumPacketType.UPTODATE:
      return 'UPTODATE';
    case QuorumPacketType.ACK:
      return counterOf(zxid) === 0 ? `ACK (of epoch ${epoch})` : describePacket(packet);
    case QuorumPacketType.PROPOSAL:
    case QuorumPacketType.INFORM:
      return `${describePacket(packet)} ${describeTxn(data ?? new Uint8Array(0))}`;
    case QuorumPacketType.REQUEST: {
      const { type: op } = ForwardedRequest.read(reader);
      return `REQUEST ${describeRequest(op, reader)}`;
    }
    case QuorumPacketType.REVALIDATE: {
      const session = `REVALIDATE session ${describeSessionId(reader.long())}`;
      if (reader.remaining !== 1) return session;
      return `${session}: ${reader.bool() ? 'alive' : 'gone'}`;
    }
    case QuorumPacketType.PING: {
      const touched = data === null ? [] : readTouchedSessions(reader);
      const sessions = touched.map(([id]) => describeSessionId(id)).join(', ');
      return touched.length === 0 ? 'PING' : `PING (alive: ${sessions})`;
    }
    case QuorumPacketType.SYNC:
      return 'SYNC';
    default:
      return describePacket(packet);
  }
}

/** The path, where the request begins with one. */
function describeRequest(op: number, reader: BinaryReader): string {
  const name = OPS.get(op) ?? `op ${op}`;
  const hasPath = op > 0 && op !== OpCode.multi;
  return hasPath ? `${name} ${reader.ustring()}` : name;
}

function describeTxn(payload: Uint8Array): string {
  const { txn, clientId } = readPayload(payload, 0, payload.length);
  const name = OPS.get(txn.type) ?? `type ${txn.type}`;
  if ('path' in txn.body) return `${name} ${txn.body.path}`;
  const isSession = txn.type === OpCode.createSession || txn.type === OpCode.closeSession;
  return isSession ? `${name} ${describeSessionId(clientId)}` : name;
}
