/**
 * SnapshotStreamDecoder: the snapshot that a leader sends after SNAP, as its bytes come in, into a
 * sink. It is what a snapshot file has between its header and its first seal, and then the ustring
 * "BenWasHere"; there is neither a length before it nor a checksum.
 *
 * Only an entry that a chunk's end has cut is put aside, and memory is taken for what has come, not
 * for what a length claims.
 */
import { BinaryReader } from '../../../protocol/jute/binary-reader.ts';
import { JuteError } from '../../../protocol/jute/jute-error.ts';
import { AclVector } from '../../../protocol/records/acl.ts';
import { NODE_TAIL_BYTES, STREAM_SIGNATURE } from '../snapshot-format.ts';
import type { SnapshotSink } from '../snapshot-source.ts';

type Part = 'sessionCount' | 'sessions' | 'aclCount' | 'acls' | 'nodes' | 'signature' | 'end';

const SLASH = 0x2f;
const SESSION_BYTES = 12;
const ENTRY_BYTES_MAX = 256 * 1024 * 1024;
const ASIDE_BYTES_MIN = 256;
const ASIDE_BYTES_KEPT = 64 * 1024;

export class SnapshotStreamDecoder {
  readonly #sink: SnapshotSink;
  readonly #reader = new BinaryReader();
  #part: Part = 'sessionCount';
  /** Sessions or ACL lists still to come. */
  #left = 0;
  #nodes = 0;
  /** How far the current ACL list has been looked through, and how many ACLs it has beyond. */
  #aclBytes = 0;
  #aclsLeft = 0;
  /** The beginning of an entry, and how much of it must be here before looking at it again. */
  #aside = new Uint8Array(ASIDE_BYTES_MIN);
  #asideBytes = 0;
  #needed = 0;

  constructor(sink: SnapshotSink) {
    this.#sink = sink;
  }

  get isDone(): boolean {
    return this.#part === 'end';
  }

  get nodes(): number {
    return this.#nodes;
  }

  /**
   * Takes `bytes[start, end)` and returns how many of them: fewer than all when the snapshot ends
   * within. Throws JuteError, also the sink's; nothing may be pushed after that.
   */
  push(bytes: Uint8Array, start: number, end: number): number {
    let at = start;
    while (at < end && !this.isDone) {
      if (this.#asideBytes > 0) at = this.#fillAside(bytes, at, end);
      else at = this.#decodeInPlace(bytes, at, end);
    }
    return at - start;
  }

  #decodeInPlace(bytes: Uint8Array, start: number, end: number): number {
    const reader = this.#reader.reset(bytes, start, end);
    this.#decode();
    if (this.isDone) return reader.at;
    this.#putAside(bytes, reader.at, end);
    return end;
  }

