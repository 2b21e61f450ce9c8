/**
 * BytePool: copies of short byte ranges, many to a slab, released in the order of their tags. What
 * is read from a shared buffer must be copied by whoever keeps it past the reading; a buffer of its
 * own for each would cost ten times as much as its bytes, and leave the clearing up to the
 * collector, which lets tens of megabytes pile up first.
 */
const SLAB_BYTES = 262144;
/** A longer range gets memory of its own, so that it does not hold a slab. */
const POOLED_BYTES_MAX = SLAB_BYTES / 8;
/** Shorter ranges are copied byte by byte: a view to copy from costs more than the copying. */
const LOOPED_BYTES_MAX = 128;
/** Free slabs beyond this many are left to the collector. */
const FREE_SLABS_MAX = 8;

interface FullSlab {
  readonly slab: Uint8Array;
  readonly lastTag: number;
}

export class BytePool {
  #slab: Uint8Array = new Uint8Array(0);
  #at = 0;
  #tag = 0;
  #full: FullSlab[] = [];
  readonly #free: Uint8Array[] = [];

  /** The tag of the copies that come next; tags never go down. */
  setTag(tag: number): void {
    this.#tag = tag;
  }

  /** A copy of `bytes[start, end)`, good until its tag is released. */
  copy(bytes: Uint8Array, start: number, end: number): Uint8Array {
    const length = end - start;
    if (length > POOLED_BYTES_MAX) return copyOf(bytes, start, end);
    if (this.#at + length > this.#slab.length) this.#nextSlab();
    const at = this.#at;
    this.#at = at + length;
    if (length < LOOPED_BYTES_MAX) {
      const slab = this.#slab;
      for (let i = 0; i < length; i++) slab[at + i] = bytes[start + i] as number;
    } else {
      this.#slab.set(bytes.subarray(start, end), at);
    }
    return this.#slab.subarray(at, at + length);
  }

  /** Nobody uses copies with tags up to this one any more. */
  release(tag: number): void {
    while (true) {
      const first = this.#full[0];
      if (first === undefined || first.lastTag > tag) return;
      this.#full.shift();
      if (this.#free.length < FREE_SLABS_MAX) this.#free.push(first.slab);
    }
  }

  #nextSlab(): void {
    if (this.#slab.length > 0) this.#full.push({ slab: this.#slab, lastTag: this.#tag });
    this.#slab = this.#free.pop() ?? new Uint8Array(SLAB_BYTES);
    this.#at = 0;
  }
}

/** A copy with memory of its own. `slice` would do, but for a Node Buffer that is no copy. */
export function copyOf(bytes: Uint8Array, start: number, end: number): Uint8Array {
  const copy = new Uint8Array(end - start);
  copy.set(bytes.subarray(start, end));
  return copy;
}
