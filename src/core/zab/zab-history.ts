/**
 * What ZAB needs of a peer's history: the entries on its disk, its two epochs, and ways to extend,
 * cut and replace them. ZAB replicates opaque entries; what is in them is the business of whoever
 * prepares and applies them (core/peer-history.ts implements this).
 */
import type { Epoch, Zxid } from '../../base/zxid.ts';
import type { BinaryWriter } from '../../protocol/jute/binary-writer.ts';

/** One txn as it lies in the log: TxnHeader, txn, TxnDigest. */
export interface Entry {
  readonly zxid: Zxid;
  readonly payload: Uint8Array;
}

/** A snapshot that is being received. */
export interface SnapshotReceiving {
  /** Takes bytes of the stream; returns how many, less than given only when it is done. */
  push(bytes: Uint8Array, start: number, end: number): number;
  readonly isDone: boolean;
}

/** A snapshot that is being sent, sharp at `zxid`, its closing signature included. */
export interface SnapshotSending {
  readonly zxid: Zxid;
  /** Appends about so many bytes; false after the last. */
  next(writer: BinaryWriter, bytesMax: number): boolean;
  release(): void;
}

/** What a leader brings a learner up to date from. */
export interface SyncSource {
  /** The last committed entries, in order and without gaps. */
  readonly committedLog: { entries(): readonly Entry[] };
  /**
   * The gap-free entries after `after`, as far as they are on this disk; null where that cannot be
   * proven, or where they are too many to be sent at once.
   */
  readLog(after: Zxid): readonly Entry[] | null;
}

export interface ZabHistory extends SyncSource {
  /** As they are on the disk. */
  readonly epochs: { readonly accepted: Epoch; readonly current: Epoch };
  /** The last entry of the log, synced or not. */
  readonly lastZxid: Zxid;
  readonly lastSynced: Zxid;
  /** Nothing is on its way to the disk: all that is in memory is durable. */
  readonly isSettled: boolean;
  append(zxid: Zxid, payload: Uint8Array): void;
  /** The entry is committed: what is sent to learners that are a little behind. */
  committed(zxid: Zxid, payload: Uint8Array): void;
  saveAcceptedEpoch(epoch: Epoch): void;
  saveCurrentEpoch(epoch: Epoch): void;
  truncate(zxid: Zxid): void;
  beginSnapshot(): SnapshotReceiving;
  adoptSnapshot(snapshot: SnapshotReceiving, zxid: Zxid): void;
  snapshotBytes(): SnapshotSending;
}
