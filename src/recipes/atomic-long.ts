/**
 * AtomicLong: a 64-bit number that many clients change at the same time. It is changed
 * optimistically, and behind a lock when that fails too often.
 *
 *   /numbers/a                             persistent; data: eight bytes, big endian
 *   /numbers/a-lock/…                      a Lock, if `lock` is given with this path
 *
 * Guarantees: each change is applied once to the value that it reports as `before`, and none of
 * others is lost. With a lock, clients that are in each other's way queue up instead of trying
 * without end; those who still change it optimistically are not kept out, so that a change behind
 * the lock is a few tries as well.
 * On connection loss: reads go on after the reconnect. A change whose reply was lost is made again
 * if it surely did not happen; if that cannot be known, it rejects with ConnectionLoss.
 * On expiry: the number stays; operations reject with SessionExpired, unless the client renews its
 * session.
 *
 * Compat: the data are those of Curator's DistributedAtomicLong.
 */
import type { Acl, WaitOptions, ZooKeeper } from '../client/index.ts';
import { checkInteger, checkPath, fail, shown } from './arguments.ts';
import { Lock } from './lock.ts';
import { RecipeError } from './recipe-error.ts';
import { compareAndSetData, readVersioned, type VersionedData } from './versioned-data.ts';
import { withDeadline } from './waiting.ts';

export interface AtomicLongOptions {
  /** How often it is tried without the lock; 10 when absent. */
  readonly triesMax?: number | undefined;
  /** The path of a Lock for when that was in vain. Without it such a change is refused. */
  readonly lock?: string | undefined;
  /** How often it is tried with the lock; 100 when absent. */
  readonly lockedTriesMax?: number | undefined;
  readonly acl?: readonly Acl[] | undefined;
}

export interface AtomicChange {
  readonly before: bigint;
  readonly after: bigint;
  /** How often it was tried without and with the lock. */
  readonly tries: number;
  readonly lockedTries: number;
}

const LONG_MIN = -(2n ** 63n);
const LONG_MAX = 2n ** 63n - 1n;
const TRIES_MAX = 10;
const LOCKED_TRIES_MAX = 100;
const TRIES = { min: 1, max: 1_000_000 };

type Next = (before: bigint) => bigint;

export class AtomicLong {
  readonly path: string;
  readonly #zk: ZooKeeper;
  readonly #triesMax: number;
  readonly #lockedTriesMax: number;
  readonly #lock: Lock | undefined;
  readonly #acl: readonly Acl[] | undefined;

  constructor(zk: ZooKeeper, path: string, options: AtomicLongOptions = {}) {
    const { triesMax = TRIES_MAX, lockedTriesMax = LOCKED_TRIES_MAX, lock, acl } = options;
    this.path = checkPath(path);
    this.#triesMax = checkInteger('triesMax', triesMax, TRIES);
    this.#lockedTriesMax = checkInteger('lockedTriesMax', lockedTriesMax, TRIES);
    if (lock === path) fail(`The lock of ${path} needs a path of its own.`);
    this.#zk = zk;
    this.#lock = lock === undefined ? undefined : new Lock(zk, lock);
    this.#acl = acl;
  }

  /** 0n if nobody has written yet. */
  async get(options: WaitOptions = {}): Promise<bigint> {
    const what = `the number ${this.path}`;
    return withDeadline({ what, ...options }, async (signal) => {
      return this.#decode(await readVersioned(this.#zk, this.path, signal));
    });
  }

  async increment(options: WaitOptions = {}): Promise<AtomicChange> {
    return this.add(1n, options);
  }

  async decrement(options: WaitOptions = {}): Promise<AtomicChange> {
    return this.add(-1n, options);
  }

  async add(delta: bigint, options: WaitOptions = {}): Promise<AtomicChange> {
    checkLong('delta', delta);
    return this.update((before) => before + delta, options);
  }

  async set(value: bigint, options: WaitOptions = {}): Promise<AtomicChange> {
    checkLong('value', value);
    return this.update(() => value, options);
  }

  /** Writes `value` if it is `expected`; null if it is not. Does not wait for a lock. */
  async compareAndSet(
    expected: bigint,
    value: bigint,
    options: WaitOptions = {},
  ): Promise<AtomicChange | null> {
    checkLong('expected', expected);
    checkLong('value', value);
    const what = `the number ${this.path}`;
    return withDeadline({ what, ...options }, async (signal) => {
      for (let tries = 1; ; tries++) {
        const read = await readVersioned(this.#zk, this.path, signal);
        if (this.#decode(read) !== expected) return null;
        if (await this.#write(read, { value, signal })) {
          return { before: expected, after: value, tries, lockedTries: 0 };
        }
      }
    });
  }

  /**
   * Writes what `next` makes of the value. `next` may be called several times and must depend on
   * nothing else. Rejects with Exhausted when others were quicker each time.
   */
  async update(next: Next, options: WaitOptions = {}): Promise<AtomicChange> {
    const what = `the number ${this.path}`;
    return withDeadline({ what, ...options }, async (signal) => {
      const optimistic = await this.#tryTo(next, { triesMax: this.#triesMax, signal });
      if (optimistic !== undefined) return { ...optimistic, lockedTries: 0 };
      if (this.#lock === undefined) throw this.#exhausted(this.#triesMax);
      return this.#lock.run(
        async () => {
          const locked = await this.#tryTo(next, { triesMax: this.#lockedTriesMax, signal });
          if (locked === undefined) throw this.#exhausted(this.#triesMax + this.#lockedTriesMax);
          return { ...locked, tries: this.#triesMax, lockedTries: locked.tries };
        },
        { signal },
      );
    });
  }

  async #tryTo(
    next: Next,
    { triesMax, signal }: { readonly triesMax: number; readonly signal: AbortSignal },
  ): Promise<Omit<AtomicChange, 'lockedTries'> | undefined> {
    for (let tries = 1; tries <= triesMax; tries++) {
      signal.throwIfAborted();
      const read = await readVersioned(this.#zk, this.path, signal);
      const before = this.#decode(read);
      const after = checkLong('The new value', next(before));
      if (await this.#write(read, { value: after, signal })) return { before, after, tries };
    }
    return undefined;
  }

  async #write(
    expected: VersionedData,
    { value, signal }: { readonly value: bigint; readonly signal: AbortSignal },
  ): Promise<boolean> {
    const data = new Uint8Array(8);
    new DataView(data.buffer).setBigInt64(0, value);
    const change = { expected, data, acl: this.#acl, signal };
    return (await compareAndSetData(this.#zk, this.path, change)) !== undefined;
  }

  #decode({ data }: VersionedData): bigint {
    if (data.length === 0) return 0n;
    if (data.length === 8) {
      return new DataView(data.buffer, data.byteOffset, data.byteLength).getBigInt64(0);
    }
    const message = `The number ${this.path} holds ${data.length} bytes, not 8.`;
    throw new RecipeError('Corrupt', message);
  }

  #exhausted(tries: number): RecipeError {
    const message = `${this.path} was changed by others in each of ${tries} tries.`;
    return new RecipeError('Exhausted', message);
  }
}

function checkLong(name: string, value: unknown): bigint {
  if (typeof value === 'bigint' && value >= LONG_MIN && value <= LONG_MAX) return value;
  return fail(`${name} is ${shown(value)}; it must be a bigint of 64 bits.`);
}
