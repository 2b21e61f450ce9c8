/**
 * FrameDecoder: length-prefixed frames out of a byte stream cut anywhere.
 *
 * A frame that lies whole in the pushed chunk is handed out in place, without a copy; only one that
 * is cut at the chunk's end is gathered in a buffer of its own. The length is checked before any
 * memory is taken.
 */
import { copyOf } from '../../base/byte-pool.ts';
import { int32At } from '../../base/int32-at.ts';
import { GatherBuffer } from './gather-buffer.ts';
import { JuteError } from './jute-error.ts';

const EMPTY = new Uint8Array(0);

export class FrameDecoder {
  /** The frame that `next` found: `bytes[start, end)`, valid until the next `push`. */
  bytes: Uint8Array = EMPTY;
  start = 0;
  end = 0;

  readonly #frameBytesMax: number;
  #chunk: Uint8Array = EMPTY;
  #at = 0;
  readonly #gathered = new GatherBuffer();

  /** `frameBytesMax` is the largest allowed length, itself included (`jute.maxbuffer`). */
  constructor(frameBytesMax: number) {
    this.#frameBytesMax = frameBytesMax;
  }

  /** True when a frame has begun and not ended. */
  get isMidFrame(): boolean {
    return this.#gathered.length > 0;
  }

  /** True when pushed bytes have not been looked at yet. */
  get hasUnread(): boolean {
    return this.#at < this.#chunk.length;
  }

  /** Makes what is unread the decoder's own: the pushed chunk is about to be reused. */
  keepUnread(): void {
    this.#chunk = copyOf(this.#chunk, this.#at, this.#chunk.length);
    this.#at = 0;
  }

  push(chunk: Uint8Array): void {
    this.#chunk = chunk;
    this.#at = 0;
  }

  /**
   * Moves to the next whole frame; false when the chunk has none left (the rest is kept).
   * Throws JuteError on a length outside [0, frameBytesMax].
   */
  next(): boolean {
    if (this.#gathered.length > 0) return this.#finishGathering();
    const chunk = this.#chunk;
    const at = this.#at;
    const left = chunk.length - at;
    if (left >= 4) {
      const length = this.#checked(int32At(chunk, at));
      if (left >= 4 + length) {
        this.bytes = chunk;
        this.start = at + 4;
        this.end = this.start + length;
        this.#at = this.end;
        return true;
      }
    }
    if (left > 0) this.#gather(left);
    return false;
  }

  #checked(length: number): number {
    if (length < 0 || length > this.#frameBytesMax) throw new JuteError(`Len error ${length}`);
    return length;
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
    if (gathered.length < 4 && !this.#gather(4 - gathered.length)) return false;
    const length = this.#checked(int32At(gathered.bytes, 0));
    if (!this.#gather(4 + length - gathered.length)) return false;
    this.bytes = gathered.take();
    this.start = 4;
    this.end = 4 + length;
    return true;
  }
}
