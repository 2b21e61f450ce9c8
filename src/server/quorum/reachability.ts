/**
 * Who of the voters can be reached, as a sentence for an operator who wonders why nobody leads.
 */
import type { ServerId } from '../../base/server-id.ts';

export interface Reachability {
  isConnected(sid: ServerId): boolean;
  /** `` when it was reached or nobody has tried. */
  unreachableReason(sid: ServerId): string;
}

export interface VoterList {
  readonly own: ServerId;
  readonly voters: readonly ServerId[];
}

/** Null when more than half of the voters, this one included, have a connection. */
export function describeUnreachable(list: VoterList, reachability: Reachability): string | null {
  const { own, voters } = list;
  const isReached = (sid: ServerId) => sid === own || reachability.isConnected(sid);
  const missing = voters.filter((sid) => !isReached(sid));
  if (voters.length - missing.length > voters.length / 2) return null;
  return missing
    .map((sid) => {
      const reason = reachability.unreachableReason(sid);
      return reason === '' ? `server ${sid}` : `server ${sid} (${reason})`;
    })
    .join(', ');
}
