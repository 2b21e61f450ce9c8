/**
 * decodeSnapshot: reads a snapshot file in chunks into a sink. Every fault of the file is a value,
 * with its offset (in the uncompressed bytes) and the reason; the sink then holds part of a tree,
 * and must be reset.
 */
import { ADLER32_EMPTY, adler32 } from '../../base/adler32.ts';
import { BinaryReader } from '../../protocol/jute/binary-reader.ts';
import { JuteError } from '../../protocol/jute/jute-error.ts';
import { AclVector } from '../../protocol/records/acl.ts';
import { DIGEST_VERSION } from '../../protocol/records/txn.ts';
import {
  LAST_ZXID_BYTES,
  NODE_TAIL_BYTES,
  SEAL_BYTES,
  SNAPSHOT_HEADER_BYTES,
  SNAPSHOT_MAGIC,
} from './snapshot-format.ts';
import type { SnapshotDigest, SnapshotSink, SnapshotTrailer } from './snapshot-source.ts';

const CHUNK_BYTES = 1 << 20;
const SLASH = 0x2f;
const DIGEST_HEAD_BYTES = 12;

/** A file's bytes in order: `read` fills from `position` on and returns the count. */
export interface SnapshotBytes {
  readonly size: number;
  read(position: number, into: Uint8Array): number;
}

export type SnapshotOutcome =
  | { readonly ok: true; readonly trailer: SnapshotTrailer; readonly nodes: number }
  | { readonly ok: false; readonly offset: number; readonly reason: string };

/** `onNodes` is told the count so far, now and then. Errors of `bytes.read` are thrown on. */
export function decodeSnapshot(
  bytes: SnapshotBytes,
  sink: SnapshotSink,
  onNodes: (nodes: number) => void = () => {},
): SnapshotOutcome {
  const decoder = new SnapshotDecoder(bytes, sink, onNodes);
  try {
    return decoder.decode();
  } catch (error) {
    if (!(error instanceof JuteError)) throw error;
    return { ok: false, offset: decoder.position, reason: error.message };
  }
}

const PROGRESS_NODES = 8192;

class SnapshotDecoder {
  readonly #source: SnapshotBytes;
  readonly #sink: SnapshotSink;
  readonly #onNodes: (nodes: number) => void;
  readonly #reader: BinaryReader;
  #bytes: Uint8Array;
  /** The chunk holds the file's [#base, #base + #reader.end). */
  #base = 0;
  #checksum = ADLER32_EMPTY;
  /** Up to where the chunk's bytes are in the checksum. */
  #summedTo = 0;

  constructor(source: SnapshotBytes, sink: SnapshotSink, onNodes: (nodes: number) => void) {
    this.#source = source;
    this.#bytes = new Uint8Array(Math.min(CHUNK_BYTES, source.size));
    this.#sink = sink;
    this.#onNodes = onNodes;
    this.#reader = new BinaryReader(this.#bytes, 0, 0);
  }

  get position(): number {
    return this.#base + this.#reader.at;
  }

  decode(): SnapshotOutcome {
    const reader = this.#reader;
    this.#need(SNAPSHOT_HEADER_BYTES);
    if (reader.int() !== SNAPSHOT_MAGIC) throw new JuteError('it does not begin with ZKSN');
    reader.at += SNAPSHOT_HEADER_BYTES - 4;
    this.#sessions();
    this.#acls();
    const nodes = this.#nodes();
    this.#seal();
    return { ok: true, trailer: this.#trailer(), nodes };
  }

  #sessions(): void {
    for (let left = this.#count('sessions'); left > 0; left--) {
      this.#need(12);
      const id = this.#reader.long();
      this.#sink.session(id, this.#reader.int());
    }
  }

