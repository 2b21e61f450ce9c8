/**
 * Synchronization: learners are brought to the leader's history, and voters acknowledge NEWLEADER
 * when they have all of it. A quorum of those establishes the epoch.
 */
import type { ServerId } from '../../../base/server-id.ts';
import { type Epoch, makeZxid, type Zxid } from '../../../base/zxid.ts';
import { encodeConfigText, QuorumPacketType } from '../../../protocol/records/quorum.ts';
import type { LearnerHandler } from '../learner-handler.ts';
import { planSync } from '../learner-sync.ts';
import type { EnsembleConfigs } from '../members/ensemble-configs.ts';
import type { Entry, ZabHistory } from '../zab-history.ts';
import type { LeaderHost } from './leader-host.ts';

export interface SynchronizationParts {
  readonly configs: EnsembleConfigs;
  readonly history: ZabHistory;
  readonly host: Pick<LeaderHost, 'note' | 'onSynchronizing'>;
  readonly nowMs: number;
}

/** What a learner is brought up to. */
export interface SyncTarget {
  readonly epoch: Epoch;
  readonly lastCommitted: Zxid;
  readonly outstanding: readonly Entry[];
}

export class Synchronization {
  /** When a voter last took a part of the snapshot that it needs. */
  snapshotMovedMs: number;
  readonly #parts: SynchronizationParts;
  /** Voters that have acknowledged NEWLEADER. */
  readonly #acks = new Set<ServerId>();

  constructor(parts: SynchronizationParts) {
    this.#parts = parts;
    this.snapshotMovedMs = parts.nowMs;
  }

  /**
   * Sends what the learner lacks; what is proposed from now on follows it.
   *
   * Compat: what is not committed yet comes after NEWLEADER. Java's leaders send it before, and a
   * Java 3.8.0 follower whose COMMIT for it comes after NEWLEADER throws (ZOOKEEPER-4394), begins
   * again, logs the same entries a second time, and applies what it then reads of them twice: in one
   * run under load its tree kept a node that was deleted, with no word of it.
   */
  begin(learner: LearnerHandler, { epoch, lastCommitted, outstanding }: SyncTarget): void {
    const { configs, history, host } = this.#parts;
    const plan = planSync(learner.peerZxid, lastCommitted, history);
    learner.synchronize(plan, () => history.snapshotBytes());
    host.onSynchronizing?.(plan.kind);
    host.note('synchronizing a learner', {
      sid: learner.sid,
      by: plan.kind,
      ...(plan.kind === 'SNAP' ? { why: plan.why } : { zxid: plan.zxid }),
    });
    const config = encodeConfigText(configs.lastSeen.configText);
    learner.send(QuorumPacketType.NEWLEADER, makeZxid(epoch, 0), config);
    if (learner.isFollower) for (const entry of outstanding) learner.propose(entry);
  }

  /** The link has room for more of the snapshot. */
  onDrained(learner: LearnerHandler, nowMs: number): void {
    if (learner.isVoter && learner.isSendingSnapshot) this.snapshotMovedMs = nowMs;
    learner.sendSnapshot();
  }

  finish(learner: LearnerHandler): void {
    learner.transitionTo('broadcast');
    learner.send(QuorumPacketType.UPTODATE, -1);
  }

  ack(sid: ServerId): void {
    this.#acks.add(sid);
  }

  get hasQuorum(): boolean {
    return this.#parts.configs.haveQuorums(this.#acks);
  }
}
