/**
 * HistoryRecovery: recovery of the database that also keeps the last txns for learners, as ZooKeeper
 * fills its committedLog while it loads. Which ones are the last is known at the end: until then
 * each is copied to where one that is too old was, because memory of its own for each of a million
 * txns would double the time of a start.
 */
import type { Zxid } from '../base/zxid.ts';
import type { BinaryReader } from '../protocol/jute/binary-reader.ts';
import { DatabaseRecovery } from './database-recovery.ts';
import {
  type CommittedLog,
  type CommittedLogLimits,
  follows,
} from './storage/history/committed-log.ts';
import type { DataTreeOptions } from './tree/data-tree.ts';

interface Slot {
  zxid: Zxid;
  length: number;
  readonly bytes: Uint8Array;
}

const SLOT_BYTES_MIN = 256;
/** Larger ones are not used again, so that a few large txns do not leave large slots. */
const SLOT_BYTES_KEPT = 4096;

export class HistoryRecovery extends DatabaseRecovery {
  readonly #limits: CommittedLogLimits;
  /** A ring; the last `#count` txns end before `#next`. */
  readonly #slots: (Slot | undefined)[];
  #next = 0;
  #count = 0;
  #bytes = 0;
  #lastZxid: Zxid = -1;

  constructor(options: DataTreeOptions, limits: CommittedLogLimits) {
    super(options);
    this.#limits = limits;
    this.#slots = new Array<Slot | undefined>(limits.txns).fill(undefined);
  }

  override reset(zxid: Zxid): void {
    this.#count = 0;
    this.#lastZxid = -1;
    super.reset(zxid);
  }

  override txn(reader: BinaryReader): void {
    const { at } = reader;
    super.txn(reader);
    const zxid = this.database.tree.lastProcessedZxid;
    // Java's logs may have gaps that recovery only warns of: no learner is led across one.
    if (this.#lastZxid >= 0 && !follows(zxid, this.#lastZxid)) this.#count = 0;
    this.#lastZxid = zxid;
    this.#keep(zxid, reader, at);
  }

  /** The last txns, when all are replayed. */
  fill(committedLog: CommittedLog): void {
    committedLog.clear();
    for (let back = this.#count; back > 0; back--) {
      const slot = this.#slots[this.#indexOf(back)];
      if (slot !== undefined) committedLog.add(slot.zxid, slot.bytes.slice(0, slot.length));
    }
  }

  #keep(zxid: Zxid, reader: BinaryReader, start: number): void {
    const length = reader.end - start;
    const slot = this.#slotOf(length);
    slot.zxid = zxid;
    slot.length = length;
    slot.bytes.set(reader.bytes.subarray(start, reader.end));
    this.#next = (this.#next + 1) % this.#slots.length;
    this.#count = Math.min(this.#count + 1, this.#slots.length);
    while (this.#bytes > this.#limits.bytes && this.#count > 1) this.#dropOldest();
  }

  /** What is at the place of the next one, if it fits. */
  #slotOf(length: number): Slot {
    const old = this.#slots[this.#next];
    const size = old?.bytes.length ?? 0;
    if (old !== undefined && size >= length && size <= SLOT_BYTES_KEPT) return old;
    const slot = { zxid: -1, length: 0, bytes: new Uint8Array(Math.max(length, SLOT_BYTES_MIN)) };
    this.#slots[this.#next] = slot;
    this.#bytes += slot.bytes.length - size;
    return slot;
  }

  #dropOldest(): void {
    const index = this.#indexOf(this.#count);
    this.#bytes -= this.#slots[index]?.bytes.length ?? 0;
    this.#slots[index] = undefined;
    this.#count--;
  }

  #indexOf(back: number): number {
    return (this.#next - back + this.#slots.length) % this.#slots.length;
  }
}
