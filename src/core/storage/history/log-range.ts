/**
 * readLogRange: txns out of the log on the disk, for a learner that is further behind than the
 * committed log reaches (the TxnLogProposalIterator of ZooKeeper's leader). Java trusts the files
 * to have no gap, and leads learners across one; here the range is read before it is promised.
 */
import type { Zxid } from '../../../base/zxid.ts';
import type { DirectoryReader } from '../disk.ts';
import { zxidOfLogName } from '../file-names.ts';
import { TxnLogReader } from '../txn-log-reader.ts';
import { follows, type LoggedTxn } from './committed-log.ts';

export interface LogRange {
  /** The first one wanted is the one that follows this. */
  readonly after: Zxid;
  /** `after` is known to be in the history, even if no log has it. */
  readonly isBase: boolean;
  /** The last one wanted; it is on the disk. */
  readonly through: Zxid;
  readonly bytesMax: number;
}

/**
 * Null when the log has not all of it, or it is more than `bytesMax`. Read at once: a purge may
 * remove a file at any moment.
 */
export function readLogRange(
  reader: DirectoryReader,
  range: LogRange,
): readonly LoggedTxn[] | null {
  const txns: LoggedTxn[] = [];
  try {
    let bytes = 0;
    for (const { zxid, record } of recordsOf(reader, filesFrom(reader, range.after), range)) {
      bytes += record.remaining;
      if (bytes > range.bytesMax) return null;
      txns.push({ zxid, payload: record.bytes.slice(record.at, record.end) });
    }
  } catch (error) {
    // No more than a reason for another way: the learner gets a snapshot.
    const isExpected =
      error instanceof LogGap ||
      (error instanceof Error && 'code' in error && typeof error.code === 'string');
    if (!isExpected) throw error;
    return null;
  } finally {
    reader.close?.();
  }
  const last = txns.at(-1)?.zxid ?? range.after;
  return last === range.through ? txns : null;
}

/** Bytes of the files that would be read, as they are on the disk. */
export function logBytesFrom(reader: DirectoryReader, after: Zxid): number {
  const files = filesFrom(reader, after);
  const bytes = files.reduce((sum, name) => sum + reader.size('log', name), 0);
  reader.close?.();
  return bytes;
}

class LogGap extends Error {}

/** The records of the range, each checked to follow the one before. Throws LogGap. */
function* recordsOf(
  reader: DirectoryReader,
  files: readonly string[],
  range: LogRange,
): Generator<TxnLogReader> {
  const { after, isBase, through } = range;
  let last = isBase ? after : -1;
  for (const name of files) {
    const log = new TxnLogReader(reader, name);
    while (log.next() && log.zxid <= through) {
      if (log.zxid === after) last = after;
      if (log.zxid <= after || log.zxid === last) continue;
      if (last < 0 || !follows(log.zxid, last)) throw new LogGap(name);
      last = log.zxid;
      yield log;
    }
  }
  if (last < 0) throw new LogGap('not there');
}

/** The log that may have `after`, and all later ones. */
function filesFrom(reader: DirectoryReader, after: Zxid): readonly string[] {
  const files: { name: string; zxid: Zxid }[] = [];
  for (const name of reader.list('log')) {
    const zxid = zxidOfLogName(name);
    if (zxid !== null) files.push({ name, zxid });
  }
  files.sort((a, b) => a.zxid - b.zxid);
  const first = files.findLastIndex(({ zxid }) => zxid <= after);
  return files.slice(Math.max(0, first)).map(({ name }) => name);
}
