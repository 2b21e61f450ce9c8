/**
 * planSync: how a learner whose log ends at a certain zxid is brought to the leader's history
 * (LearnerHandler.syncFollower in ZooKeeper): by the entries that it lacks (DIFF), after cutting
 * what it has too much (TRUNC), or by the whole state (SNAP).
 *
 * The new-epoch marker (e, 0), which Java's leaders report when they have logged nothing in epoch
 * e, stands for no entry: whoever reports it has all of the history before epoch e.
 */
import { counterOf, describeZxid, epochOf, type Zxid } from '../../base/zxid.ts';
import type { Entry, SyncSource } from './zab-history.ts';

export type SyncPlan =
  /** `zxid`: where the learner will be. The entries are committed. */
  | { readonly kind: 'DIFF'; readonly zxid: Zxid; readonly entries: Iterable<Entry> }
  /** `zxid`: the last entry to keep. */
  | { readonly kind: 'TRUNC'; readonly zxid: Zxid; readonly entries: Iterable<Entry> }
  | { readonly kind: 'SNAP'; readonly why: string };

const NONE: readonly Entry[] = [];

export function planSync(peerZxid: Zxid, lastCommitted: Zxid, source: SyncSource): SyncPlan {
  if (peerZxid === lastCommitted) return { kind: 'DIFF', zxid: lastCommitted, entries: NONE };
  const isMarker = peerZxid > 0 && counterOf(peerZxid) === 0;
  if (peerZxid > lastCommitted) {
    if (isMarker) return { kind: 'SNAP', why: 'the learner is at the beginning of an epoch' };
    return { kind: 'TRUNC', zxid: lastCommitted, entries: NONE };
  }
  const entries = source.committedLog.entries();
  const first = entries[0];
  if (first === undefined || peerZxid < first.zxid) {
    return planFromLog(peerZxid, lastCommitted, source);
  }
  const at = entries.findIndex(({ zxid }) => zxid >= peerZxid);
  const entry = entries[at];
  if (entry?.zxid === peerZxid) {
    return { kind: 'DIFF', zxid: lastCommitted, entries: entries.slice(at + 1) };
  }
  const previous = entries[at - 1];
  if (previous === undefined) return { kind: 'SNAP', why: 'its zxid is not in the committed log' };
  if (isMarker) return { kind: 'DIFF', zxid: lastCommitted, entries: entries.slice(at) };
  if (epochOf(previous.zxid) !== epochOf(peerZxid)) {
    return { kind: 'SNAP', why: 'it has entries of an epoch of which none was committed' };
  }
  return { kind: 'TRUNC', zxid: previous.zxid, entries: entries.slice(at) };
}

function planFromLog(peerZxid: Zxid, lastCommitted: Zxid, source: SyncSource): SyncPlan {
  const logged = source.readLog(peerZxid);
  if (logged === null) return { kind: 'SNAP', why: `${describeZxid(peerZxid)} is too old` };
  const entries = continued(logged, source.committedLog.entries()).filter(
    ({ zxid }) => zxid <= lastCommitted,
  );
  if (entries.at(-1)?.zxid === lastCommitted) return { kind: 'DIFF', zxid: lastCommitted, entries };
  return { kind: 'SNAP', why: 'the log is not on the disk yet' };
}

/**
 * The log may be ahead of what is committed, and it may be behind: entries are committed when
 * others have them on disk. The committed log has those, where it begins within the log.
 */
function continued(logged: readonly Entry[], committed: readonly Entry[]): readonly Entry[] {
  const first = committed[0]?.zxid;
  const at = logged.findIndex(({ zxid }) => zxid === first);
  return at < 0 ? logged : [...logged.slice(0, at), ...committed];
}
