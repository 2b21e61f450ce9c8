/**
 * H9: after a sync a client sees what was committed when it asked. The leader that answers may have
 * been deposed without knowing it yet, as in ZooKeeper; where two lead at once nothing is promised.
 * With `sync.quorum` that is no excuse.
 */
import { describeZxid } from '../../../base/zxid.ts';
import type { History, Violation } from '../../history.ts';

/** When what was committed, and who believed to lead when. Times count the events of the run. */
export class Timeline {
  readonly #commits: { readonly at: number; readonly zxid: number }[] = [];
  readonly #leaderships: { readonly sid: number; readonly from: number; to: number }[] = [];

  onCommitted(at: number, zxid: number): void {
    this.#commits.push({ at, zxid });
  }

  onLeading(sid: number, at: number): void {
    this.#leaderships.push({ sid, from: at, to: Number.POSITIVE_INFINITY });
  }

  onLeadingEnd(sid: number, at: number): void {
    const last = this.#leaderships.findLast((each) => each.sid === sid);
    if (last !== undefined) last.to = Math.min(last.to, at);
  }

  committedAt(at: number): number {
    let low = 0;
    let high = this.#commits.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#commits[middle]?.at ?? 0) <= at) low = middle + 1;
      else high = middle;
    }
    return this.#commits[low - 1]?.zxid ?? 0;
  }

  leadersBetween(from: number, to: number): number {
    return this.#leaderships.filter((each) => each.from <= to && each.to >= from).length;
  }
}

export interface SyncRules {
  readonly timeline: Timeline;
  readonly syncQuorum: boolean;
}

export function checkSyncs({ connections }: History, rules: SyncRules): Violation[] {
  const { timeline, syncQuorum } = rules;
  return connections.flatMap(({ id, stream }) =>
    stream.flatMap((entry): Violation[] => {
      if (entry.kind !== 'reply' || entry.asked.ask.kind !== 'sync') return [];
      const { asked, reply } = entry;
      const committed = timeline.committedAt(asked.at - 1);
      if (reply.zxid >= committed) return [];
      if (!syncQuorum && timeline.leadersBetween(asked.at, reply.at) > 1) return [];
      const message =
        `connection ${id}: a sync asked when ${describeZxid(committed)} was committed is ` +
        `answered at ${describeZxid(reply.zxid)}`;
      return [{ invariant: 'H9', message }];
    }),
  );
}
