// Where a connection's requests come from, as bytes ready to send. A ring is encoded once and sent
// round and round; numbered creates copy a template and patch the digits of the path.

import { Buffer } from 'node:buffer';
import { encodeCreate } from './frames.ts';

export interface RequestSource {
  /** The bytes of the next `count` requests; fewer (or none) when the source runs dry. */
  take(count: number): { readonly bytes: Buffer; readonly count: number };
}

/** The shared bytes of a ring: many connections walk over the same ones. */
export class RequestRing {
  readonly #bytes: Buffer;
  readonly #offsets: Uint32Array;
  readonly size: number;

  /** `slack` requests are repeated at the end, so that a batch never has to wrap. */
  constructor(requests: readonly Buffer[], slack: number) {
    const laps = 1 + Math.ceil(slack / requests.length);
    const repeated = Array.from({ length: laps }, () => requests).flat();
    this.#bytes = Buffer.concat(repeated);
    this.#offsets = new Uint32Array(repeated.length + 1);
    repeated.forEach((request, index) => {
      this.#offsets[index + 1] = (this.#offsets[index] ?? 0) + request.length;
    });
    this.size = requests.length;
  }

  slice(from: number, count: number): Buffer {
    return this.#bytes.subarray(this.#offsets[from], this.#offsets[from + count]);
  }
}

export class RingSource implements RequestSource {
  readonly #ring: RequestRing;
  #position: number;

  constructor(ring: RequestRing, start: number) {
    this.#ring = ring;
    this.#position = start % ring.size;
  }

  take(count: number): { bytes: Buffer; count: number } {
    const bytes = this.#ring.slice(this.#position, count);
    this.#position = (this.#position + count) % this.#ring.size;
    return { bytes, count };
  }
}

export interface NumberedCreatesOptions {
  /** A path in which each run of `#` is filled with digits of the number, the last run first. */
  readonly pattern: string;
  readonly dataBytes: Buffer;
  readonly from: number;
  /** The first number not created. */
  readonly to: number;
}

export class NumberedCreates implements RequestSource {
  readonly #template: Buffer;
  /** Offsets of the digits in the template, the lowest digit first. */
  readonly #digits: readonly number[];
  #next: number;
  readonly #to: number;

  constructor({ pattern, dataBytes, from, to }: NumberedCreatesOptions) {
    this.#template = encodeCreate({ xid: 1, path: pattern, data: dataBytes });
    const pathOffset = this.#template.indexOf(pattern, 0, 'utf8');
    this.#digits = [...pattern]
      .flatMap((letter, index) => (letter === '#' ? [pathOffset + index] : []))
      .reverse();
    this.#next = from;
    this.#to = to;
  }

  take(count: number): { bytes: Buffer; count: number } {
    const taken = Math.min(count, this.#to - this.#next);
    const size = this.#template.length;
    const bytes = Buffer.allocUnsafe(taken * size);
    for (let index = 0; index < taken; index += 1) {
      const start = index * size;
      this.#template.copy(bytes, start);
      let rest = this.#next;
      this.#next += 1;
      for (const offset of this.#digits) {
        bytes[start + offset] = 0x30 + (rest % 10);
        rest = Math.floor(rest / 10);
      }
    }
    return { bytes, count: taken };
  }
}
