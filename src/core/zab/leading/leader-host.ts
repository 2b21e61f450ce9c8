/** LeaderHost: what a leader tells the server that it is part of, and asks of it. */
import type { ServerId } from '../../../base/server-id.ts';
import type { Epoch, Zxid } from '../../../base/zxid.ts';
import type { RequestPacket } from '../../../protocol/records/quorum.ts';
import type { LearnerHandler } from '../learner-handler.ts';
import type { SyncPlan } from '../learner-sync.ts';
import type { EnsembleConfig } from '../members/ensemble-config.ts';

export interface LeaderHost {
  /** A quorum follows: serve, and propose from (epoch, 1) on. */
  onEstablished(epoch: Epoch): void;
  /** Everything proposed up to here is committed. */
  commit(through: Zxid): void;
  /** The body is good only until this returns. */
  onRequest(learner: LearnerHandler, request: RequestPacket): void;
  /** The oldest sync of this server's own clients is answered. */
  onSyncAnswered(): void;
  revalidate(learner: LearnerHandler, sessionId: bigint, timeoutMs: number): boolean;
  /** A learner is brought up to date. */
  onSynchronizing?(by: SyncPlan['kind']): void;
  touch(sessionId: bigint, timeoutMs: number): void;
  /** Leadership cannot be had or kept. Called at most once. */
  stepDown(reason: string): void;
  /** The configuration is proposed. */
  seeConfig(config: EnsembleConfig): void;
  /** It is committed, and from now on it alone counts. */
  activateConfig(config: EnsembleConfig): void;
  /** Under the new configuration another leads, without an election. As `stepDown`. */
  handOver(designated: ServerId): void;
  /** Something that an operator should know. */
  note(message: string, facts: Readonly<Record<string, string | number>>): void;
}
