/**
 * RequestQueue: first in, first out, over one growing ring. `Array.shift` on thousands of requests
 * in flight moves them all each time.
 */
const CAPACITY_FIRST = 64;

export class RequestQueue<R> {
  #ring: (R | undefined)[] = new Array<R | undefined>(CAPACITY_FIRST).fill(undefined);
  #head = 0;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get first(): R | undefined {
    return this.#ring[this.#head];
  }

  push(request: R): void {
    if (this.#size === this.#ring.length) this.#grow();
    this.#ring[(this.#head + this.#size) & (this.#ring.length - 1)] = request;
    this.#size++;
  }

  shift(): R | undefined {
    const request = this.#ring[this.#head];
    if (request === undefined) return undefined;
    this.#ring[this.#head] = undefined;
    this.#head = (this.#head + 1) & (this.#ring.length - 1);
    this.#size--;
    return request;
  }

  /** In order. Nothing may be pushed or shifted meanwhile. */
  *[Symbol.iterator](): IterableIterator<R> {
    for (let i = 0; i < this.#size; i++) {
      yield this.#ring[(this.#head + i) & (this.#ring.length - 1)] as R;
    }
  }

  /** Empties it. */
  takeAll(): R[] {
    const all: R[] = [];
    for (let request = this.shift(); request !== undefined; request = this.shift()) {
      all.push(request);
    }
    return all;
  }

  #grow(): void {
    const { length } = this.#ring;
    const grown = new Array<R | undefined>(length * 2).fill(undefined);
    for (let i = 0; i < length; i++) grown[i] = this.#ring[(this.#head + i) & (length - 1)];
    this.#ring = grown;
    this.#head = 0;
  }
}
