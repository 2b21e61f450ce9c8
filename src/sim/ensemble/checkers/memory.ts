/**
 * P17: when a server looks for a leader, its memory is its own disk replayed, and all of it is on
 * stable storage. P15 for votes and P2 follow from the same comparison.
 */
import { describeZxid } from '../../../base/zxid.ts';
import type { PeerHistory } from '../../../core/peer-history.ts';
import { checkRecoveredState } from '../../checkers/durability.ts';
import { Violated } from '../../violated.ts';
import type { PeerDisk } from '../peer-disk.ts';
import type { Witness } from '../witness.ts';

export function checkMemory(history: PeerHistory, disk: PeerDisk, witness: Witness): void {
  const { sid, epochs } = disk;
  const stable = disk.recoverStable();
  if (stable === null) return;
  const { lastZxid, recovery } = stable;
  const { tree } = history.database;
  const last = Math.max(0, history.lastZxid);
  const fail = (invariant: string, text: string) => {
    throw Violated.of(invariant, `server ${sid}: ${text}`);
  };
  if (tree.lastProcessedZxid !== last) {
    fail(
      'P17',
      `the tree is at ${describeZxid(tree.lastProcessedZxid)}, not ${describeZxid(last)}`,
    );
  }
  if (lastZxid !== last) {
    fail('P17', `the disk ends at ${describeZxid(lastZxid)}, memory at ${describeZxid(last)}`);
  }
  const { accepted, current } = history.epochs;
  if (accepted !== epochs.accepted || current !== epochs.current) {
    fail('P17', `epochs ${accepted}/${current}, on the disk ${epochs.accepted}/${epochs.current}`);
  }
  const replayed = recovery.database.tree.digest.toBigInt();
  if (tree.digest.toBigInt() !== replayed) fail('P17', `the trees at ${describeZxid(last)} differ`);
  witness.onState(sid, last, replayed);
  if (!witness.isCommitted(last)) return;
  for (const { database } of [recovery, history]) {
    const facts = { zxid: last, digestEnabled: false };
    const found = checkRecoveredState({ database, digestMismatches: [] }, witness.model, facts);
    if (found[0] !== undefined) fail('P17', found[0].message);
  }
}
