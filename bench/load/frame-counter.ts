// Counts reply frames in a byte stream by walking their length prefixes, without decoding them:
// the cheapest thing that still notices a refused request. The err field is read only when the
// whole reply header lies in the chunk, which is all but the few frames that a chunk cuts.

import type { Buffer } from 'node:buffer';
import { REPLY_HEADER_BYTES } from './frames.ts';

const LENGTH_BYTES = 4;
const ERR_OFFSET = REPLY_HEADER_BYTES - 4;

export class FrameCounter {
  /** Bytes of the present frame that have not come yet. */
  #missing = 0;
  #prefixFilled = 0;
  #prefix = 0;
  /** Replies whose err was not 0. */
  errors = 0;
  /** The first err seen, for the message that ends the run. */
  firstError = 0;

  /** The number of frames that these bytes complete. */
  consume(chunk: Buffer, bytes: number): number {
    let frames = 0;
    let at = 0;
    while (at < bytes) {
      if (this.#missing > 0) {
        const step = Math.min(this.#missing, bytes - at);
        at += step;
        this.#missing -= step;
        if (this.#missing === 0) frames += 1;
      } else if (this.#prefixFilled === 0 && bytes - at >= REPLY_HEADER_BYTES) {
        this.#missing = chunk.readInt32BE(at);
        if (this.#missing >= REPLY_HEADER_BYTES - LENGTH_BYTES) {
          this.#noteError(chunk.readInt32BE(at + ERR_OFFSET));
        }
        at += LENGTH_BYTES;
      } else {
        this.#prefix = (this.#prefix << 8) | (chunk[at] ?? 0) | 0;
        this.#prefixFilled += 1;
        at += 1;
        if (this.#prefixFilled === LENGTH_BYTES) {
          this.#missing = this.#prefix;
          this.#prefixFilled = 0;
          this.#prefix = 0;
        }
      }
    }
    return frames;
  }

  #noteError(err: number): void {
    if (err === 0) return;
    this.errors += 1;
    if (this.firstError === 0) this.firstError = err;
  }
}
