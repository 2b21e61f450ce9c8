/**
 * ConfigChange: a reconfiguration on its way through the leader. One at most is proposed and not
 * committed; when it is committed it alone counts, and may say that another server leads.
 */
import { assert } from '../../../base/assert.ts';
import type { ServerId } from '../../../base/server-id.ts';
import type { Zxid } from '../../../base/zxid.ts';
import type { LearnerHandler } from '../learner-handler.ts';
import type { EnsembleConfig } from '../members/ensemble-config.ts';
import type { EnsembleConfigs } from '../members/ensemble-configs.ts';
import { hasSameQuorumAddress } from '../members/ensemble-server.ts';
import type { LeaderHost } from './leader-host.ts';
import type { Learners } from './learners.ts';

export interface PendingConfig {
  readonly zxid: Zxid;
  readonly config: EnsembleConfig;
}

export interface ConfigChangeParts {
  readonly myid: ServerId;
  readonly configs: EnsembleConfigs;
  readonly learners: Learners;
  readonly host: Pick<LeaderHost, 'seeConfig' | 'activateConfig'>;
}

export class ConfigChange {
  readonly #parts: ConfigChangeParts;
  #pending: PendingConfig | null = null;
  /** What was proposed up to here still needs a quorum of the former configuration, too. */
  #mixedThrough: Zxid = -1;
  #activatedMs = 0;

  constructor(parts: ConfigChangeParts) {
    this.#parts = parts;
  }

  /** From this entry on quorums of both configurations are needed. */
  begin(pending: PendingConfig): void {
    const { configs, learners, host } = this.#parts;
    assert(this.#pending === null, 'one reconfiguration at a time');
    this.#pending = pending;
    host.seeConfig(pending.config);
    learners.markVoters(configs);
  }

  /** The one that is pending, if it is among what is to be committed. */
  dueBy(through: Zxid): PendingConfig | null {
    const pending = this.#pending;
    return pending !== null && pending.zxid <= through ? pending : null;
  }

  /** Its entry is committed; what is proposed up to `mixedThrough` keeps needing both. */
  complete(mixedThrough: Zxid, nowMs: number): void {
    assert(this.#pending !== null, 'no reconfiguration is pending');
    const { config } = this.#pending;
    this.#pending = null;
    this.activate(config);
    this.#mixedThrough = mixedThrough;
    this.#activatedMs = nowMs;
  }

  activate(config: EnsembleConfig): void {
    const { configs, learners, host } = this.#parts;
    if (config.version <= configs.current.version) return;
    host.activateConfig(config);
    learners.markVoters(configs);
  }

  /** This server, if it stays a voter at its address; or else the voter that has acked the most. */
  designatedLeader({ config, zxid }: PendingConfig): ServerId {
    const { myid, configs, learners } = this.#parts;
    const before = configs.current.servers.get(myid);
    const after = config.servers.get(myid);
    const stays =
      before !== undefined && after !== undefined && hasSameQuorumAddress(before, after);
    if (config.voters.has(myid) && stays) return myid;
    let best: LearnerHandler | null = null;
    for (const learner of learners) {
      if (!learner.isFollower || !config.voters.has(learner.sid)) continue;
      if (learner.lastAcked < zxid || learner.lastAcked <= (best?.lastAcked ?? -1)) continue;
      best = learner;
    }
    return best?.sid ?? myid;
  }

  /**
   * What was proposed while the configurations changed needs servers that have left since, and may
   * be gone. In the next epoch it is history, for which the new configuration is enough.
   */
  isStuck(lastCommitted: Zxid, sinceMs: number): boolean {
    return this.#activatedMs < sinceMs && lastCommitted < this.#mixedThrough;
  }
}
