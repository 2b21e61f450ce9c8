/**
 * SnapshotSending: the bytes that follow SNAP, slice by slice, from a sharp view of the tree. Any
 * number of them may be under way at once, and the snapshot of a file beside them.
 */
import { assert } from '../../../base/assert.ts';
import type { Zxid } from '../../../base/zxid.ts';
import type { BinaryWriter } from '../../../protocol/jute/binary-writer.ts';
import { SnapshotBody } from '../snapshot-body.ts';
import { END_PATH, STREAM_SIGNATURE } from '../snapshot-format.ts';
import type { SnapshotSource } from '../snapshot-source.ts';

export class SnapshotSending {
  readonly #source: SnapshotSource;
  readonly #body: SnapshotBody;
  #hasEnded = false;
  #isReleased = false;

  constructor(source: SnapshotSource) {
    this.#source = source;
    this.#body = new SnapshotBody(source);
  }

  /** The last txn that is in it: what SNAP says. */
  get zxid(): Zxid {
    return this.#source.zxid;
  }

  /** Appends about `bytesMax` bytes, an entry more at the most. False after the last slice. */
  next(writer: BinaryWriter, bytesMax: number): boolean {
    assert(!this.#hasEnded && !this.#isReleased, 'the snapshot has ended');
    const end = writer.at + bytesMax;
    while (writer.at < end) {
      if (this.#body.append(writer)) continue;
      writer.ustring(END_PATH);
      writer.ustring(STREAM_SIGNATURE);
      this.#hasEnded = true;
      return false;
    }
    return true;
  }

  /** To be called at the end, and when it is given up. */
  release(): void {
    if (this.#isReleased) return;
    this.#isReleased = true;
    this.#source.release();
  }
}
