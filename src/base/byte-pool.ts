/**
 * BytePool: copies of short byte ranges, many to a slab. What is read from a shared buffer must be
 * copied by whoever keeps it past the reading, and a buffer of its own for each costs ten times as
 * much as its bytes. A slab lives for as long as any copy in it.
 */
const SLAB_BYTES = 262144;
/** A longer range gets memory of its own, so that it does not hold a slab. */
const POOLED_BYTES_MAX = SLAB_BYTES / 8;

export class BytePool {
  #slab = new Uint8Array(0);
  #at = 0;

  /** A copy of `bytes[start, end)`. */
  copy(bytes: Uint8Array, start: number, end: number): Uint8Array {
    const length = end - start;
    if (length > POOLED_BYTES_MAX) return copyOf(bytes, start, end);
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

/** A copy with memory of its own. `slice` would do, but for a Node Buffer that is no copy. */
export function copyOf(bytes: Uint8Array, start: number, end: number): Uint8Array {
  const copy = new Uint8Array(end - start);
  copy.set(bytes.subarray(start, end));
  return copy;
}
