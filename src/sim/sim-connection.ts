/**
 * SimConnection: one connection between a simulated client and the server, as TCP would have it.
 * Bytes arrive in order, later, in pieces; a break loses what is under way, in each direction from
 * any byte on, and the two ends learn of it at different times.
 */
import type { Prng } from '../base/prng.ts';
import type { ClientConnection } from '../core/requests/client-connection.ts';
import type { EventQueue } from './event-queue.ts';
import type { ConnectionHistory } from './history.ts';
import type { SimClock } from './sim-clock.ts';

export interface NetShape {
  readonly delayUsMin: number;
  readonly delayUsMax: number;
  readonly rechunks: boolean;
}

export interface ConnectionEnds {
  /** Bytes have arrived at the server. */
  onBytes(connection: SimConnection, bytes: Uint8Array): void;
  /** The server learns that the connection is gone. */
  onServerSideEnd(connection: SimConnection): void;
  /** A frame has arrived at the client. */
  onFrame(connection: SimConnection, frame: Uint8Array): void;
  onClientSideEnd(connection: SimConnection): void;
}

/** Whoever is at the client's end. */
export interface ConnectionOwner {
  readonly index: number;
  onFrame(connection: SimConnection, frame: Uint8Array): void;
  onEnd(connection: SimConnection): void;
}

export interface SimConnectionParts {
  readonly clock: SimClock;
  readonly queue: EventQueue;
  readonly prng: Prng;
  readonly shape: NetShape;
  readonly ends: ConnectionEnds;
  readonly record: ConnectionHistory;
}

export class SimConnection {
  readonly record: ConnectionHistory;
  /** The server's object for it. */
  peer: ClientConnection | null = null;
  readonly address: string;
  /** The server does not want to read now. */
  isPaused = false;
  isServerEndOpen = true;
  isClientEndOpen = true;
  readonly #parts: SimConnectionParts;
  #held: Uint8Array[] = [];
  #upUs = 0;
  #downUs = 0;
  #isBroken = false;

  constructor(parts: SimConnectionParts) {
    this.#parts = parts;
    this.record = parts.record;
    this.address = `10.0.0.${parts.record.client + 1}`;
  }

  /** The client sends. */
  send(bytes: Uint8Array): void {
    const { prng, shape } = this.#parts;
    let at = 0;
    while (at < bytes.length) {
      const isCut = shape.rechunks && prng.chance(0.4);
      const end = isCut ? at + prng.between(1, bytes.length - at) : bytes.length;
      this.#carryUp(bytes.slice(at, end));
      at = end;
    }
  }

  /** The server sends whole frames; the last one may be cut off by a break. */
  sendDown(frames: readonly Uint8Array[]): void {
    for (const frame of frames) {
      this.#downUs = Math.max(this.#downUs + 1, this.#parts.clock.nowUs + this.#delay());
      this.#parts.queue.add(this.#downUs, 'frame', () => {
        if (this.isClientEndOpen) this.#parts.ends.onFrame(this, frame);
      });
    }
  }

  /** The server has closed: the client learns of it behind the last frame. */
  closeFromServer(): void {
    this.isServerEndOpen = false;
    this.#downUs = Math.max(this.#downUs + 1, this.#parts.clock.nowUs + this.#delay());
    this.#parts.queue.add(this.#downUs, 'end', () => this.endClientSide());
  }

  /** Each end notices when it notices; what is under way may still arrive until then. */
  breakOff(): void {
    this.#isBroken = true;
    const { queue, clock, prng } = this.#parts;
    const soon = () => clock.nowUs + prng.below(this.#parts.shape.delayUsMax * 3);
    queue.add(soon(), 'break', () => this.endClientSide());
    queue.add(soon(), 'break', () => this.endServerSide());
  }

  endClientSide(): void {
    if (!this.isClientEndOpen) return;
    this.isClientEndOpen = false;
    this.#parts.ends.onClientSideEnd(this);
  }

  endServerSide(): void {
    if (!this.isServerEndOpen) return;
    this.isServerEndOpen = false;
    this.#parts.ends.onServerSideEnd(this);
  }

  resume(): void {
    this.isPaused = false;
    const held = this.#held;
    this.#held = [];
    for (const [i, bytes] of held.entries()) {
      if (this.isPaused) {
        this.#held = [...held.slice(i), ...this.#held];
        return;
      }
      this.#arrive(bytes);
    }
  }

  #carryUp(bytes: Uint8Array): void {
    this.#upUs = Math.max(this.#upUs, this.#parts.clock.nowUs + this.#delay());
    this.#parts.queue.add(this.#upUs, `bytes ${bytes.length}`, () => this.#arrive(bytes));
    // Two pieces never overtake each other, whatever the order within a microsecond.
    this.#upUs++;
  }

  #arrive(bytes: Uint8Array): void {
    if (!this.isServerEndOpen) return;
    if (this.#isBroken) return this.#arriveCutOff(bytes);
    if (this.isPaused) this.#held.push(bytes);
    else this.#parts.ends.onBytes(this, bytes);
  }

  /** The break can be at any byte: what comes before it may still arrive. */
  #arriveCutOff(bytes: Uint8Array): void {
    const prefix = bytes.slice(0, this.#parts.prng.below(bytes.length + 1));
    if (prefix.length > 0 && !this.isPaused) this.#parts.ends.onBytes(this, prefix);
    this.endServerSide();
  }

  #delay(): number {
    const { delayUsMin, delayUsMax } = this.#parts.shape;
    return this.#parts.prng.between(delayUsMin, delayUsMax);
  }
}
