/**
 * VirtualTime: the clock, timers and chance of this process are those of a simulated world, so that
 * the real client and the real recipes run in it as they are. Timers are events of the world's queue;
 * what is to run in the next turn runs when the world has come to rest.
 *
 * Only the turns of Node's own loop are real: promises are read in them.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import type { Prng } from '../../../src/base/prng.ts';
import type { EventQueue, QueuedEvent } from '../../../src/sim/event-queue.ts';
import type { SimClock } from '../../../src/sim/sim-clock.ts';

export interface VirtualTimeParts {
  readonly clock: SimClock;
  readonly queue: EventQueue;
  readonly prng: Prng;
}

const realImmediate = setImmediate;
const real = {
  setTimeout: globalThis.setTimeout,
  clearTimeout: globalThis.clearTimeout,
  setImmediate: globalThis.setImmediate,
  now: performance.now,
  dateNow: Date.now,
  random: Math.random,
  randomUUID: crypto.randomUUID,
};
/** A turn in which promises never come to rest. */
const TURNS_MAX = 1000;

export class VirtualTime implements Disposable {
  readonly #parts: VirtualTimeParts;
  #next: (() => void)[] = [];
  #isTouched = false;

  constructor(parts: VirtualTimeParts) {
    this.#parts = parts;
    const { clock, prng } = parts;
    Object.assign(globalThis, {
      setTimeout: (action: () => void, ms = 0) => this.#setTimeout(action, ms),
      clearTimeout: (timer: VirtualTimer | undefined) => timer?.cancel(),
      setImmediate: (action: () => void) => {
        this.touch();
        this.#next.push(AsyncLocalStorage.bind(action));
      },
    });
    performance.now = () => clock.nowUs / 1000;
    Date.now = () => Math.floor(clock.nowUs / 1000);
    Math.random = () => prng.uint32() / 2 ** 32;
    setRandomUUID(() => uuidOf(prng));
  }

  get isTouched(): boolean {
    return this.#isTouched;
  }

  /** The program has heard something: it has to come to rest before the world goes on. */
  touch(): void {
    this.#isTouched = true;
  }

  /** Until nothing is left to do at this moment. */
  async rest(): Promise<void> {
    for (let turn = 0; this.#isTouched; turn++) {
      if (turn > TURNS_MAX) throw new Error('the program does not come to rest');
      this.#isTouched = false;
      await new Promise((resolve) => realImmediate(resolve));
      const next = this.#next;
      this.#next = [];
      for (const action of next) action();
      if (next.length > 0) this.touch();
    }
  }

  [Symbol.dispose](): void {
    const { now, dateNow, random, randomUUID, ...globals } = real;
    Object.assign(globalThis, globals);
    performance.now = now;
    Date.now = dateNow;
    Math.random = random;
    setRandomUUID(randomUUID);
  }

  #setTimeout(action: () => void, ms: number): VirtualTimer {
    const { clock, queue } = this.#parts;
    const us = Math.max(1, Math.ceil(ms * 1000));
    const program = programs.getStore();
    const event: QueuedEvent = queue.add(clock.nowUs + us, 'timer', () => {
      const fire = () => {
        if (!event.isCancelled) action();
      };
      if (program !== undefined) return program.run(fire);
      this.touch();
      fire();
    });
    return new VirtualTimer(event);
  }
}

const programs = new AsyncLocalStorage<Program>();

/** What runs in one process of the world, which can stand still: then it hears of nothing, and no timer fires. */
export class Program {
  readonly #time: VirtualTime;
  readonly #parts: Omit<VirtualTimeParts, 'prng'>;
  #pausedUntilUs = 0;
  #late: (() => void)[] = [];

  constructor(time: VirtualTime, parts: Omit<VirtualTimeParts, 'prng'>) {
    this.#time = time;
    this.#parts = parts;
  }

  /** At once, or when it goes on, in the order of the calls. */
  run(action: () => void): void {
    if (this.#parts.clock.nowUs < this.#pausedUntilUs) {
      this.#late.push(action);
      return;
    }
    this.#time.touch();
    programs.run(this, action);
  }

  pause(us: number): void {
    const { clock, queue } = this.#parts;
    if (clock.nowUs < this.#pausedUntilUs) return;
    this.#pausedUntilUs = clock.nowUs + us;
    queue.add(this.#pausedUntilUs, 'program goes on', () => this.wake());
  }

  wake(): void {
    this.#pausedUntilUs = 0;
    const late = this.#late;
    this.#late = [];
    for (const action of late) this.run(action);
  }
}

/** As much of Node's Timeout as the client and the recipes use. */
class VirtualTimer {
  readonly #event: QueuedEvent;

  constructor(event: QueuedEvent) {
    this.#event = event;
  }

  cancel(): void {
    this.#event.isCancelled = true;
  }

  unref(): this {
    return this;
  }

  ref(): this {
    return this;
  }
}

/** Node's module has it, and so has the global object. */
function setRandomUUID(make: typeof crypto.randomUUID): void {
  crypto.randomUUID = make;
  syncBuiltinESMExports();
  Object.defineProperty(globalThis.crypto, 'randomUUID', { configurable: true, value: make });
}

function uuidOf(prng: Prng): ReturnType<typeof crypto.randomUUID> {
  const hex = (length: number) =>
    Array.from({ length }, () => prng.below(16).toString(16)).join('');
  return `${hex(8)}-${hex(4)}-4${hex(3)}-8${hex(3)}-${hex(12)}`;
}
