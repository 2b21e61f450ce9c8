/**
 * RelayPipe: one direction of a connection that goes through a relay: bytes, then an end or a reset.
 * What it is given waits while the pipe is held or has nowhere to go, and for its delay. Nothing is
 * lost or reordered: a network that comes back goes on where it was, as TCP does.
 */
import type { Socket } from 'node:net';
import { cutOff } from './cut-off.ts';

/** Waiting bytes above which the source is not read: then it is the sender's system that waits. */
const WAITING_BYTES_MAX = 262_144;

type Item = { readonly kind: 'bytes'; readonly bytes: Buffer } | { readonly kind: 'end' | 'reset' };
type Waiting = Item & { readonly dueMs: number };

export class RelayPipe {
  readonly #source: Socket;
  #sink: Socket | null = null;
  #waiting: Waiting[] = [];
  #waitingBytes = 0;
  #isHeld = false;
  #delayMs = 0;
  #lastDueMs = 0;
  #timer: NodeJS.Timeout | null = null;
  #isSinkFull = false;
  #isClosed = false;

  /** `onBytes` sees what comes, when it comes. */
  constructor(source: Socket, onBytes: (bytes: Buffer) => void) {
    this.#source = source;
    source.on('data', (bytes) => {
      onBytes(bytes);
      this.#push({ kind: 'bytes', bytes });
    });
    source.on('end', () => this.#push({ kind: 'end' }));
    source.on('error', () => this.#push({ kind: 'reset' }));
  }

  /** Where it leads to. */
  connect(sink: Socket): void {
    this.#sink = sink;
    sink.on('drain', () => {
      this.#isSinkFull = false;
      this.#pump();
    });
    this.#pump();
  }

  /** Held, nothing comes out, neither an end nor a reset. */
  hold(isHeld: boolean): void {
    this.#isHeld = isHeld;
    this.#pump();
  }

  /** Of what comes from now on, and not before what came earlier. */
  delay(delayMs: number): void {
    this.#delayMs = delayMs;
  }

  close(): void {
    this.#isClosed = true;
    this.#waiting = [];
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  #push(item: Item): void {
    if (this.#isClosed) return;
    if (this.#delayMs > 0) {
      this.#lastDueMs = Math.max(this.#lastDueMs, performance.now() + this.#delayMs);
    }
    this.#waiting.push({ ...item, dueMs: this.#lastDueMs });
    if (item.kind === 'bytes') this.#waitingBytes += item.bytes.length;
    this.#pump();
  }

  #pump(): void {
    while (!this.#isHeld && !this.#isSinkFull && this.#timer === null && this.#sink !== null) {
      const [next] = this.#waiting;
      if (next === undefined) break;
      const leftMs = next.dueMs > 0 ? next.dueMs - performance.now() : 0;
      if (leftMs > 0) {
        this.#wait(leftMs);
        break;
      }
      this.#waiting.shift();
      this.#deliver(next, this.#sink);
    }
    if (this.#waitingBytes > WAITING_BYTES_MAX) this.#source.pause();
    else if (this.#source.isPaused()) this.#source.resume();
  }

  #wait(ms: number): void {
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#pump();
    }, ms);
  }

  #deliver(item: Item, sink: Socket): void {
    if (item.kind === 'bytes') {
      this.#waitingBytes -= item.bytes.length;
      if (!sink.destroyed && !sink.write(item.bytes)) this.#isSinkFull = true;
    } else if (item.kind === 'end') sink.end();
    else cutOff(sink);
  }
}
