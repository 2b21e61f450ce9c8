/** QuorumMaj: more than half of the voters are a quorum. */
import type { ServerId } from '../../../base/server-id.ts';
import { checkMembers, type EnsembleMembers, type QuorumVerifier } from './quorum-verifier.ts';

export class QuorumMaj implements QuorumVerifier {
  readonly version: number;
  readonly voters: ReadonlySet<ServerId>;
  readonly observers: ReadonlySet<ServerId>;
  readonly configText: string;

  constructor(members: EnsembleMembers) {
    checkMembers(members);
    this.version = members.version;
    this.voters = members.voters;
    this.observers = members.observers;
    this.configText = members.configText;
  }

  weightOf(_sid: ServerId): number {
    return 1;
  }

  containsQuorum(acks: ReadonlySet<ServerId>): boolean {
    let count = 0;
    for (const sid of acks) if (this.voters.has(sid)) count++;
    return count > Math.floor(this.voters.size / 2);
  }
}
