/** One thing that chance has decided in a run: who, when, and from which numbers on. */
import type { PrngState } from '../../base/prng.ts';

export interface Decision {
  /** Who decides: `client 2`, `disturber`, `boot 3.1`. */
  readonly source: string;
  readonly us: number;
  /** Of the streams that it draws from, as they were before. */
  readonly states: readonly PrngState[];
  /** Its parts by number that are left out: of several requests some are not sent. */
  readonly without: readonly number[];
  /** What was done, part by part; empty where it came to nothing. */
  readonly done: readonly string[];
}
