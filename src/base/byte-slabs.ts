/**
 * ByteSlabs: copies of byte ranges that are kept for long and dropped at any time, many to a slab.
 * The collector takes a slab when nobody has a copy in it: to count them would cost more. A buffer
 * of its own for each copy is memory outside the heap, which costs several times the copying.
 *
 * Where copies are dropped in the order in which they were made, see BytePool.
 */
import { copyOf } from './byte-pool.ts';

const SLAB_BYTES = 65536;
/** A longer range gets memory of its own, so that it does not hold a slab. */
const SHARED_BYTES_MAX = SLAB_BYTES / 8;

export class ByteSlabs {
  #slab: Uint8Array = new Uint8Array(0);
  #at = 0;

  /** A copy of `bytes[start, end)`. */
  copy(bytes: Uint8Array, start: number, end: number): Uint8Array {
    const length = end - start;
    if (length > SHARED_BYTES_MAX) return copyOf(bytes, start, end);
    if (this.#at + length > this.#slab.length) {
      this.#slab = new Uint8Array(SLAB_BYTES);
      this.#at = 0;
    }
    const at = this.#at;
    this.#at = at + length;
    this.#slab.set(bytes.subarray(start, end), at);
    return this.#slab.subarray(at, at + length);
  }
}
