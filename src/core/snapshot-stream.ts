/**
 * SnapshotStream: a snapshot that comes from the leader, into a tree of its own; the member's own
 * tree is not touched before all of it is here and it is adopted.
 */
import { assert } from '../base/assert.ts';
import type { Zxid } from '../base/zxid.ts';
import type { BinaryReader } from '../protocol/jute/binary-reader.ts';
import { JuteError } from '../protocol/jute/jute-error.ts';
import { DatabaseRecovery } from './database-recovery.ts';
import type { ServerDatabase } from './requests/server-database.ts';
import { SnapshotStreamDecoder } from './storage/history/snapshot-stream-decoder.ts';
import type { DataTreeOptions } from './tree/data-tree.ts';
import { NO_NODE } from './tree/node-store.ts';

const SLASH = 0x2f;
/** Any but 0, which would begin with the nodes of a new tree. */
const ZXID_UNKNOWN: Zxid = 1;

export class SnapshotStream {
  readonly #recovery: DatabaseRecovery;
  readonly #decoder: SnapshotStreamDecoder;
  #isTaken = false;

  constructor(options: DataTreeOptions) {
    this.#recovery = new CheckedRecovery(options);
    this.#recovery.reset(ZXID_UNKNOWN);
    this.#decoder = new SnapshotStreamDecoder(this.#recovery);
  }

  get isDone(): boolean {
    return this.#decoder.isDone;
  }

  get nodes(): number {
    return this.#decoder.nodes;
  }

  /**
   * Takes `bytes[start, end)` and returns how many of them: fewer than all when the snapshot ends
   * within. Throws JuteError at what is no snapshot; nothing may be pushed after that.
   */
  push(bytes: Uint8Array, start: number, end: number): number {
    return this.#decoder.push(bytes, start, end);
  }

  /** What came, as it was at `zxid`. Once. */
  takeDatabase(zxid: Zxid): ServerDatabase {
    assert(this.isDone, 'the snapshot is not whole');
    assert(!this.#isTaken, 'the snapshot is taken already');
    this.#isTaken = true;
    this.#recovery.snapshotLoaded({ digest: null, lastProcessedZxid: null });
    const { database } = this.#recovery;
    database.tree.lastProcessedZxid = zxid;
    return database;
  }
}

/** No checksum vouches for these bytes: a path that the tree would stumble over is refused. */
class CheckedRecovery extends DatabaseRecovery {
  #hasRoot = false;

  override node(reader: BinaryReader): void {
    const { at } = reader;
    const length = reader.length();
    const start = reader.at;
    this.#check(reader.bytes, start, start + length);
    reader.at = at;
    super.node(reader);
  }

  #check(bytes: Uint8Array, start: number, end: number): void {
    if (start === end) {
      if (this.#hasRoot) throw new JuteError('the root comes twice');
      this.#hasRoot = true;
      return;
    }
    if (!this.#hasRoot) throw new JuteError('a node before the root');
    if (bytes[start] !== SLASH || bytes[end - 1] === SLASH) throw new JuteError('a path is wrong');
    if (this.database.tree.find(bytes, start, end) === NO_NODE) return;
    throw new JuteError('a node comes twice');
  }
}
