/**
 * QuorumPacketDecoder: quorum packets, and the snapshot between them, out of a byte stream that is
 * cut anywhere.
 *
 * A packet has no length of its own: where it ends is known only after its data and its ids have
 * been walked over. The walk keeps its place, so a packet that comes in a million pieces costs no
 * more than its bytes. One that lies whole in the pushed chunk is handed out in place; only one that
 * is cut at the chunk's end is gathered, in a buffer that grows with what has really arrived.
 */
import { assert } from '../base/assert.ts';
import { copyOf } from '../base/byte-pool.ts';
import { int32At } from '../base/int32-at.ts';
import { BinaryReader } from './jute/binary-reader.ts';
import { GatherBuffer } from './jute/gather-buffer.ts';
import { JuteError } from './jute/jute-error.ts';
import { vector } from './jute/schema.ts';
import { Id } from './records/acl.ts';

const TWO_32 = 4294967296;
/** Type, zxid and the length of the data. */
const HEADER_BYTES = 16;
/** Two ustrings that are null or empty. */
const ID_BYTES_MIN = 8;
const EMPTY = new Uint8Array(0);
const NO_IDS: readonly Id[] = [];
const idVector = vector(Id);

/** What the walk reads next; it ends with the four bytes before `#needed`. */
const Step = { header: 0, idCount: 1, stringLength: 2, end: 3 } as const;

export interface RawBytes {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
}

export class QuorumPacketDecoder {
  /**
   * The packet that `next` found, good until the next call of it. Its data is `bytes[start, end)`,
   * valid until the next `push`.
   */
  type = 0;
  zxid = 0;
  bytes: Uint8Array = EMPTY;
  start = 0;
  end = 0;
  /** False when the data is null, which is not the same as empty. */
  hasData = false;
  authinfo: readonly Id[] | null = null;

  readonly #packetBytesMax: number;
  readonly #reader = new BinaryReader();
  #chunk: Uint8Array = EMPTY;
  #at = 0;
  readonly #gathered = new GatherBuffer();

  #step: number = Step.header;
  /** How many bytes of the packet the next step wants; at the end its length. */
  #needed = HEADER_BYTES;
  #dataBytes = 0;
  #stringsLeft = 0;

  /** `packetBytesMax` is the most that the data, and that all ids together, may have. */
  constructor(packetBytesMax: number) {
    this.#packetBytesMax = packetBytesMax;
  }

  /** True when a packet has begun and not ended. */
  get isMidPacket(): boolean {
    return this.#gathered.length > 0;
  }

  /** True when pushed bytes have not been looked at yet. */
  get hasUnread(): boolean {
    return this.#at < this.#chunk.length;
  }

  /** The data, as a view that is valid until the next `push`. */
  get data(): Uint8Array | null {
    return this.hasData ? this.bytes.subarray(this.start, this.end) : null;
  }

  /** Makes what is unread the decoder's own: the pushed chunk is about to be reused. */
  keepUnread(): void {
    this.#chunk = copyOf(this.#chunk, this.#at, this.#chunk.length);
    this.#at = 0;
  }

  push(chunk: Uint8Array): void {
    assert(!this.hasUnread, 'a chunk is pushed before the last one is read');
    this.#chunk = chunk;
    this.#at = 0;
  }

