/**
 * SimNetwork: between which servers bytes get through, and how long they take. Each direction is
 * open or not: what is sent into a closed one waits, as TCP sends again, until it opens or the
 * connection is given up.
 */
import type { Prng } from '../../../base/prng.ts';
import type { ServerId } from '../../../base/server-id.ts';
import type { EventQueue } from '../../event-queue.ts';
import type { SimClock } from '../../sim-clock.ts';

export interface SimNetworkParts {
  readonly clock: SimClock;
  readonly queue: EventQueue;
  readonly prng: Prng;
  readonly delayUsMax: number;
  readonly rechunks: boolean;
}

export class SimNetwork {
  readonly parts: SimNetworkParts;
  readonly #closed = new Set<string>();
  readonly #clogged = new Map<string, number>();
  #waiting: (() => void)[] = [];

  constructor(parts: SimNetworkParts) {
    this.parts = parts;
  }

  isOpen(from: ServerId, to: ServerId): boolean {
    return !this.#closed.has(`${from}>${to}`);
  }

  isOpenBothWays(one: ServerId, other: ServerId): boolean {
    return this.isOpen(one, other) && this.isOpen(other, one);
  }

  get isWhole(): boolean {
    return this.#closed.size === 0;
  }

  delayUs(from: ServerId, to: ServerId): number {
    const { prng, delayUsMax, clock } = this.parts;
    const clogged = (this.#clogged.get(`${from}>${to}`) ?? 0) - clock.nowUs;
    const us = prng.between(20, delayUsMax);
    return clogged > 0 ? us + prng.below(clogged) : us;
  }

  /** One direction; what is on its way stays there. */
  close(from: ServerId, to: ServerId): void {
    this.#closed.add(`${from}>${to}`);
  }

  /** Nobody of one group reaches anybody of another. A server may be in several: a bridge. */
  partition(groups: readonly (readonly ServerId[])[]): void {
    const all = new Set(groups.flat());
    for (const from of all) {
      for (const to of all) {
        if (from === to) continue;
        if (!groups.some((group) => group.includes(from) && group.includes(to))) {
          this.close(from, to);
        }
      }
    }
  }

  clog(from: ServerId, to: ServerId, us: number): void {
    this.#clogged.set(`${from}>${to}`, this.parts.clock.nowUs + us);
  }

  heal(): void {
    this.#closed.clear();
    this.#clogged.clear();
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const action of waiting) action();
  }

  /** Called once, at the next `heal`. */
  whenHealed(action: () => void): void {
    this.#waiting.push(action);
  }

  after(us: number, label: string, action: () => void): void {
    const { clock, queue } = this.parts;
    queue.add(clock.nowUs + us, label, action);
  }
}