  #acls(): void {
    for (let left = this.#count('ACLs'); left > 0; left--) {
      this.#needAcl();
      const id = this.#reader.longAsNumber();
      this.#sink.acl(id, AclVector.read(this.#reader) ?? []);
    }
  }

  /** Makes one whole ACL table entry available. */
  #needAcl(): void {
    let bytes = 12;
    const count = this.#peekInt(8);
    for (let i = 0; i < count; i++) {
      bytes += 4;
      bytes += 4 + Math.max(0, this.#peekInt(bytes));
      bytes += 4 + Math.max(0, this.#peekInt(bytes));
    }
    this.#need(bytes);
  }

  #nodes(): number {
    const reader = this.#reader;
    for (let nodes = 0; ; nodes++) {
      const pathBytes = this.#peekInt(0);
      if (pathBytes < 0) throw new JuteError(`a path of ${pathBytes} bytes`);
      this.#need(4 + pathBytes);
      if (pathBytes === 1 && reader.bytes[reader.at + 4] === SLASH) {
        reader.at += 5;
        return nodes;
      }
      const dataBytes = this.#peekInt(4 + pathBytes);
      if (dataBytes < -1) throw new JuteError(`data of ${dataBytes} bytes`);
      const bytes = 8 + pathBytes + Math.max(0, dataBytes) + NODE_TAIL_BYTES;
      this.#need(bytes);
      const end = reader.at + bytes;
      this.#sink.node(reader);
      if (reader.at !== end) throw new JuteError('a node was misread');
      if (nodes % PROGRESS_NODES === 0) this.#onNodes(nodes);
    }
  }

  /** What follows the first seal. Its length alone tells which parts there are. */
  #trailer(): SnapshotTrailer {
    let digest: SnapshotDigest | null = null;
    let lastProcessedZxid: number | null = null;
    if (this.#remaining() >= DIGEST_HEAD_BYTES + SEAL_BYTES) digest = this.#digest();
    if (this.#remaining() >= LAST_ZXID_BYTES + SEAL_BYTES) {
      this.#need(LAST_ZXID_BYTES);
      lastProcessedZxid = this.#reader.longAsNumber();
      this.#seal();
    }
    return { digest, lastProcessedZxid };
  }

  #digest(): SnapshotDigest | null {
    const reader = this.#reader;
    this.#need(DIGEST_HEAD_BYTES);
    const zxid = reader.longAsNumber();
    const version = reader.int();
    let digest: SnapshotDigest | null = null;
    if (version < DIGEST_VERSION) {
      this.#need(4 + Math.max(0, this.#peekInt(0)));
      reader.ustring();
    } else {
      this.#need(8);
      const value = reader.long();
      if (version === DIGEST_VERSION) digest = { zxid, value };
    }
    this.#seal();
    return digest;
  }

  #seal(): void {
    this.#need(SEAL_BYTES);
    this.#sum();
    const checksum = this.#checksum;
    const reader = this.#reader;
    if (reader.int() !== 0 || reader.int() >>> 0 !== checksum) {
      reader.at -= 8;
      throw new JuteError('the checksum does not match');
    }
    if (reader.int() !== 1 || reader.byte() !== SLASH) throw new JuteError('no seal');
  }

  #count(what: string): number {
    this.#need(4);
    const count = this.#reader.int();
    if (count < 0) throw new JuteError(`${count} ${what}`);
    return count;
  }

  /** The int `ahead` bytes after the reader's place, which stays. */
  #peekInt(ahead: number): number {
    this.#need(ahead + 4);
    const reader = this.#reader;
    const at = reader.at;
    reader.at = at + ahead;
    const value = reader.int();
    reader.at = at;
    return value;
  }

  #remaining(): number {
    return this.#source.size - this.position;
  }

  #sum(): void {
    const reader = this.#reader;
    this.#checksum = adler32(this.#bytes, this.#summedTo, reader.at, this.#checksum);
    this.#summedTo = reader.at;
  }

  /** Makes `count` bytes from the reader's place on available, in one piece. */
  #need(count: number): void {
    const reader = this.#reader;
    if (reader.end - reader.at >= count) return;
    if (count > this.#remaining()) throw new JuteError('the file ends too early');
    this.#sum();
    const carried = reader.end - reader.at;
    let bytes = this.#bytes;
    if (count > bytes.length) bytes = new Uint8Array(Math.max(count, bytes.length * 2));
    bytes.set(this.#bytes.subarray(reader.at, reader.end));
    this.#base += reader.at;
    this.#bytes = bytes;
    this.#summedTo = 0;
    const read = this.#source.read(this.#base + carried, bytes.subarray(carried));
    reader.reset(bytes, 0, carried + read);
    if (reader.end < count) throw new JuteError('the file ends too early');
  }
}