  /**
   * Moves to the next whole packet; false when the chunk has none left (the rest is kept). Throws
   * JuteError on a length or a zxid that is out of range; the stream is then of no more use.
   */
  next(): boolean {
    if (this.#gathered.length > 0) return this.#finishGathering();
    const at = this.#at;
    const left = this.#chunk.length - at;
    if (this.#walk(this.#chunk, at, left)) {
      this.#at = at + this.#needed;
      this.#handOut(this.#chunk, at);
      return true;
    }
    if (left > 0) this.#gather(left);
    return false;
  }

  /**
   * What has arrived after the packet that `next` found last, when it is not packets that follow it
   * but a snapshot; null when there is nothing yet. Who has taken `count` bytes of it says so with
   * `consumeRaw`; the rest is packets again, for `next`.
   */
  takeRaw(): RawBytes | null {
    assert(!this.isMidPacket, 'raw bytes wanted in the middle of a packet');
    if (!this.hasUnread) return null;
    return { bytes: this.#chunk, start: this.#at, end: this.#chunk.length };
  }

  consumeRaw(count: number): void {
    assert(count >= 0 && this.#at + count <= this.#chunk.length, 'more consumed than there is');
    this.#at += count;
  }

  /** Goes on over the packet that begins at `start`; true when `available` bytes hold all of it. */
  #walk(bytes: Uint8Array, start: number, available: number): boolean {
    while (available >= this.#needed) {
      if (this.#step === Step.end) return true;
      const value = int32At(bytes, start + this.#needed - 4);
      if (this.#step === Step.header) this.#onHeader(bytes, start);
      else if (this.#step === Step.idCount) this.#onIdCount(value);
      else this.#onStringLength(value);
    }
    return false;
  }

  #onHeader(bytes: Uint8Array, start: number): void {
    this.type = int32At(bytes, start);
    this.zxid = int32At(bytes, start + 4) * TWO_32 + (int32At(bytes, start + 8) >>> 0);
    if (!Number.isSafeInteger(this.zxid)) throw new JuteError(`zxid beyond 2^53: ${this.zxid}`);
    const length = int32At(bytes, start + 12);
    if (length < -1 || length > this.#packetBytesMax) throw new JuteError(`Len error ${length}`);
    this.#dataBytes = length;
    this.#needed += Math.max(0, length) + 4;
    this.#step = Step.idCount;
  }

  #onIdCount(count: number): void {
    if (count * ID_BYTES_MIN > this.#packetBytesMax) throw new JuteError(`${count} ids`);
    if (count <= 0) {
      this.#step = Step.end;
      return;
    }
    this.#stringsLeft = 2 * count;
    this.#needed += 4;
    this.#step = Step.stringLength;
  }

  #onStringLength(length: number): void {
    const idBytes = this.#needed - HEADER_BYTES - 4 - Math.max(0, this.#dataBytes);
    if (length < -1 || length > this.#packetBytesMax - idBytes) {
      throw new JuteError(`Len error ${length} after ${idBytes} bytes of ids`);
    }
    this.#stringsLeft--;
    const isLast = this.#stringsLeft === 0;
    this.#needed += Math.max(0, length) + (isLast ? 0 : 4);
    if (isLast) this.#step = Step.end;
  }

  /** Takes up to `wanted` bytes of the chunk; true when it had that many. */
  #gather(wanted: number): boolean {
    const count = Math.min(wanted, this.#chunk.length - this.#at);
    this.#gathered.append(this.#chunk, this.#at, this.#at + count);
    this.#at += count;
    return count === wanted;
  }

  #finishGathering(): boolean {
    const gathered = this.#gathered;
    while (!this.#walk(gathered.bytes, 0, gathered.length)) {
      if (!this.#gather(this.#needed - gathered.length)) return false;
    }
    this.#handOut(gathered.take(), 0);
    return true;
  }

  /** Everything of the packet at `start` is there: `#needed` bytes. */
  #handOut(bytes: Uint8Array, start: number): void {
    const end = start + this.#needed;
    const dataBytes = this.#dataBytes;
    this.#step = Step.header;
    this.#needed = HEADER_BYTES;
    this.bytes = bytes;
    this.start = start + HEADER_BYTES;
    this.end = this.start + Math.max(0, dataBytes);
    this.hasData = dataBytes >= 0;
    this.authinfo = this.#readIds(end);
  }

  #readIds(end: number): readonly Id[] | null {
    const count = int32At(this.bytes, this.end);
    if (count === -1) return null;
    if (count <= 0) return NO_IDS;
    return idVector.read(this.#reader.reset(this.bytes, this.end, end));
  }
}
