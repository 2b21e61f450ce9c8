/** EnsembleStats: what a member of an ensemble counts, whatever its role; all 0 for a server alone. */
import { Summary } from './summary.ts';

export class EnsembleStats {
  /** It is a member of one. */
  isMember = false;
  /** Elections that this server took part in. */
  lookingCount = 0;
  /** Of a leader: txns, what learners asked, and by what they were brought up to date. */
  proposalCount = 0;
  revalidateCount = 0;
  diffCount = 0;
  snapCount = 0;
  /** It led, and those who had voted for it changed their minds. */
  disloyalVoterCount = 0;
  /** Of a learner, since it serves. */
  proposalsReceived = 0;
  commitsReceived = 0;

  /** From LOOKING to a leader. */
  readonly electionTime = new Summary();
  /** From LOOKING until clients are served; and the same of one that leads then. */
  readonly unavailableTime = new Summary();
  readonly leaderUnavailableTime = new Summary();
  /** From having a leader until clients are served. */
  readonly followerSyncTime = new Summary();
  readonly observerSyncTime = new Summary();
  /** Of a leader: from a proposal until a quorum has it on the disk. */
  readonly quorumAckLatency = new Summary();
  /** By the clocks of two servers, from the leader's judgement: until it is proposed here … */
  readonly proposalLatency = new Summary();
  /** … and until it is committed here, which is when it is applied, on whatever server. */
  readonly propagationLatency = new Summary();

  reset(): void {
    this.lookingCount = 0;
    this.proposalCount = 0;
    this.revalidateCount = 0;
    this.diffCount = 0;
    this.snapCount = 0;
    this.disloyalVoterCount = 0;
    this.proposalsReceived = 0;
    this.commitsReceived = 0;
    for (const each of Object.values(this)) if (each instanceof Summary) each.reset();
  }
}

/** Between clocks of two servers; one that is behind by more than it took says nothing. */
export function recordSince(summary: Summary, ms: number): void {
  if (ms >= 0) summary.record(ms);
}
