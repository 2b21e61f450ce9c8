/** ToyTree: a state small enough to see through, which storage keeps: a list of the txns applied. */

import type {
  RecoverySink,
  SnapshotSource,
  SnapshotTrailer,
} from '../../../src/core/storage/snapshot-source.ts';
import type { BinaryReader } from '../../../src/protocol/jute/binary-reader.ts';
import { BinaryWriter } from '../../../src/protocol/jute/binary-writer.ts';
import type { AclList } from '../../../src/protocol/records/acl.ts';
import { StatPersisted } from '../../../src/protocol/records/stat.ts';
import { TxnHeader } from '../../../src/protocol/records/txn.ts';

const STAT = {
  czxid: 0,
  mzxid: 0,
  ctime: 0,
  mtime: 0,
  version: 0,
  cversion: 0,
  aversion: 0,
  ephemeralOwner: 0n,
  pzxid: 0,
};

/** A txn is a TxnHeader and some bytes that are never zero. */
export function encodeTxn(writer: BinaryWriter, zxid: number, bytes: number): void {
  TxnHeader.write(writer, {
    clientId: 0x1234567890abcdefn,
    cxid: 7,
    zxid,
    time: 0x1a2076813ae,
    type: 5,
  });
  for (let i = 0; i < bytes; i++) writer.byte(1 + ((zxid * 31 + i * 7) % 255));
}

export function txnPayload(zxid: number, bytes = 20): Uint8Array {
  const writer = new BinaryWriter();
  encodeTxn(writer, zxid, bytes);
  return writer.take();
}

/** Each txn makes one node, named for its zxid. */
export class ToyTree implements RecoverySink {
  zxids: number[] = [];
  resets: number[] = [];
  sessions: [bigint, number][] = [];
  acls: [number, AclList][] = [];
  trailer: SnapshotTrailer | null = null;

  reset(zxid: number): void {
    this.resets.push(zxid);
    this.zxids = [];
    this.sessions = [];
    this.acls = [];
  }

  session(id: bigint, timeoutMs: number): void {
    this.sessions.push([id, timeoutMs]);
  }

  acl(id: number, list: AclList): void {
    this.acls.push([id, list]);
  }

  node(reader: BinaryReader): void {
    const path = reader.ustring();
    reader.buffer();
    reader.long();
    StatPersisted.read(reader);
    if (path !== '') this.zxids.push(Number(path?.slice(1)));
  }

  snapshotLoaded(trailer: SnapshotTrailer): void {
    this.trailer = trailer;
  }

  txn(reader: BinaryReader): void {
    this.zxids.push(TxnHeader.read(reader).zxid);
  }

  apply(zxid: number): void {
    this.zxids.push(zxid);
  }

  /** `filler` bytes of data in each node. */
  source(filler = 10): ToySource {
    return new ToySource([...this.zxids], filler);
  }
}

export class ToySource implements SnapshotSource {
  readonly zxid: number;
  readonly sessions = [[0x1000015337e0000n, 40000]] as const;
  readonly acls = [[1, [{ perms: 31, id: { scheme: 'world', id: 'anyone' } }]]] as const;
  readonly digest: { zxid: number; value: bigint };
  readonly serializeLastProcessedZxid = true;
  isReleased = false;
  readonly #zxids: number[];
  readonly #filler: Uint8Array;
  #at = -1;

  constructor(zxids: number[], filler: number) {
    this.#zxids = zxids;
    this.#filler = new Uint8Array(filler).fill(0x61);
    this.zxid = zxids.at(-1) ?? 0;
    this.digest = { zxid: this.zxid, value: 0x51c6d660n };
  }

  nextNode(writer: BinaryWriter): boolean {
    if (this.#at >= this.#zxids.length) return false;
    writer.ustring(this.#at < 0 ? '' : `/${this.#zxids[this.#at]}`);
    writer.buffer(this.#filler);
    writer.long(1n);
    StatPersisted.write(writer, STAT);
    this.#at++;
    return true;
  }

  release(): void {
    this.isReleased = true;
  }
}
