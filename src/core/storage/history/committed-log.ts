/**
 * CommittedLog: the last committed txns in memory, for learners that are not far behind (the
 * committedLog of ZooKeeper's ZKDatabase). Without a gap: each zxid follows the one before or
 * begins a later epoch.
 */
import { assert } from '../../../base/assert.ts';
import { counterOf, epochOf, type Zxid } from '../../../base/zxid.ts';

export interface LoggedTxn {
  readonly zxid: Zxid;
  /** TxnHeader, txn, and TxnDigest or nothing. */
  readonly payload: Uint8Array;
}

export interface CommittedLogLimits {
  /** `zookeeper.commitLogCount`. */
  readonly txns: number;
  readonly bytes: number;
}

/** True when nothing can have been between the two. */
export function follows(zxid: Zxid, previous: Zxid): boolean {
  if (zxid === previous + 1) return true;
  return epochOf(zxid) > epochOf(previous) && counterOf(zxid) === 1;
}

export class CommittedLog {
  readonly limits: CommittedLogLimits;
  /** The first `#dropped` are gone. */
  #txns: LoggedTxn[] = [];
  #dropped = 0;
  #bytes = 0;

  constructor(limits: CommittedLogLimits) {
    this.limits = limits;
  }

  get size(): number {
    return this.#txns.length - this.#dropped;
  }

  /** Of the payloads. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Null when it is empty. */
  get minZxid(): Zxid | null {
    return this.#txns[this.#dropped]?.zxid ?? null;
  }

  get maxZxid(): Zxid | null {
    return this.#txns.at(-1)?.zxid ?? null;
  }

  /** The payload is kept, not copied. */
  add(zxid: Zxid, payload: Uint8Array): void {
    const last = this.maxZxid;
    assert(last === null || follows(zxid, last), 'the committed log would have a gap');
    this.#txns.push({ zxid, payload });
    this.#bytes += payload.length;
    while (this.size > 1 && this.#isOver()) this.#drop();
    // Seldom, so that a drop costs nothing.
    if (this.#dropped > this.limits.txns) this.#compact();
  }

  clear(): void {
    this.#txns = [];
    this.#dropped = 0;
    this.#bytes = 0;
  }

  /** From the oldest on. */
  entries(): readonly LoggedTxn[] {
    this.#compact();
    return this.#txns;
  }

  #isOver(): boolean {
    return this.size > this.limits.txns || this.#bytes > this.limits.bytes;
  }

  #drop(): void {
    const oldest = this.#txns[this.#dropped];
    assert(oldest !== undefined, 'nothing to drop');
    this.#bytes -= oldest.payload.length;
    this.#dropped++;
  }

  #compact(): void {
    if (this.#dropped === 0) return;
    this.#txns = this.#txns.slice(this.#dropped);
    this.#dropped = 0;
  }
}
