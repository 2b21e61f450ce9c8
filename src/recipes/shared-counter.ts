/**
 * SharedCounter: a small number that many clients read, change and watch.
 *
 *   /counters/a                            persistent; data: the number, as text or as four bytes
 *
 * Guarantees: `add` and `trySet` lose no change of others: they write only if the version is the one
 * that was read. `changes` gives the value as it is and then each newer one; of changes that follow
 * each other quickly only the last may be seen, never an older one after a newer one.
 * On connection loss: reading and watching go on after the reconnect. A change whose reply was lost
 * rejects with ConnectionLoss if it cannot be known whether it happened.
 * On expiry: the counter stays. Operations reject with SessionExpired, unless the client renews its
 * session; then `changes` goes on.
 *
 * Compat: `encoding: 'int32'` is that of Curator's SharedCount; 'text' that of kazoo's Counter.
 */
import type { Acl, WaitOptions, ZooKeeper } from '../client/index.ts';
import { checkInteger, checkOneOf, checkPath } from './arguments.ts';
import { RecipeError } from './recipe-error.ts';
import {
  compareAndSetData,
  NO_VERSION,
  readVersioned,
  type VersionedData,
} from './versioned-data.ts';
import { type WatchedRead, waitUntil, withDeadline } from './waiting.ts';

export interface VersionedCount {
  readonly value: number;
  /** -1 while nobody has written: the value is the seed then. */
  readonly version: number;
}

export interface SharedCounterOptions {
  /** What it is while nobody has written; 0 when absent. */
  readonly seed?: number | undefined;
  /** 'text' when absent. */
  readonly encoding?: 'text' | 'int32' | undefined;
  readonly acl?: readonly Acl[] | undefined;
}

const INT32 = { min: -(2 ** 31), max: 2 ** 31 - 1 };
const SAFE = { min: Number.MIN_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER };

export class SharedCounter {
  readonly path: string;
  readonly #zk: ZooKeeper;
  readonly #seed: number;
  readonly #encoding: 'text' | 'int32';
  readonly #acl: readonly Acl[] | undefined;

  constructor(zk: ZooKeeper, path: string, options: SharedCounterOptions = {}) {
    const { seed = 0, encoding = 'text', acl } = options;
    this.path = checkPath(path);
    this.#zk = zk;
    this.#encoding = checkOneOf('encoding', encoding, ['text', 'int32'] as const);
    this.#acl = acl;
    this.#seed = this.#check('seed', seed);
  }

  async get(options: WaitOptions = {}): Promise<VersionedCount> {
    const what = `the counter ${this.path}`;
    const read = await withDeadline({ what, ...options }, (signal) => this.#read(signal));
    return this.#decode(read);
  }

  /** Sets it, whatever it was. */
  async set(value: number, options: WaitOptions = {}): Promise<VersionedCount> {
    this.#check('value', value);
    return this.#change(() => value, options);
  }

  /** Sets it if its version is still this one; null if somebody was quicker. */
  async trySet(
    expected: VersionedCount,
    value: number,
    options: WaitOptions = {},
  ): Promise<VersionedCount | null> {
    const data = this.#encode(this.#check('value', value));
    const what = `the counter ${this.path}`;
    return withDeadline({ what, ...options }, async (signal) => {
      const change = { expected, data, acl: this.#acl, signal };
      const written = await compareAndSetData(this.#zk, this.path, change);
      return written === undefined ? null : { value, version: written.version };
    });
  }

  /** Adds a whole number, which may be below 0; resolves with what it is then. */
  async add(delta: number, options: WaitOptions = {}): Promise<VersionedCount> {
    this.#check('delta', delta);
    return this.#change((value) => this.#check('the sum', value + delta), options);
  }

  /** The value now, and each newer one, until the signal aborts (which ends it) or it is left. */
  async *changes({ signal }: { signal?: AbortSignal } = {}): AsyncGenerator<VersionedCount> {
    const ended = signal ?? new AbortController().signal;
    let known: bigint | undefined;
    try {
      while (!ended.aborted) {
        const read = await this.#readNewer(known, ended);
        known = read.mzxid;
        yield this.#decode(read);
      }
    } catch (error) {
      if (!ended.aborted) throw error;
    }
  }

  #read(signal: AbortSignal): Promise<VersionedData> {
    return readVersioned(this.#zk, this.path, signal);
  }

  async #readNewer(known: bigint | undefined, signal: AbortSignal): Promise<VersionedData> {
    if (known === undefined) return this.#read(signal);
    const condition = {
      path: this.path,
      kind: 'data' as const,
      // A node that is missing is watched for its creation.
      read: async (options: WatchedRead) => (await this.#zk.exists(this.path, options))?.mzxid,
      isMet: (mzxid: bigint | undefined) => (mzxid ?? 0n) !== known,
    };
    for (;;) {
      await waitUntil(this.#zk, condition, signal);
      const read = await this.#read(signal);
      if (read.mzxid !== known) return read;
    }
  }

  async #change(next: (value: number) => number, options: WaitOptions): Promise<VersionedCount> {
    const what = `the counter ${this.path}`;
    return withDeadline({ what, ...options }, async (signal) => {
      for (;;) {
        signal.throwIfAborted();
        const expected = this.#decode(await this.#read(signal));
        const value = next(expected.value);
        const change = { expected, data: this.#encode(value), acl: this.#acl, signal };
        const written = await compareAndSetData(this.#zk, this.path, change);
        if (written !== undefined) return { value, version: written.version };
      }
    });
  }

  #check(name: string, value: number): number {
    return checkInteger(name, value, this.#encoding === 'int32' ? INT32 : SAFE);
  }

  #encode(value: number): Uint8Array | string {
    if (this.#encoding === 'text') return String(value);
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setInt32(0, value);
    return bytes;
  }

  #decode({ data, version }: VersionedData): VersionedCount {
    // kazoo makes the node first and writes the number later.
    if (version === NO_VERSION || data.length === 0) return { value: this.#seed, version };
    if (this.#encoding === 'int32') {
      if (data.length !== 4) throw this.#corrupt(`${data.length} bytes, not 4`);
      const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
      return { value: view.getInt32(0), version };
    }
    const text = new TextDecoder().decode(data);
    const value = Number(text);
    if (/^-?\d{1,16}$/.test(text) && Number.isSafeInteger(value)) return { value, version };
    throw this.#corrupt(`${JSON.stringify(text.slice(0, 40))}, not a whole number`);
  }

  #corrupt(what: string): RecipeError {
    return new RecipeError('Corrupt', `The counter ${this.path} holds ${what}.`);
  }
}
