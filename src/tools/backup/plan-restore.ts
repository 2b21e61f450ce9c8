/** Which chain, snapshot and last txn make the state that is asked for. */
import { describeZxid, type Zxid } from '../../base/zxid.ts';
import { TxnLogReader } from '../../core/storage/txn-log-reader.ts';
import { TxnHeader } from '../../protocol/records/txn.ts';
import { readerOf } from '../files/directory-reader.ts';
import { ToolError } from '../tool-error.ts';
import { type Chain, lastZxidOf, requireManifest, versionDirectory } from './manifest.ts';
import type { Replay } from './replay.ts';

export interface RestorePoint {
  readonly zxid?: Zxid;
  /** The state after the last txn that was made before or at this time. */
  readonly timeMs?: number;
}

export function planRestore(backup: string, { zxid, timeMs }: RestorePoint): Replay {
  // What was copied last is the history that the source had then.
  const chains = requireManifest(backup).chains.toReversed();
  for (const chain of chains) {
    const directory = versionDirectory(backup, chain);
    const upTo = timeMs === undefined ? zxid : zxidAtTime(chain, { directory, timeMs });
    const plan = upTo === null ? null : planChain(chain, { directory, upTo });
    if (plan !== null) return plan;
  }
  const wanted = timeMs === undefined ? describeZxid(zxid ?? -1) : new Date(timeMs).toISOString();
  const ranges = chains
    .toReversed()
    .map((chain) => `${describeStart(chain)} to ${describeEnd(chain)}`);
  throw new ToolError(`${backup} does not reach ${wanted}; it holds ${ranges.join(', and ')}.`);
}

interface ChainPoint {
  readonly directory: string;
  /** The end when undefined. */
  readonly upTo: Zxid | undefined;
}

function planChain(chain: Chain, { directory, upTo }: ChainPoint): Replay | null {
  const end = lastZxidOf(chain);
  const last = upTo ?? end;
  if (last > end) return null;
  const snapshot = chain.snapshots.findLast(({ wholeZxid }) => wholeZxid <= last);
  return snapshot === undefined ? null : { directory, chain, snapshot, upTo: last };
}

/** Null where the chain begins later. */
function zxidAtTime(chain: Chain, { directory, timeMs }: TimePoint): Zxid | null {
  const [snapshot] = chain.snapshots;
  if (snapshot === undefined) return null;
  const last = lastZxidAtTime(chain, { directory, timeMs }, snapshot.zxid);
  // Before the first txn after it, only the snapshot's own time tells how old its state is.
  return last === snapshot.zxid && snapshot.timeMs > timeMs ? null : last;
}

interface TimePoint {
  readonly directory: string;
  readonly timeMs: number;
}

/** `begin` when no txn of the chain is as old. */
function lastZxidAtTime(chain: Chain, { directory, timeMs }: TimePoint, begin: Zxid): Zxid {
  let last = begin;
  const later = chain.logs.find((log) => {
    if (log.timeMs > timeMs) return true;
    last = log.lastZxid;
    return false;
  });
  if (later === undefined) return last;
  const reader = readerOf(directory);
  try {
    const log = new TxnLogReader(reader, later.name);
    while (log.next()) {
      if (TxnHeader.read(log.record).time > timeMs) break;
      last = log.zxid;
    }
    return last;
  } finally {
    reader.close();
  }
}

function describeStart({ snapshots }: Chain): string {
  const [first] = snapshots;
  if (first === undefined) return 'nothing';
  return `zxid ${describeZxid(first.wholeZxid)} (${new Date(first.timeMs).toISOString()})`;
}

function describeEnd(chain: Chain): string {
  const timeMs = chain.logs.at(-1)?.timeMs ?? chain.snapshots[0]?.timeMs ?? 0;
  return `zxid ${describeZxid(lastZxidOf(chain))} (${new Date(timeMs).toISOString()})`;
}