  #fillAside(bytes: Uint8Array, start: number, end: number): number {
    const until = Math.min(end, start + this.#needed - this.#asideBytes);
    this.#putAside(bytes, start, until);
    if (this.#asideBytes < this.#needed) return until;
    const reader = this.#reader.reset(this.#aside, 0, this.#asideBytes);
    this.#decode();
    // Never more was put aside than one entry needed: it is whole, or needs more.
    if (reader.at > 0) this.#asideBytes = 0;
    if (this.#aside.length > ASIDE_BYTES_KEPT && this.#asideBytes === 0) {
      this.#aside = new Uint8Array(ASIDE_BYTES_MIN);
    }
    return until;
  }

  #putAside(bytes: Uint8Array, start: number, end: number): void {
    const total = this.#asideBytes + end - start;
    if (total > this.#aside.length) {
      const grown = new Uint8Array(Math.max(total, this.#aside.length * 2));
      grown.set(this.#aside.subarray(0, this.#asideBytes));
      this.#aside = grown;
    }
    this.#aside.set(bytes.subarray(start, end), this.#asideBytes);
    this.#asideBytes = total;
  }

  /** Takes whole entries for as long as there are any. */
  #decode(): void {
    const reader = this.#reader;
    while (!this.isDone) {
      const needed = this.#bytesNeeded();
      if (needed > ENTRY_BYTES_MAX) throw new JuteError(`an entry of ${needed} bytes`);
      if (needed > reader.remaining) {
        this.#needed = needed;
        return;
      }
      this.#takeEntry();
    }
  }

  /** Of the next entry as far as can be told: more than there are, or exactly the entry's. */
  #bytesNeeded(): number {
    switch (this.#part) {
      case 'sessions':
        return SESSION_BYTES;
      case 'acls':
        return this.#aclNeeded();
      case 'nodes':
        return this.#nodeNeeded();
      case 'signature':
        return 4 + STREAM_SIGNATURE.length;
      default:
        return 4;
    }
  }

  #aclNeeded(): number {
    if (this.#aclBytes === 0) {
      if (this.#reader.remaining < SESSION_BYTES) return SESSION_BYTES;
      this.#aclsLeft = this.#intAhead(8);
      this.#aclBytes = 12;
    }
    while (this.#aclsLeft > 0) {
      let bytes = this.#aclBytes + 4;
      for (let string = 0; string < 2; string++) {
        if (bytes + 4 > this.#reader.remaining) return bytes + 4;
        bytes += 4 + Math.max(0, this.#intAhead(bytes));
      }
      if (bytes > this.#reader.remaining) return bytes;
      this.#aclBytes = bytes;
      this.#aclsLeft--;
    }
    return this.#aclBytes;
  }

  #nodeNeeded(): number {
    const { remaining } = this.#reader;
    if (remaining < 4) return 4;
    const pathBytes = this.#intAhead(0);
    if (pathBytes < 0) throw new JuteError(`a path of ${pathBytes} bytes`);
    if (remaining < 4 + pathBytes) return 4 + pathBytes;
    if (this.#isEnd(pathBytes)) return 5;
    if (remaining < 8 + pathBytes) return 8 + pathBytes;
    const dataBytes = this.#intAhead(4 + pathBytes);
    if (dataBytes < -1) throw new JuteError(`data of ${dataBytes} bytes`);
    return 8 + pathBytes + Math.max(0, dataBytes) + NODE_TAIL_BYTES;
  }

  #isEnd(pathBytes: number): boolean {
    const { bytes, at } = this.#reader;
    return pathBytes === 1 && bytes[at + 4] === SLASH;
  }

  /** The next entry is there. */
  #takeEntry(): void {
    const reader = this.#reader;
    switch (this.#part) {
      case 'sessionCount':
        this.#beginVector('sessions');
        break;
      case 'sessions': {
        const id = reader.long();
        this.#sink.session(id, reader.int());
        if (--this.#left === 0) this.#part = 'aclCount';
        break;
      }
      case 'aclCount':
        this.#beginVector('acls');
        break;
      case 'acls': {
        const id = reader.longAsNumber();
        this.#sink.acl(id, AclVector.read(reader) ?? []);
        this.#aclBytes = 0;
        if (--this.#left === 0) this.#part = 'nodes';
        break;
      }
      case 'nodes':
        this.#takeNode();
        break;
      default:
        if (reader.ustring() !== STREAM_SIGNATURE) throw new JuteError('no signature at the end');
        this.#part = 'end';
    }
  }

  #beginVector(part: 'sessions' | 'acls'): void {
    this.#left = this.#reader.int();
    if (this.#left < 0) throw new JuteError(`${this.#left} ${part}`);
    this.#part = part;
    if (this.#left === 0) this.#part = part === 'sessions' ? 'aclCount' : 'nodes';
  }

  #takeNode(): void {
    const reader = this.#reader;
    if (this.#isEnd(this.#intAhead(0))) {
      if (this.#nodes === 0) throw new JuteError('a snapshot without a node');
      reader.at += 5;
      this.#part = 'signature';
      return;
    }
    const end = reader.at + this.#nodeNeeded();
    this.#sink.node(reader);
    if (reader.at !== end) throw new JuteError('a node was misread');
    this.#nodes++;
  }

  /** The int `ahead` bytes after the reader's place, which stays. */
  #intAhead(ahead: number): number {
    const reader = this.#reader;
    const { at } = reader;
    reader.at = at + ahead;
    const value = reader.int();
    reader.at = at;
    return value;
  }
}
