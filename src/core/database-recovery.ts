/**
 * Recovery of the database: what storage finds in a data directory becomes tree and sessions.
 *
 * The digest that a txn carries is compared with the tree's after applying it, but only from the
 * first zxid on at which the snapshot is sure to be whole: a fuzzy snapshot of Java's may be ahead
 * of the txns that are replayed over it.
 */
import type { Zxid } from '../base/zxid.ts';
import type { BinaryReader } from '../protocol/jute/binary-reader.ts';
import { JuteError } from '../protocol/jute/jute-error.ts';
import { OpCode } from '../protocol/op-code.ts';
import type { AclList } from '../protocol/records/acl.ts';
import { DIGEST_VERSION, TxnHeader } from '../protocol/records/txn.ts';
import { ServerDatabase } from './requests/server-database.ts';
import { readTxn } from './requests/txn.ts';
import type { RecoverySink, SnapshotTrailer } from './storage/snapshot-source.ts';
import { DataTree, type DataTreeOptions } from './tree/data-tree.ts';

export class DatabaseRecovery implements RecoverySink {
  readonly database: ServerDatabase;
  /** Zxids after which the tree was not as the txn said it would be. */
  readonly digestMismatches: Zxid[] = [];
  readonly #options: DataTreeOptions;
  #comparesFrom: Zxid = 0;
  /** The tree has the nodes that every new one has, which a snapshot would bring a second time. */
  #isFresh = false;

  constructor(options: DataTreeOptions) {
    this.#options = options;
    this.database = new ServerDatabase(DataTree.fresh(options), options);
  }

  reset(zxid: Zxid): void {
    this.#comparesFrom = zxid;
    this.#isFresh = zxid === 0;
    if (zxid === 0) this.database.replaceTree(DataTree.fresh(this.#options));
    else this.database.replaceTree(new DataTree(this.#options));
    this.database.tree.lastProcessedZxid = zxid;
  }

  /** The snapshot of zxid 0 has begun: its first session, ACL or node is here. */
  #maybeEmpty(): void {
    if (!this.#isFresh) return;
    this.#isFresh = false;
    this.database.replaceTree(new DataTree(this.#options));
  }

  session(id: bigint, timeoutMs: number): void {
    this.#maybeEmpty();
    this.database.sessionsWithTimeouts.set(id, timeoutMs);
  }

  acl(id: number, list: AclList): void {
    this.#maybeEmpty();
    this.database.tree.acls.load(id, list);
  }

  node(reader: BinaryReader): void {
    this.#maybeEmpty();
    if (!this.database.tree.load(reader)) throw new JuteError('a node whose parent is missing');
  }

  snapshotLoaded({ digest }: SnapshotTrailer): void {
    this.database.tree.finishLoading();
    if (digest !== null) this.#comparesFrom = Math.max(this.#comparesFrom, digest.zxid);
  }

  txn(reader: BinaryReader): void {
    const header = TxnHeader.read(reader);
    const txn = readTxn(header.type, reader);
    this.database.apply(header, txn);
    if (!this.#options.digestEnabled || txn.type === OpCode.error) return;
    if (reader.remaining < 12 || header.zxid <= this.#comparesFrom) return;
    // TxnDigest, without a bigint for each of a million txns.
    const version = reader.int();
    const isEqual = this.database.tree.digest.isHalves(reader.int(), reader.int());
    if (version === DIGEST_VERSION && !isEqual) this.digestMismatches.push(header.zxid);
  }
}
