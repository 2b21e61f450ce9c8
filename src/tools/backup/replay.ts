/** What a chain of a backup holds at a zxid: its latest snapshot before, and the txns up to there. */
import { join } from 'node:path';
import { AssertionError } from '../../base/assert.ts';
import { describeZxid, type Zxid } from '../../base/zxid.ts';
import { DatabaseRecovery } from '../../core/database-recovery.ts';
import type { ServerDatabase } from '../../core/requests/server-database.ts';
import { TxnLogReader } from '../../core/storage/txn-log-reader.ts';
import { JuteError } from '../../protocol/jute/jute-error.ts';
import { readerOf } from '../files/directory-reader.ts';
import { readSnapshot, TREE_OPTIONS } from '../snapshot/load-snapshot.ts';
import { ToolError } from '../tool-error.ts';
import type { BackedUpLog, BackedUpSnapshot, Chain } from './manifest.ts';

export interface Replay {
  /** Of the chain, with its files. */
  readonly directory: string;
  readonly chain: Chain;
  /** Where to begin. */
  readonly snapshot: BackedUpSnapshot;
  /** The last txn to apply. */
  readonly upTo: Zxid;
}

/** Throws when a file is damaged, or the tree is not what the txns say it was. */
export function replay({ directory, chain, snapshot, upTo }: Replay): ServerDatabase {
  const recovery = new DatabaseRecovery(TREE_OPTIONS);
  recovery.reset(snapshot.zxid);
  recovery.snapshotLoaded(readSnapshot(join(directory, snapshot.name), recovery));
  const reader = readerOf(directory);
  try {
    for (const log of chain.logs) {
      if (log.lastZxid <= snapshot.zxid) continue;
      if (log.firstZxid > upTo) break;
      const last = Math.min(log.lastZxid, upTo);
      apply(new TxnLogReader(reader, log.name), { recovery, after: snapshot.zxid, last, log });
    }
  } finally {
    reader.close();
  }
  // Before it is whole, a snapshot of Java's is ahead of the txns.
  const mismatch = recovery.digestMismatches.find((zxid) => zxid >= snapshot.wholeZxid);
  if (mismatch !== undefined) {
    const zxid = describeZxid(mismatch);
    throw new ToolError(
      `${directory}: after txn ${zxid} the tree has not the digest that the txn says: ` +
        'something of it is missing; use a backup that verifies, or an earlier zxid.',
    );
  }
  return recovery.database;
}

interface Application {
  readonly recovery: DatabaseRecovery;
  readonly after: Zxid;
  readonly last: Zxid;
  readonly log: BackedUpLog;
}

function apply(reader: TxnLogReader, { recovery, after, last, log }: Application): void {
  let applied = -1;
  while (applied < last && reader.next()) {
    if (reader.zxid > last) break;
    applied = reader.zxid;
    if (applied > after) applyTxn(reader, recovery);
  }
  // A zxid between two txns is the state after the first of them.
  const isWhole = applied === last || (reader.stop === null && last < log.lastZxid);
  if (isWhole) return;
  const { offset, reason } = reader.stop ?? { offset: reader.position, reason: '' };
  throw new ToolError(
    `${reader.name} of the backup is damaged at offset ${offset} (${reason || 'it ends'}), before ` +
      `txn ${describeZxid(last)}; restore an earlier zxid, or from another backup.`,
  );
}

function applyTxn({ name, record, zxid, offset }: TxnLogReader, recovery: DatabaseRecovery): void {
  try {
    recovery.txn(record);
  } catch (error) {
    // A txn that cannot have been made, as deleting the root: the file is wrong.
    if (!(error instanceof JuteError || error instanceof AssertionError)) throw error;
    const where = `txn ${describeZxid(zxid)} at offset ${offset} of ${name}`;
    throw new ToolError(`${where} is damaged: ${error.message}; restore an earlier zxid.`);
  }
}
