/**
 * PassedOverSnapshots: the snapshots that are newer than the one that was loaded and could not be.
 * What they had must come out of the logs, and that is not certain: after a snapshot that a leader
 * sent (SNAP) the logs before it lack whatever only it brought, and where that ends with an epoch
 * the zxids show no gap. So the last txn of such a snapshot has to come by in the replay.
 *
 * A snapshot that begins an epoch (e,0) has no txn of its own. It is mostly one that a leader sent
 * before the epoch's first txn, just where nothing else would show the gap: nothing vouches for
 * the logs then. Java goes on with the older one in all these cases.
 */
import { counterOf, type Zxid } from '../../base/zxid.ts';

export interface PassedOver {
  readonly name: string;
  readonly zxid: Zxid;
  /**
   * It was written to its end and is damaged. One that was cut off, as by a crash of a Java server,
   * was never relied on, and may be ahead of the log.
   */
  readonly isWhole: boolean;
}

export class PassedOverSnapshots {
  /** Those whose txn has not come by yet, the oldest first. */
  readonly #waiting: PassedOver[];

  constructor(snapshots: readonly PassedOver[]) {
    this.#waiting = [...snapshots].sort((a, b) => a.zxid - b.zxid);
  }

  /** The next txn of the replay. The snapshot whose txn should have come before; null if none. */
  onTxn(zxid: Zxid): PassedOver | null {
    for (;;) {
      const oldest = this.#waiting[0];
      if (oldest === undefined || oldest.zxid > zxid) return null;
      if (oldest.zxid < zxid && (oldest.isWhole || counterOf(oldest.zxid) > 0)) return oldest;
      this.#waiting.shift();
    }
  }

  /** The replay is over. A snapshot whose txn has not come; null if none should have. */
  onEnd(): PassedOver | null {
    return this.#waiting.find(({ isWhole }) => isWhole) ?? null;
  }
}
