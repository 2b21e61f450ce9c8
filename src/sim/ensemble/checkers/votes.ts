/**
 * P19: whoever takes a server for the leader has a quorum of votes that were really cast so: of this
 * round by those who looked with it, or by who followed that leader. What was said in another round,
 * or by nobody, does not count.
 */
import type { ServerId } from '../../../base/server-id.ts';
import { describeZxid } from '../../../base/zxid.ts';
import type { Vote } from '../../../core/zab/election/vote.ts';
import type { QuorumVerifier } from '../../../core/zab/members/quorum-verifier.ts';
import { readNotification, ServerState } from '../../../protocol/records/election.ts';
import { Violated } from '../../violated.ts';

export class VoteChecker {
  /** What each server has ever said, whether it was heard or not. */
  readonly #said = new Map<ServerId, Set<string>>();

  onSent(sid: ServerId, bytes: Uint8Array): void {
    const read = readNotification(bytes);
    if (read.kind !== 'notification') return;
    const said = this.#said.get(sid) ?? new Set();
    this.#said.set(sid, said);
    if (read.state === ServerState.LOOKING) said.add(castIn(read));
    else for (const each of standsBehind(read)) said.add(each);
  }

  /** The server goes by this vote. Each of the configurations is good enough. */
  onElected(sid: ServerId, vote: Vote, configs: readonly QuorumVerifier[]): void {
    const wanted = [castIn(vote), ...standsBehind(vote)];
    const supporters = new Set([sid]);
    for (const [voter, said] of this.#said) {
      if (wanted.some((each) => said.has(each))) supporters.add(voter);
    }
    if (configs.some((config) => config.containsQuorum(supporters))) return;
    const message =
      `server ${sid} is elected, or elects, ${vote.leader} with ${describeZxid(vote.zxid)} in ` +
      `round ${vote.electionEpoch}; only ${[...supporters]} have said so`;
    throw Violated.of('P19', message);
  }
}

function castIn({ leader, zxid, electionEpoch, peerEpoch }: Vote): string {
  return `${electionEpoch}: ${leader} ${zxid} ${peerEpoch}`;
}

/** Who follows says what it said when it elected: in one round, or of one epoch, that is the same. */
function standsBehind({ leader, electionEpoch, peerEpoch }: Vote): readonly string[] {
  return [`${leader} of round ${electionEpoch}`, `${leader} of epoch ${peerEpoch}`];
}
