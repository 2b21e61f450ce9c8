/**
 * SnapshotEncoder: a snapshot's bytes, slice by slice, so that the server answers between two
 * slices however big the tree is. See snapshot-format.ts for the layout.
 */
import { ADLER32_EMPTY, adler32 } from '../../base/adler32.ts';
import { assert, unreachable } from '../../base/assert.ts';
import type { BinaryWriter } from '../../protocol/jute/binary-writer.ts';
import { DIGEST_VERSION } from '../../protocol/records/txn.ts';
import { SnapshotBody } from './snapshot-body.ts';
import { END_PATH, SNAPSHOT_DBID, SNAPSHOT_MAGIC, SNAPSHOT_VERSION } from './snapshot-format.ts';
import type { SnapshotSource } from './snapshot-source.ts';

type Part = 'header' | 'body' | 'trailer' | 'end';

export class SnapshotEncoder {
  readonly #source: SnapshotSource;
  readonly #body: SnapshotBody;
  #part: Part = 'header';
  #checksum = ADLER32_EMPTY;
  /** Up to where the writer's bytes are in the checksum. */
  #summedTo = 0;

  constructor(source: SnapshotSource) {
    this.#source = source;
    this.#body = new SnapshotBody(source);
  }

  /**
   * Appends about `byteBudget` bytes, an entry more at the most. False when that was the last
   * slice.
   */
  next(writer: BinaryWriter, byteBudget: number): boolean {
    assert(this.#part !== 'end', 'the snapshot has ended');
    this.#summedTo = writer.at;
    const budgetEnd = writer.at + byteBudget;
    while (writer.at < budgetEnd && !this.#hasEnded()) this.#append(writer);
    this.#sum(writer);
    return !this.#hasEnded();
  }

  #hasEnded(): boolean {
    return this.#part === 'end';
  }

  /** One entry of the current part. */
  #append(writer: BinaryWriter): void {
    switch (this.#part) {
      case 'header':
        writer.int(SNAPSHOT_MAGIC);
        writer.int(SNAPSHOT_VERSION);
        writer.long(SNAPSHOT_DBID);
        this.#body.append(writer);
        this.#part = 'body';
        break;
      case 'body':
        if (!this.#body.append(writer)) this.#part = 'trailer';
        break;
      case 'trailer':
        this.#appendTrailer(writer);
        break;
      case 'end':
        break;
      default:
        unreachable(this.#part);
    }
  }

  #appendTrailer(writer: BinaryWriter): void {
    const { digest, serializeLastProcessedZxid, zxid } = this.#source;
    writer.ustring(END_PATH);
    this.#seal(writer);
    if (digest !== null) {
      writer.longFromNumber(digest.zxid);
      writer.int(DIGEST_VERSION);
      writer.long(digest.value);
      this.#seal(writer);
    }
    if (serializeLastProcessedZxid) {
      writer.longFromNumber(zxid);
      this.#seal(writer);
    }
    this.#part = 'end';
  }

  #seal(writer: BinaryWriter): void {
    this.#sum(writer);
    writer.longFromNumber(this.#checksum);
    writer.ustring(END_PATH);
  }

  #sum(writer: BinaryWriter): void {
    this.#checksum = adler32(writer.bytes, this.#summedTo, writer.at, this.#checksum);
    this.#summedTo = writer.at;
  }
}
