/**
 * SimStream: one connection between two servers, as TCP would have it. Each direction is in order
 * and complete until it breaks; a break is at any byte; the two ends learn of it at different times,
 * or one of them not at all.
 */
import type { ServerId } from '../../../base/server-id.ts';
import type { SimNetwork } from './sim-network.ts';

export type Side = 0 | 1;

export interface StreamEnd {
  onBytes(bytes: Uint8Array): void;
  /** There is room again after `unsent` was too much. */
  onDrained(): void;
  onEnd(): void;
}

/** What goes to one side. */
interface Lane {
  readonly to: Side;
  /** Nothing arrives before what was sent before it. */
  lastUs: number;
  /** Arrived, and not read: the receiver has paused, or the network is closed. Null is the end. */
  held: (Uint8Array | null)[];
  unread: number;
  /** All that arrives from now on is lost without a trace. */
  isLost: boolean;
  isBroken: boolean;
}

export class SimStream {
  readonly sids: readonly [ServerId, ServerId];
  readonly #network: SimNetwork;
  readonly #ends: [StreamEnd | null, StreamEnd | null];
  readonly #lanes: readonly [Lane, Lane];
  readonly #isReading: [boolean, boolean] = [true, true];
  readonly #windowBytes: number;

  /** The sides by their servers: 0 has dialled. */
  constructor(
    network: SimNetwork,
    sids: readonly [ServerId, ServerId],
    parts: { readonly ends: readonly [StreamEnd, StreamEnd]; readonly windowBytes: number },
  ) {
    this.#network = network;
    this.sids = sids;
    this.#ends = [...parts.ends];
    this.#windowBytes = parts.windowBytes;
    const { nowUs } = network.parts.clock;
    const lane = (to: Side): Lane => {
      return { to, lastUs: nowUs, held: [], unread: 0, isLost: false, isBroken: false };
    };
    this.#lanes = [lane(0), lane(1)];
  }

  isOpen(side: Side): boolean {
    return this.#ends[side] !== null;
  }

  get isOver(): boolean {
    return this.#ends[0] === null && this.#ends[1] === null;
  }

  /** More is on its way from this side than the system takes. */
  isCongested(side: Side): boolean {
    return this.#laneFrom(side).unread > this.#windowBytes;
  }

  send(side: Side, bytes: Uint8Array): void {
    const { prng, rechunks } = this.#network.parts;
    const lane = this.#laneFrom(side);
    lane.unread += bytes.length;
    for (let at = 0; at < bytes.length; ) {
      const isCut = rechunks && prng.chance(0.3);
      const end = isCut ? at + prng.between(1, bytes.length - at) : bytes.length;
      this.#carry(lane, bytes.slice(at, end));
      at = end;
    }
  }

  /** An orderly end: the other side learns of it behind the last byte. */
  close(side: Side): void {
    if (this.#ends[side] === null) return;
    this.#ends[side] = null;
    this.#carry(this.#laneFrom(side), null);
  }

  /** The process of this side is gone. `isSilent`: so is its machine, and nobody says so. */
  abandon(side: Side, isSilent: boolean): void {
    if (this.#ends[side] === null) return;
    this.#ends[side] = null;
    const lane = this.#laneFrom(side);
    if (!isSilent) return this.#carry(lane, null);
    lane.isBroken = true;
    // In the end the other side hears that nobody knows this connection any more.
    const { prng } = this.#network.parts;
    this.#endLater(lane.to, prng.pick([100_000, 3_000_000, 20_000_000]));
  }

  /** Any prefix of what is under way arrives, and each side learns when it learns. */
  cut(isHalfOpen = false): void {
    this.#cut(isHalfOpen ? this.#network.parts.prng.pick([0, 1] as const) : null);
  }

  /** This side learns of it last, and may think for long that the other is there. */
  cutBehind(side: Side): void {
    this.#cut(side);
  }

  #cut(late: Side | null): void {
    const { prng } = this.#network.parts;
    for (const lane of this.#lanes) {
      lane.isBroken = true;
      const usMax = lane.to === late ? 10_000_000 : this.#network.parts.delayUsMax * 3;
      this.#endLater(lane.to, prng.below(usMax));
    }
  }

  /** What is sent from this side vanishes; nobody is told. */
  lose(side: Side): void {
    this.#laneFrom(side).isLost = true;
  }

  setReading(side: Side, isReading: boolean): void {
    this.#isReading[side] = isReading;
    if (isReading && this.#lanes[side].held.length > 0) {
      this.#network.after(0, 'read again', () => this.#release(this.#lanes[side]));
    }
  }

  #laneFrom(side: Side): Lane {
    return this.#lanes[side === 0 ? 1 : 0];
  }

  #fromOf(lane: Lane): ServerId {
    return this.sids[lane.to === 0 ? 1 : 0];
  }

  #endLater(side: Side, us: number): void {
    this.#network.after(us, 'link breaks', () => this.#end(side));
  }

  #end(side: Side): void {
    const end = this.#ends[side];
    if (end === null) return;
    this.#ends[side] = null;
    end.onEnd();
  }

  #carry(lane: Lane, bytes: Uint8Array | null): void {
    const { clock, queue } = this.#network.parts;
    const delayUs = this.#network.delayUs(this.#fromOf(lane), this.sids[lane.to]);
    lane.lastUs = Math.max(lane.lastUs + 1, clock.nowUs + delayUs);
    queue.add(lane.lastUs, 'link', () => this.#arrive(lane, bytes));
  }

  #arrive(lane: Lane, bytes: Uint8Array | null): void {
    if (this.#ends[lane.to] === null) return this.#bounce(lane, bytes);
    if (lane.isLost) return;
    if (!this.#network.isOpen(this.#fromOf(lane), this.sids[lane.to])) {
      if (lane.held.length === 0) this.#network.whenHealed(() => this.#release(lane));
      lane.held.push(bytes);
    } else if (lane.held.length > 0 || !this.#isReading[lane.to]) {
      lane.held.push(bytes);
    } else {
      this.#handOver(lane, bytes);
    }
  }

  /** Nobody is there any more: the sender is told, if it can be. */
  #bounce(lane: Lane, bytes: Uint8Array | null): void {
    if (bytes === null || lane.isBroken) return;
    const from: Side = lane.to === 0 ? 1 : 0;
    if (this.#network.isOpenBothWays(this.sids[0], this.sids[1])) {
      this.#endLater(from, this.#network.delayUs(this.sids[0], this.sids[1]));
    }
  }

  #release(lane: Lane): void {
    while (lane.held.length > 0 && this.#isReading[lane.to]) {
      if (!this.#network.isOpen(this.#fromOf(lane), this.sids[lane.to])) {
        return this.#network.whenHealed(() => this.#release(lane));
      }
      const bytes = lane.held.shift();
      if (bytes === undefined || this.#ends[lane.to] === null) return;
      this.#handOver(lane, bytes);
    }
  }

  #handOver(lane: Lane, bytes: Uint8Array | null): void {
    if (bytes === null) return this.#end(lane.to);
    const { prng } = this.#network.parts;
    const part = lane.isBroken ? bytes.slice(0, prng.below(bytes.length + 1)) : bytes;
    if (part.length > 0) this.#ends[lane.to]?.onBytes(part);
    if (lane.isBroken && part.length < bytes.length) return this.#end(lane.to);
    const wasCongested = lane.unread > this.#windowBytes;
    lane.unread -= bytes.length;
    if (wasCongested && lane.unread <= this.#windowBytes) {
      this.#ends[lane.to === 0 ? 1 : 0]?.onDrained();
    }
  }
}
