// Splits what real servers send each other on quorum and election port into pieces worth keeping,
// and names them by form. Read by hand from the bytes; src/ is not asked.

import { Op } from '../raw-client.ts';

export type Side = 'dialler' | 'acceptor';

export interface GoldenPiece {
  readonly folder: 'quorum' | 'election';
  /** The start of the file name: `proposal-create`. */
  readonly name: string;
  readonly bytes: Buffer;
}

export interface PacketPiece extends GoldenPiece {
  readonly type: number;
  readonly zxid: bigint;
  readonly data: Buffer | null;
}

/** Takes a chunk of one direction and gives the pieces that are whole. */
export type Splitter<P extends GoldenPiece = GoldenPiece> = (chunk: Buffer) => P[];

const packetNames: Readonly<Record<number, string>> = {
  1: 'request',
  2: 'proposal',
  3: 'ack',
  4: 'commit',
  5: 'ping',
  6: 'revalidate',
  7: 'sync',
  8: 'inform',
  9: 'commitandactivate',
  10: 'newleader',
  11: 'followerinfo',
  12: 'uptodate',
  13: 'diff',
  14: 'trunc',
  15: 'snap',
  16: 'observerinfo',
  17: 'leaderinfo',
  18: 'ackepoch',
  19: 'informandactivate',
};
const SNAP = 15;
const signature = Buffer.concat([Buffer.of(0, 0, 0, 10), Buffer.from('BenWasHere')]);

const opNames = new Map<number, string>(Object.entries(Op).map(([name, code]) => [code, name]));
const opName = (type: number): string =>
  type === -1 ? 'error' : (opNames.get(type) ?? `op${type}`).toLowerCase();

const packetForm = (type: number, data: Buffer | null, side: Side): string => {
  if (data === null) return '';
  if (type === 1) return `-${opName(data.readInt32BE(12))}`;
  if (type === 2 || type === 8) return `-${opName(data.readInt32BE(28))}`;
  if (type === 5 && side === 'dialler') return data.length === 0 ? '-answer' : '-answer-touched';
  if (type === 6 && side === 'acceptor') return data[8] === 0 ? '-answer-invalid' : '-answer-valid';
  return '';
};

/** A buffer that is consumed from the front; `undefined` from a reading means "not whole yet". */
class Pending {
  bytes: Buffer = Buffer.alloc(0);

  push(chunk: Buffer): void {
    this.bytes = Buffer.concat([this.bytes, chunk]);
  }

  take(count: number): Buffer {
    const taken = this.bytes.subarray(0, count);
    this.bytes = this.bytes.subarray(count);
    return taken;
  }

  intAt(at: number): number | undefined {
    return this.bytes.length < at + 4 ? undefined : this.bytes.readInt32BE(at);
  }
}

/** Where a packet ends that begins at 0. */
const packetEnd = (pending: Pending): number | undefined => {
  const dataLength = pending.intAt(12);
  if (dataLength === undefined) return undefined;
  let at = 16 + Math.max(0, dataLength);
  const count = pending.intAt(at);
  if (count === undefined) return undefined;
  at += 4;
  for (let strings = 2 * Math.max(0, count); strings > 0; strings--) {
    const length = pending.intAt(at);
    if (length === undefined) return undefined;
    at += 4 + Math.max(0, length);
  }
  return at <= pending.bytes.length ? at : undefined;
};

/** Quorum packets; a SNAP comes together with the snapshot and the signature behind it. */
export const quorumSplitter = (side: Side): Splitter<PacketPiece> => {
  const pending = new Pending();
  return (chunk) => {
    pending.push(chunk);
    const pieces: PacketPiece[] = [];
    for (;;) {
      let end = packetEnd(pending);
      if (end === undefined) return pieces;
      const type = pending.bytes.readInt32BE(0);
      if (type === SNAP) {
        const at = pending.bytes.indexOf(signature, end);
        if (at < 0) return pieces;
        end = at + signature.length;
      }
      const bytes = pending.take(end);
      const dataLength = bytes.readInt32BE(12);
      const data = dataLength < 0 ? null : bytes.subarray(16, 16 + dataLength);
      const name = `${packetNames[type] ?? type}${packetForm(type, data, side)}`;
      pieces.push({ folder: 'quorum', name, bytes, type, zxid: bytes.readBigInt64BE(4), data });
    }
  };
};

const stateNames = ['looking', 'following', 'leading', 'observing'];
const NO_SERVER = -(2n ** 63n);

/** The initial message of whoever dialled, then notifications without their length. */
export const electionSplitter = (side: Side): Splitter => {
  const pending = new Pending();
  let isInitial = side === 'dialler';
  return (chunk) => {
    pending.push(chunk);
    const pieces: GoldenPiece[] = [];
    for (;;) {
      const length = pending.intAt(isInitial ? 16 : 0);
      const header = isInitial ? 20 : 4;
      if (length === undefined || pending.bytes.length < header + length) return pieces;
      const piece = pending.take(header + length);
      if (isInitial) {
        isInitial = false;
        const isMany = piece.readBigInt64BE(0) === -65535n;
        const name = `initial-message${isMany ? '-of-many' : ''}`;
        pieces.push({ folder: 'election', name, bytes: piece });
        continue;
      }
      const bytes = piece.subarray(4);
      const who = bytes.readBigInt64BE(4) === NO_SERVER ? '-without-leader' : '';
      const name = `notification-${stateNames[bytes.readInt32BE(0)] ?? 'unknown'}${who}`;
      pieces.push({ folder: 'election', name, bytes });
    }
  };
};
