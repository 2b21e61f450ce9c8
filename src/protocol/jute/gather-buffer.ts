/**
 * GatherBuffer: the beginning of something that is cut at the end of a chunk, until the rest of it
 * comes. It grows with what has really arrived, so that a claimed length costs nothing.
 */
const BYTES_FIRST = 4096;
const EMPTY = new Uint8Array(0);

export class GatherBuffer {
  /** Good up to `length`. */
  bytes: Uint8Array = EMPTY;
  length = 0;

  /** A copy of `chunk[start, end)` at the end. */
  append(chunk: Uint8Array, start: number, end: number): void {
    const needed = this.length + end - start;
    if (needed > this.bytes.length) {
      const grown = new Uint8Array(Math.max(needed, this.bytes.length * 2, BYTES_FIRST));
      grown.set(this.bytes.subarray(0, this.length));
      this.bytes = grown;
    }
    this.bytes.set(chunk.subarray(start, end), this.length);
    this.length = needed;
  }

  /** What is gathered is whole, and its owner's from now on. */
  take(): Uint8Array {
    const { bytes } = this;
    this.bytes = EMPTY;
    this.length = 0;
    return bytes;
  }
}
