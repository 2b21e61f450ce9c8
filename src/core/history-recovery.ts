/**
 * HistoryRecovery: recovery of the database that also keeps the last txns for learners, as ZooKeeper
 * fills its committedLog while it loads.
 */

import type { Zxid } from '../base/zxid.ts';
import type { BinaryReader } from '../protocol/jute/binary-reader.ts';
import { DatabaseRecovery } from './database-recovery.ts';
import { type CommittedLog, follows } from './storage/history/committed-log.ts';
import type { DataTreeOptions } from './tree/data-tree.ts';

export class HistoryRecovery extends DatabaseRecovery {
  readonly #committedLog: CommittedLog;

  constructor(options: DataTreeOptions, committedLog: CommittedLog) {
    super(options);
    this.#committedLog = committedLog;
    committedLog.clear();
  }

  override reset(zxid: Zxid): void {
    this.#committedLog.clear();
    super.reset(zxid);
  }

  override txn(reader: BinaryReader): void {
    const payload = reader.bytes.slice(reader.at, reader.end);
    super.txn(reader);
    const zxid = this.database.tree.lastProcessedZxid;
    const last = this.#committedLog.maxZxid;
    // Java's logs may have gaps that recovery only warns of: no learner is led across one.
    if (last !== null && !follows(zxid, last)) this.#committedLog.clear();
    this.#committedLog.add(zxid, payload);
  }
}
