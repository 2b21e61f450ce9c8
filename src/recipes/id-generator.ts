/**
 * IdGenerator: ids that no other client gets, of a length and a meaning of one's choice.
 *
 *   /ids/orders                            persistent
 *     next                                 data: the first number that nobody has, as text
 *     next-20260131                        the same for one period, if the format has a date
 *
 * Guarantees: no id is given out twice, by any client, as long as nobody deletes the nodes or sets
 * them back. Ids of one generator object grow within a period. Numbers are taken in blocks of
 * `blockSize`, so that one write serves many ids; what is left of a block when the program ends, or
 * when the period changes, is never used: there are gaps.
 * A sequence that has no digits left rejects with Exhausted, and does not start again.
 * On connection loss: taking a block goes on after the reconnect; a block whose reply was lost is
 * skipped. Ids of a block that is here already need no connection.
 * On expiry: taking a block rejects with SessionExpired, unless the client renews its session.
 *
 * The node of a period that is over stays; `forget` deletes it.
 */
import type { Acl, WaitOptions, ZooKeeper } from '../client/index.ts';
import { isZooKeeperError } from '../client/index.ts';
import { checkFunction, checkInteger, checkPath } from './arguments.ts';
import { formatId, type IdFormat, parseIdFormat, periodOf } from './id-format.ts';
import { RecipeError } from './recipe-error.ts';
import { compareAndSetData, readVersioned } from './versioned-data.ts';
import { abortable, RIDE_OUT, withDeadline } from './waiting.ts';

export interface IdGeneratorOptions {
  /** Such as `ORD-{date:yyyyMMdd}-{sequence:6}`; dates are UTC. `{sequence:10}` when absent. */
  readonly format?: string | undefined;
  /** How many numbers are taken at a time; 1 when absent. */
  readonly blockSize?: number | undefined;
  /** The first number of a sequence; 1 when absent. */
  readonly first?: number | undefined;
  /** What date it is; the clock of this machine when absent. */
  readonly now?: (() => Date) | undefined;
  readonly acl?: readonly Acl[] | undefined;
}

const BLOCK_SIZE_MAX = 1_000_000;

interface Block {
  readonly period: string;
  next: number;
  readonly end: number;
}

export class IdGenerator {
  readonly path: string;
  readonly #zk: ZooKeeper;
  readonly #format: IdFormat;
  readonly #blockSize: number;
  readonly #first: number;
  readonly #now: () => Date;
  readonly #acl: readonly Acl[] | undefined;
  #block: Block = { period: '', next: 0, end: 0 };
  #taking: Promise<void> | undefined;

  constructor(zk: ZooKeeper, path: string, options: IdGeneratorOptions = {}) {
    const { format = '{sequence:10}', blockSize = 1, first = 1 } = options;
    const { now = () => new Date(), acl } = options;
    this.path = checkPath(path);
    this.#zk = zk;
    this.#format = parseIdFormat(format);
    this.#blockSize = checkInteger('blockSize', blockSize, { min: 1, max: BLOCK_SIZE_MAX });
    this.#first = checkInteger('first', first, { min: 0, max: this.#last });
    this.#now = checkFunction('now', now);
    this.#acl = acl;
  }

  get #last(): number {
    return 10 ** this.#format.digits - 1;
  }

  /** The next id. May be called many times at once. */
  async next(options: WaitOptions = {}): Promise<string> {
    const what = `an id of ${this.path}`;
    return withDeadline({ what, ...options }, async (signal) => {
      for (;;) {
        signal.throwIfAborted();
        const at = this.#now();
        const period = periodOf(this.#format, at);
        const block = this.#block;
        if (block.period === period && block.next < block.end) {
          return formatId(this.#format, at, block.next++);
        }
        // All who find the block used up wait for the same new one.
        this.#taking ??= this.#takeBlock(period).finally(() => {
          this.#taking = undefined;
        });
        await abortable(this.#taking, signal);
      }
    });
  }

  /** Deletes the sequence of the period in which `at` lies. Its ids could come again after that. */
  async forget(at: Date, options: WaitOptions = {}): Promise<void> {
    const period = periodOf(this.#format, at);
    const what = `the sequence of ${this.path}`;
    await withDeadline({ what, ...options }, (signal) =>
      this.#zk.delete(this.#node(period), { quiet: true, signal, retry: RIDE_OUT }),
    );
  }

  #node(period: string): string {
    return period === '' ? `${this.path}/next` : `${this.path}/next-${period}`;
  }

  async #takeBlock(period: string): Promise<void> {
    const path = this.#node(period);
    for (;;) {
      const expected = await readVersioned(this.#zk, path);
      const next = expected.data.length === 0 ? this.#first : this.#decode(path, expected.data);
      if (next > this.#last) throw this.#exhausted();
      const end = Math.min(next + this.#blockSize, this.#last + 1);
      const change = { expected, data: String(end), acl: this.#acl };
      try {
        if ((await compareAndSetData(this.#zk, path, change)) === undefined) continue;
      } catch (error) {
        // Whether this block is ours is not known: it is nobody's then, and the next one is taken.
        if (isZooKeeperError(error, 'ConnectionLoss', 'RequestTimeout')) continue;
        throw error;
      }
      this.#block = { period, next, end };
      return;
    }
  }

  #decode(path: string, data: Uint8Array): number {
    const text = new TextDecoder().decode(data);
    if (/^\d{1,16}$/.test(text)) return Number(text);
    const message = `${path} holds ${JSON.stringify(text.slice(0, 40))}, not a whole number.`;
    throw new RecipeError('Corrupt', message);
  }

  #exhausted(): RecipeError {
    const message = `${this.path} has given out all numbers of ${this.#format.digits} digits.`;
    return new RecipeError('Exhausted', message);
  }
}
