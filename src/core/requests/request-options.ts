/** What the processing of requests is told by the configuration. */
import type { EphemeralTypeOptions } from '../tree/ephemeral-type.ts';

export interface RequestOptions extends EphemeralTypeOptions {
  readonly serverId: number;
  /**
   * Of a leader: the counter of a zxid stays below it, and who has used it up leads no more. Absent:
   * as in ZooKeeper. Only simulated servers get to the end of a counter.
   */
  readonly zxidCounterEnd?: number;
  readonly tickTimeMs: number;
  readonly minSessionTimeoutMs: number;
  readonly maxSessionTimeoutMs: number;
  /** `jute.maxbuffer`: the largest frame that a client may send. */
  readonly frameBytesMax: number;
  /** Above this many requests under way a connection that has some is not read from. */
  readonly globalOutstandingLimit: number;
  readonly skipAcl: boolean;
  readonly enforceQuota: boolean;
  /** Absent is false. */
  readonly reconfigEnabled?: boolean;
  readonly digestEnabled: boolean;
  readonly closeSessionTxnEnabled: boolean;
  readonly containerCheckIntervalMs: number;
  readonly containerMaxPerMinute: number;
  /** A container that never had a child goes after this time; 0 is never. */
  readonly containerMaxNeverUsedMs: number;
  /** Schemes of which a client must have an id before any request; empty for no such rule. */
  readonly enforcedAuthSchemes: readonly string[];
  /** Who failed by SASL goes on, where SASL is not enforced. Absent is false. */
  readonly allowSaslFailedClients?: boolean;
  /** New sessions are known to this server alone. Absent is false, as with the others. */
  readonly localSessionsEnabled?: boolean;
  /** A local session that creates an ephemeral becomes one of the ensemble's. */
  readonly localSessionsUpgradingEnabled?: boolean;
  /** The server of a client refuses by itself what the ACLs that it knows do not permit. */
  readonly enableEagerAclCheck?: boolean;
}
