// A learner down to its bytes, for what is hard to get out of a real one: it says any zxid it likes,
// and acknowledges everything.

import { connect } from 'node:net';
import { buf, cat, int, long } from '../raw-client.ts';
import { type PacketPiece, quorumSplitter } from './quorum-splitter.ts';

export interface RawLearnerOptions {
  readonly port: number;
  readonly isObserver: boolean;
  readonly serverId: bigint;
  /** What it says that it has: its epoch is the zxid's. */
  readonly lastZxid: bigint;
  /** Shown every packet of the leader. */
  readonly onPacket: (packet: PacketPiece) => void;
}

export interface RawLearner {
  stop(): void;
}

const packet = (type: number, zxid: bigint, data: Buffer | null): Buffer =>
  cat(int(type), long(zxid), buf(data), int(-1));

const answerTo = ({ type, zxid }: PacketPiece, lastZxid: bigint): Buffer | undefined => {
  const epoch = Number(lastZxid >> 32n);
  if (type === 17) return packet(18, lastZxid, int(epoch));
  if (type === 5) return packet(5, zxid, Buffer.alloc(0));
  if (type === 2 || type === 10 || type === 12) return packet(3, zxid, null);
  return undefined;
};

/** Dials the leader and goes through synchronization with it. */
export const startRawLearner = (options: RawLearnerOptions): RawLearner => {
  const { port, isObserver, serverId, lastZxid, onPacket } = options;
  const socket = connect(port, '127.0.0.1');
  const split = quorumSplitter('acceptor');
  const info = cat(long(serverId), int(0x10000), long(0n));
  socket.on('error', () => socket.destroy());
  socket.write(packet(isObserver ? 16 : 11, (lastZxid >> 32n) << 32n, info));
  socket.on('data', (chunk: Buffer) => {
    for (const piece of split(chunk)) {
      const answer = answerTo(piece, lastZxid);
      if (answer !== undefined) socket.write(answer);
      onPacket(piece);
    }
  });
  return { stop: () => socket.destroy() };
};
