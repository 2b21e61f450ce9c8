/** What strangers send to the election and quorum ports of an ensemble that is at work. */
import { makeZxid } from '../../src/base/zxid.ts';
import { encoded } from '../../src/core/zab/packet-body.ts';
import { BinaryWriter } from '../../src/protocol/jute/binary-writer.ts';
import {
  encodeInitialMessage,
  encodeNotification,
  ServerState,
} from '../../src/protocol/records/election.ts';
import {
  AckEpoch,
  encodeLearnerInfo,
  QuorumPacketType,
  SessionTimeout,
  writeQuorumPacket,
} from '../../src/protocol/records/quorum.ts';

export interface HostileBytes {
  readonly name: string;
  readonly bytes: Uint8Array;
}

const { FOLLOWERINFO, OBSERVERINFO, ACKEPOCH, ACK, REVALIDATE, SNAP } = QuorumPacketType;

function packet(type: number, zxid: number, data: Uint8Array | null = null): Buffer {
  const writer = new BinaryWriter();
  writeQuorumPacket(writer, { type, zxid, data, authinfo: null });
  return Buffer.from(writer.take());
}

function noise(length: number, seed: number): Buffer {
  return Buffer.from(Array.from({ length }, (_, i) => (i * 7919 + seed * 104_729) >> (i % 7)));
}

const PLAIN: readonly HostileBytes[] = [
  { name: 'nothing', bytes: Buffer.alloc(0) },
  { name: 'HTTP', bytes: Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n') },
  { name: 'zeroes', bytes: Buffer.alloc(5000) },
  { name: 'ones', bytes: Buffer.alloc(5000, 0xff) },
  ...[1, 2, 3].map((seed) => ({ name: `noise ${seed}`, bytes: noise(3000, seed) })),
];

/** To a quorum port, whoever listens there. */
export const quorumBytes: readonly HostileBytes[] = [
  ...PLAIN,
  ...Object.entries(QuorumPacketType).map(([name, type]) => ({
    name,
    bytes: packet(type, makeZxid(7, 7), noise(40, type)),
  })),
  { name: 'SNAP and a stream', bytes: Buffer.concat([packet(SNAP, 1), noise(60_000, 9)]) },
  { name: 'half a packet', bytes: packet(FOLLOWERINFO, 0).subarray(0, 9) },
  {
    name: 'data of 2 GiB',
    bytes: Buffer.concat([packet(FOLLOWERINFO, 0).subarray(0, 12), Buffer.from('7fffffff', 'hex')]),
  },
  ...[1, 2, 3, 9, -1].map((sid) => ({
    name: `server ${sid} with a far epoch`,
    bytes: packet(FOLLOWERINFO, makeZxid(2 ** 20, 0), Buffer.from(encodeLearnerInfo(sid, 0))),
  })),
  {
    name: 'a stranger with a later epoch that asks for sessions and acks the future',
    bytes: Buffer.concat([
      packet(OBSERVERINFO, makeZxid(9, 0), Buffer.from(encodeLearnerInfo(77, 0))),
      packet(ACKEPOCH, makeZxid(8, 1), Buffer.from(encoded(AckEpoch, { currentEpoch: 8 }))),
      packet(REVALIDATE, -1, Buffer.from(encoded(SessionTimeout, { sessionId: 1n, timeOut: 1 }))),
      packet(ACK, makeZxid(9, 9)),
    ]),
  },
];

function frame(bytes: Uint8Array): Buffer {
  const length = Buffer.alloc(4);
  length.writeInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

function vote(leader: number, state: ServerState = ServerState.LOOKING): Uint8Array {
  const zxid = makeZxid(2 ** 20, 1);
  const electionEpoch = 2 ** 40;
  return encodeNotification({ state, leader, zxid, electionEpoch, peerEpoch: 2 ** 20, config: '' });
}

function hello(serverId: number): Uint8Array {
  const addresses = [{ host: '127.0.0.1', port: 1 }];
  return encodeInitialMessage({ serverId, addresses, isMultiAddress: false });
}

/** To an election port: in the name of strangers, and of every member. */
export const electionBytes: readonly HostileBytes[] = [
  ...PLAIN,
  ...[1, 2, 3, 9, 2 ** 50].flatMap((sid) => [
    { name: `server ${sid} and no frame`, bytes: Buffer.concat([hello(sid), noise(50, sid)]) },
    { name: `server ${sid}, length 0`, bytes: Buffer.concat([hello(sid), Buffer.alloc(4)]) },
    {
      name: `server ${sid}, short notifications`,
      bytes: Buffer.concat([hello(sid), frame(noise(5, 1)), frame(noise(30, 2))]),
    },
    {
      name: `server ${sid}, votes of a far epoch and round`,
      bytes: Buffer.concat([hello(sid), ...[1, 2, 3, 9].map((leader) => frame(vote(leader)))]),
    },
    {
      name: `server ${sid} says that another leads`,
      bytes: Buffer.concat([
        hello(sid),
        frame(vote(sid, ServerState.LEADING)),
        frame(vote(1, ServerState.FOLLOWING)),
      ]),
    },
  ]),
];
