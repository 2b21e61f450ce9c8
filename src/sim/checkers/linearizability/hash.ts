/** 64 bits in two halves, enough to tell the states of one search apart. Sums do not know an order. */
export interface Hash {
  readonly low: number;
  readonly high: number;
}

/** Collects values one after the other. */
export class HashBuilder {
  #low = 0x811c9dc5 | 0;
  #high = 0x1b873593 | 0;

  number(value: number): this {
    this.#low = scramble(Math.imul(this.#low ^ value, 0x01000193));
    this.#high = scramble(Math.imul(this.#high + value, 0x85ebca6b));
    return this;
  }

  text(text: string): this {
    for (let i = 0; i < text.length; i++) {
      this.#low = Math.imul(this.#low ^ text.charCodeAt(i), 0x01000193);
      this.#high = Math.imul(this.#high + text.charCodeAt(i), 0x85ebca6b) ^ (this.#high >>> 15);
    }
    return this.number(text.length);
  }

  bytes(bytes: Uint8Array | null): this {
    if (bytes === null) return this.number(-1);
    for (const byte of bytes) this.#low = Math.imul(this.#low ^ byte, 0x01000193);
    return this.number(bytes.length);
  }

  get hash(): Hash {
    return { low: this.#low, high: scramble(this.#high ^ this.#low) };
  }
}

function scramble(value: number): number {
  const mixed = Math.imul(value ^ (value >>> 16), 0x45d9f3b);
  return mixed ^ (mixed >>> 15);
}
